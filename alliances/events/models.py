"""Event, the series it belongs to, who registered and what they were told. Places are counted by the database."""

import datetime
from zoneinfo import ZoneInfo

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Count, Exists, ExpressionWrapper, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Now
from django.urls import reverse

from alliances.models import Alliance
from jeveuxagir.accounts.models import Person, UnconfirmedContact
from jeveuxagir.common.clock import now
from jeveuxagir.common.models import LineField, ProseField, personal
from jeveuxagir.common.text import slugify, zone_words
from jeveuxagir.taxonomies.models import Domain, Sdg
from jeveuxagir.territories.models import Commune, Department
from organisations.enums import State as OrganisationState
from organisations.models import Membership, Organisation
from organisations.policies import HANDLERS

from .enums import GIVEN_BACK, LIVE, PUBLIC, SEATS, WAYS, How, Kind, Mode, Registered, Rhythm, State

MOST_PLACES = 5000
#: under which anybody may use what we publish of an event
LICENCE = "Licence Ouverte 2.0"
_SEATS = ", ".join(f"'{state.value}'" for state in SEATS)


class Series(models.Model):
    """Events that repeat: each date is an event of its own, with its places and its registrations."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    rhythm = models.CharField("rythme", max_length=12, choices=Rhythm)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "série d’événements"
        verbose_name_plural = "séries d’événements"

    def __str__(self) -> str:
        return f"série {self.pk}"


class EventQuerySet(models.QuerySet["Event"]):
    def public(self) -> "EventQuerySet":
        """What anybody may read: what was published, of a validated organisation."""
        return self.filter(
            state__in=PUBLIC, published_at__isnull=False, organisation__state=OrganisationState.VALIDATED
        )

    def of_organisation(self, organisation: Organisation) -> "EventQuerySet":
        return self.filter(organisation=organisation)

    def of_alliance(self, alliance: Alliance) -> "EventQuerySet":
        """Those an alliance is said to hold: public ones only, its parties' drafts are theirs."""
        return self.public().filter(alliance=alliance)

    def of_person(self, person: Person) -> "EventQuerySet":
        """Those of the organisations whose events this person handles."""
        handled = Membership.objects.live().filter(
            organisation=OuterRef("organisation"), person=person, role__in=HANDLERS
        )
        return self.filter(Exists(handled))

    def to_come(self) -> "EventQuerySet":
        """Not over yet: what has begun is still to come for who is late."""
        return self.filter(ends_at__gt=now())

    def past(self) -> "EventQuerySet":
        return self.filter(ends_at__lte=now())

    def to_follow(self, since: datetime.datetime) -> "EventQuerySet":
        """Over since then, and who came is not noted (`unmarked`), or nothing of it is to be read or seen yet. Of
        validated organisations: a suspended one can do neither."""
        seats = Registration.objects.filter(event=OuterRef("pk"), state=Registered.REGISTERED)
        verified = self.filter(organisation__state=OrganisationState.VALIDATED)
        rows = verified.filter(state=State.DONE, ends_at__gt=since).annotate(unmarked=Exists(seats))
        return rows.filter(Q(unmarked=True) | Q(followed_at=None))


class Event(models.Model):
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="events", verbose_name="organisation"
    )
    alliance = models.ForeignKey(
        Alliance, models.SET_NULL, null=True, blank=True, related_name="events", verbose_name="alliance"
    )
    series = models.ForeignKey(
        Series, models.SET_NULL, null=True, blank=True, related_name="events", verbose_name="série"
    )
    title = LineField("titre", max_length=160)
    slug = models.SlugField(max_length=80, editable=False)
    kind = models.CharField("sorte", max_length=12, choices=Kind, default=Kind.MEETING)
    description = ProseField("présentation", max_length=8000)
    practical = ProseField("informations pratiques", max_length=2000, blank=True)
    mode = models.CharField("sur place ou en ligne", max_length=8, choices=Mode, default=Mode.ON_SITE)
    place = LineField("lieu", max_length=200, blank=True)
    commune = models.ForeignKey(
        Commune, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="commune"
    )
    #: its commune's, else that of its organisation's seat
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="département"
    )
    #: given to those who registered, to nobody else
    online_url = models.URLField("lien pour suivre en ligne", max_length=300, blank=True)
    starts_at = models.DateTimeField("commence le")
    ends_at = models.DateTimeField("finit le")
    #: of the place: 18 h in Fort-de-France stays 18 h
    zone = models.CharField("fuseau", max_length=40, default="Europe/Paris")
    #: empty: as many as come
    capacity = models.PositiveIntegerField("places sur place", null=True, blank=True)
    taken = models.PositiveIntegerField("places prises sur place", default=0, editable=False)
    online_capacity = models.PositiveIntegerField("places en ligne", null=True, blank=True)
    online_taken = models.PositiveIntegerField("places prises en ligne", default=0, editable=False)
    domain = models.ForeignKey(
        Domain, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="domaine"
    )
    sdgs = models.ManyToManyField(Sdg, blank=True, related_name="+", verbose_name="ODD")
    state = models.CharField("état", max_length=10, choices=State, default=State.DRAFT)
    state_changed_at = models.DateTimeField("depuis le", db_default=Now())
    reason = ProseField("raison", max_length=2000, blank=True)
    published_at = models.DateTimeField("publié le", null=True, blank=True)
    #: of the calendar file: one more each time it moves or is cancelled
    sequence = models.PositiveIntegerField("déplacements", default=0)
    #: the sequence of which everybody was reminded the day before
    reminded_sequence = models.PositiveIntegerField("rappel envoyé pour", null=True, blank=True)
    replay_url = models.URLField("lien pour revoir", max_length=300, blank=True)
    report = ProseField("compte rendu", max_length=12000, blank=True)
    followed_at = models.DateTimeField("suite donnée le", null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1)
    #: names of the organisation and of the commune, for full text; kept by the services
    search_extra = models.TextField(blank=True, editable=False)
    search = models.GeneratedField(
        expression=SearchVector("title", weight="A", config="french_unaccent")
        + SearchVector("search_extra", weight="B", config="french_unaccent")
        + SearchVector("description", weight="C", config="french_unaccent"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = "événement"
        constraints = [
            models.CheckConstraint(
                condition=(Q(capacity__isnull=True) | Q(taken__lte=F("capacity"))) & Q(taken__gte=0),
                name="event_never_overbooked",
                violation_error_message="Il n’y a plus assez de places sur place.",
            ),
            models.CheckConstraint(
                condition=(Q(online_capacity__isnull=True) | Q(online_taken__lte=F("online_capacity")))
                & Q(online_taken__gte=0),
                name="event_never_overbooked_online",
                violation_error_message="Il n’y a plus assez de places en ligne.",
            ),
            models.CheckConstraint(
                condition=(Q(capacity__isnull=True) | Q(capacity__range=(1, MOST_PLACES)))
                & (Q(online_capacity__isnull=True) | Q(online_capacity__range=(1, MOST_PLACES))),
                name="event_capacity_sane",
                violation_error_message="Le nombre de places va de 1 à 5 000 : laissez vide s’il n’est pas limité.",
            ),
            models.CheckConstraint(
                condition=Q(mode=Mode.BOTH)
                | Q(mode=Mode.ON_SITE, online_taken=0, online_capacity__isnull=True, online_url="")
                | Q(mode=Mode.ONLINE, taken=0, capacity__isnull=True, commune__isnull=True, place=""),
                name="event_ways_of_its_mode",
                violation_error_message="Des personnes sont inscrites de cette façon : on ne peut pas la retirer.",
            ),
            models.CheckConstraint(
                condition=Q(mode=Mode.ONLINE) | Q(commune__isnull=False, department__isnull=False),
                name="event_on_site_somewhere",
                violation_error_message="Dites dans quelle commune l’événement a lieu.",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="event_ends_after_start",
                violation_error_message="La fin est avant le début.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.PUBLISHED, State.DONE]) | Q(published_at__isnull=False),
                name="event_published_dated",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.CANCELLED, State.REFUSED]) | ~Q(reason=""),
                name="event_ended_with_reason",
                violation_error_message="Dites pourquoi : les personnes inscrites le liront.",
            ),
            models.CheckConstraint(
                condition=Q(followed_at__isnull=False) | Q(replay_url="", report=""),
                name="event_followed_dated",
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="event_search"),
            models.Index(fields=["starts_at", "id"], name="event_dates", condition=Q(state__in=PUBLIC)),
            models.Index(fields=["organisation", "starts_at"], name="event_of_organisation"),
            models.Index(fields=["alliance", "starts_at"], name="event_of_alliance"),
            models.Index(fields=["ends_at"], name="event_to_finish", condition=Q(state=State.PUBLISHED)),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: object, **kwargs: object) -> None:
        self.slug = slugify(self.title)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def get_absolute_url(self) -> str:
        return reverse("events:public", args=[self.pk, self.slug])

    @property
    def manage_url(self) -> str:
        return reverse(
            "events:manage", args=[self.organisation_id, self.organisation.slug or "organisation", self.pk]
        )

    # --- when

    @property
    def local_start(self) -> datetime.datetime:
        """The hour of the place, naive so that no page turns it into that of Paris."""
        return self.starts_at.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)

    @property
    def local_end(self) -> datetime.datetime:
        return self.ends_at.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)

    @property
    def zone_words(self) -> str:
        """« heure de Fort-de-France », where it is not that of Paris."""
        return zone_words(self.zone)

    @property
    def has_begun(self) -> bool:
        return self.starts_at <= now()

    @property
    def is_over(self) -> bool:
        return self.ends_at <= now()

    # --- where it stands

    @property
    def is_public(self) -> bool:
        """Whether anybody may read its page. Needs its organisation."""
        return self.state in PUBLIC and self.published_at is not None and self.organisation.is_verified

    @property
    def is_cancelled(self) -> bool:
        return self.state == State.CANCELLED

    @property
    def takes_registrations(self) -> bool:
        return self.state == State.PUBLISHED and not self.has_begun and self.organisation.is_verified

    @property
    def ways(self) -> tuple[How, ...]:
        return WAYS[self.mode]

    @property
    def ways_words(self) -> list[str]:
        return [str(way.label) for way in self.ways]

    # --- places

    def capacity_of(self, how: str) -> int | None:
        """How many may attend this way; None when nothing limits them."""
        return self.capacity if how == How.ON_SITE else self.online_capacity

    def taken_of(self, how: str) -> int:
        return self.taken if how == How.ON_SITE else self.online_taken

    def free_of(self, how: str) -> int | None:
        """Places left this way; None when nothing limits them."""
        capacity = self.capacity_of(how)
        return None if capacity is None else max(capacity - self.taken_of(how), 0)

    def has_room(self, how: str) -> bool:
        return self.free_of(how) != 0

    @property
    def is_full(self) -> bool:
        """No place left, whichever way."""
        return not any(self.has_room(how) for how in self.ways)

    @property
    def where_in_words(self) -> str:
        """« Maison des associations, Guéret (23), et en ligne ». Needs its commune."""
        if self.mode == Mode.ONLINE or self.commune is None:
            return "En ligne"
        there = ", ".join(filter(None, [self.place, self.commune.label]))
        return f"{there}, et en ligne" if self.mode == Mode.BOTH else there

    @property
    def town_in_words(self) -> str:
        """« Guéret (23) et en ligne », for a card. Needs its commune."""
        if self.mode == Mode.ONLINE or self.commune is None:
            return "En ligne"
        return f"{self.commune.label} et en ligne" if self.mode == Mode.BOTH else str(self.commune.label)


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def of_person(self, person: Person) -> "RegistrationQuerySet":
        return self.filter(person=person)

    def of_organisation(self, organisation: Organisation) -> "RegistrationQuerySet":
        """What the organisation of an event may see: nothing before the address is confirmed."""
        return self.filter(event__organisation=organisation).exclude(state=Registered.TO_CONFIRM)

    def live(self) -> "RegistrationQuerySet":
        return self.filter(state__in=LIVE)

    def seated(self) -> "RegistrationQuerySet":
        return self.filter(state__in=SEATS)

    def waiting(self) -> "RegistrationQuerySet":
        """In the order in which they are served."""
        return self.filter(state=Registered.WAITING).order_by("queued_at", "pk")

    def in_order(self) -> "RegistrationQuerySet":
        """Those who have a place, then those who wait, each in the order in which they came."""
        waits = ExpressionWrapper(Q(state=Registered.WAITING), models.BooleanField())
        return self.alias(waits=waits).order_by("waits", "queued_at", "created_at", "pk")

    def ranked(self) -> "RegistrationQuerySet":
        """With `before`: how many are served before each one who waits."""
        earlier = Q(queued_at__lt=OuterRef("queued_at")) | Q(
            queued_at=OuterRef("queued_at"), pk__lt=OuterRef("pk")
        )
        queue = Registration.objects.filter(
            earlier, event=OuterRef("event"), how=OuterRef("how"), state=Registered.WAITING
        )
        counted = queue.order_by().values("event").annotate(n=Count("pk")).values("n")
        return self.annotate(before=Coalesce(Subquery(counted), 0))


class Registration(models.Model):
    """Somebody comes to an event. It holds a place once registered; the waiting list is served in order."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="registrations", verbose_name="événement")
    #: empty for who is not confirmed yet, and once they are forgotten
    person = models.ForeignKey(
        Person,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="event_registrations",
        verbose_name="personne",
    )
    contact = models.ForeignKey(
        UnconfirmedContact, models.CASCADE, null=True, blank=True, related_name="event_registrations"
    )
    how = models.CharField("sur place ou en ligne", max_length=8, choices=How)
    message = personal(ProseField("mot pour l’organisation", max_length=1000, blank=True))
    state = models.CharField("état", max_length=10, choices=Registered, default=Registered.TO_CONFIRM)
    state_changed_at = models.DateTimeField("depuis le", db_default=Now())
    #: since when they wait for a place
    queued_at = models.DateTimeField("sur la liste depuis le", null=True, blank=True)
    #: when a place that freed became theirs
    promoted_at = models.DateTimeField("place obtenue le", null=True, blank=True)
    created_at = models.DateTimeField("demandée le", db_default=Now())

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = "inscription"
        constraints = [
            models.CheckConstraint(
                condition=Q(state=Registered.TO_CONFIRM, person__isnull=True, contact__isnull=False)
                | (~Q(state=Registered.TO_CONFIRM) & Q(contact__isnull=True)),
                name="registration_person_or_contact",
            ),
            models.UniqueConstraint(
                fields=["event", "person"],
                condition=Q(state__in=LIVE, person__isnull=False),
                name="registration_once",
                violation_error_message="Vous avez déjà une inscription à cet événement.",
            ),
            models.CheckConstraint(
                condition=~Q(state=Registered.WAITING) | Q(queued_at__isnull=False),
                name="registration_queued_dated",
            ),
        ]
        indexes = [
            models.Index(fields=["event", "state"], name="registration_of_event"),
            models.Index(fields=["person", "-created_at"], name="registration_of_person"),
            models.Index(
                fields=["event", "how", "queued_at", "id"],
                name="registration_queue",
                condition=Q(state=Registered.WAITING),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="count_places",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.After,
                func=f"""
                    IF TG_OP = 'UPDATE' AND OLD.event_id = NEW.event_id AND OLD.how = NEW.how
                       AND (OLD.state IN ({_SEATS})) = (NEW.state IN ({_SEATS})) THEN
                        RETURN NULL;
                    END IF;
                    IF TG_OP <> 'INSERT' AND OLD.state IN ({_SEATS}) THEN
                        UPDATE events_event SET taken = taken - (OLD.how = 'on_site')::int,
                               online_taken = online_taken - (OLD.how = 'online')::int
                         WHERE id = OLD.event_id;
                    END IF;
                    IF TG_OP <> 'DELETE' AND NEW.state IN ({_SEATS}) THEN
                        UPDATE events_event SET taken = taken + (NEW.how = 'on_site')::int,
                               online_taken = online_taken + (NEW.how = 'online')::int
                         WHERE id = NEW.event_id;
                    END IF;
                    RETURN NULL;
                """,  # noqa: S608 (our own states)
            )
        ]

    def __str__(self) -> str:
        return f"inscription {self.pk}"

    @property
    def may_cancel(self) -> bool:
        return self.state in GIVEN_BACK and not self.event.has_begun

    @property
    def is_waiting(self) -> bool:
        return self.state == Registered.WAITING

    @property
    def place_in_queue(self) -> int:
        """1 is served next; 0 for who does not wait. One of `ranked` knows it."""
        if self.state != Registered.WAITING:
            return 0
        ranked = self if hasattr(self, "before") else Registration.objects.ranked().get(pk=self.pk)
        return int(getattr(ranked, "before", 0)) + 1


class NoteQuerySet(models.QuerySet["Note"]):
    def of_organisation(self, organisation: Organisation) -> "NoteQuerySet":
        return self.filter(event__organisation=organisation)


class Note(models.Model):
    """What the organisation wrote to those who registered."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="notes")
    text = ProseField("message", max_length=4000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField("écrit le", db_default=Now())
    #: how many it was sent to
    sent_to = models.PositiveIntegerField("envoyé à", default=0)

    objects = NoteQuerySet.as_manager()

    class Meta:
        verbose_name = "message aux personnes inscrites"
        verbose_name_plural = "messages aux personnes inscrites"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"message {self.pk}"
