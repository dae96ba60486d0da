"""Mission, its addresses and its slots. A slot's places are counted by the database."""

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jeveuxagir.common.models import LineField, ProseField
from jeveuxagir.common.text import slugify
from jeveuxagir.taxonomies.models import Activity, Domain, Sdg, Skill
from jeveuxagir.territories.geo import earth_index
from jeveuxagir.territories.models import Commune, Department
from organisations.models import Organisation

from .enums import CloseReason, Commitment, MissionMode, SlotKind, State

#: a mission of a day welcomes a few teams at once, and a group has at most 200 people
MOST_TEAMS = 10
LARGEST_TEAM = 200


class MissionQuerySet(models.QuerySet["Mission"]):
    def open(self) -> "MissionQuerySet":
        """What anybody may find: open, of a validated organisation."""
        return self.filter(state=State.OPEN, organisation__state="validated")

    def of_organisation(self, organisation: Organisation) -> "MissionQuerySet":
        return self.filter(organisation=organisation)

    def imported(self) -> "MissionQuerySet":
        return self.exclude(source="")


class Mission(models.Model):
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="missions", verbose_name="organisation"
    )
    title = LineField("titre", max_length=160)
    slug = models.SlugField(max_length=80, editable=False)
    description = ProseField("description", max_length=20000)
    domain = models.ForeignKey(
        Domain, models.PROTECT, null=True, blank=True, related_name="missions", verbose_name="domaine"
    )
    sdgs = models.ManyToManyField(Sdg, blank=True, related_name="missions", verbose_name="ODD")
    activities = models.ManyToManyField(
        Activity, blank=True, related_name="missions", verbose_name="activités"
    )
    skills = models.ManyToManyField(Skill, blank=True, related_name="missions", verbose_name="compétences")
    mode = models.CharField(
        "sur place ou à distance", max_length=10, choices=MissionMode, default=MissionMode.ON_SITE
    )
    commitment = models.CharField("rythme", max_length=10, choices=Commitment, blank=True)
    minimum_age = models.PositiveSmallIntegerField("âge minimum", default=18)
    hosting_conditions = ProseField("conditions d’accueil", max_length=2000, blank=True)
    prerequisites = ProseField("ce qui est demandé", max_length=2000, blank=True)
    #: teams welcomed at once on a dated slot; 0 for a mission that takes persons one by one
    team_places = models.PositiveSmallIntegerField("équipes par créneau", default=0)
    team_smallest = models.PositiveSmallIntegerField("plus petite équipe", null=True, blank=True)
    team_largest = models.PositiveSmallIntegerField("plus grande équipe", null=True, blank=True)
    team_preparation = ProseField("ce qui est prévu pour une équipe", max_length=2000, blank=True)
    #: where the mission belongs: its addresses' department, or its organisation's when remote
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="département"
    )
    state = models.CharField("état", max_length=10, choices=State, default=State.DRAFT)
    state_changed_at = models.DateTimeField("depuis le", db_default=Now())
    state_reason = ProseField("raison", max_length=2000, blank=True)
    close_reason = models.CharField("fermée parce que", max_length=20, choices=CloseReason, blank=True)
    #: open again when its organisation's suspension is lifted
    suspended_with_organisation = models.BooleanField(default=False)
    published_at = models.DateTimeField("publiée le", null=True, blank=True)
    last_date = models.DateField("dernier jour", null=True, blank=True)
    #: the furthest page of the wizard that was reached; 0 once sent, or never written there
    draft_step = models.PositiveSmallIntegerField("étape du brouillon", default=0)
    #: names of the organisation, towns and activities, for full text; kept by the services
    search_extra = models.TextField(blank=True, editable=False)
    search = models.GeneratedField(
        expression=SearchVector("title", weight="A", config="french_unaccent")
        + SearchVector("search_extra", weight="B", config="french_unaccent")
        + SearchVector("description", weight="C", config="french_unaccent"),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    #: the words above, folded: what a word with a typo is compared with
    words = models.GeneratedField(
        expression=models.Func(
            F("title"),
            models.Value(" "),
            F("search_extra"),
            template="lower(f_unaccent(%(expressions)s))",
            arg_joiner=" || ",
        ),
        output_field=models.TextField(),
        db_persist=True,
    )
    # imported missions
    source = models.CharField("partenaire", max_length=40, blank=True)
    source_name = models.CharField(max_length=120, blank=True)
    source_id = models.CharField(max_length=200, blank=True)
    application_url = models.URLField("adresse pour candidater", max_length=1000, blank=True)
    source_values = models.JSONField(default=dict, blank=True)

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1)

    objects = MissionQuerySet.as_manager()

    class Meta:
        verbose_name = "mission"
        constraints = [
            models.CheckConstraint(
                condition=Q(minimum_age__in=[16, 18]),
                name="mission_age_16_or_18",
                violation_error_message="L’âge minimum est 16 ou 18 ans.",
            ),
            models.CheckConstraint(
                condition=Q(team_places=0, team_smallest__isnull=True, team_largest__isnull=True)
                | Q(
                    source="",
                    team_places__range=(1, MOST_TEAMS),
                    team_smallest__gte=2,
                    team_largest__gte=F("team_smallest"),
                    team_largest__lte=LARGEST_TEAM,
                ),
                name="mission_teams_whole",
                violation_error_message="Dites combien d’équipes, et de quelle taille.",
            ),
            models.CheckConstraint(
                condition=Q(source="", source_id="")
                | (~Q(source="") & ~Q(source_id="") & ~Q(application_url="")),
                name="mission_source_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["pending", "open"]) | ~Q(source="") | Q(domain__isnull=False),
                name="mission_domain_needed",
                violation_error_message="Choisissez un domaine.",
            ),
            models.CheckConstraint(
                condition=~Q(state=State.OPEN) | Q(published_at__isnull=False), name="mission_open_dated"
            ),
            models.UniqueConstraint(
                fields=["source", "source_id"], condition=~Q(source=""), name="mission_source_once"
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="mission_search"),
            GinIndex(OpClass("words", "gin_trgm_ops"), name="mission_words", condition=Q(state="open")),
            models.Index(fields=["organisation", "state"], name="mission_of_organisation"),
            models.Index(fields=["department", "state"], name="mission_of_department"),
            models.Index(fields=["-published_at"], name="mission_recent", condition=Q(state="open")),
            models.Index(fields=["last_date"], name="mission_ending", condition=Q(state="open")),
            # all that a search reads of a mission: its wide rows are left alone
            models.Index(
                fields=["id"],
                include=[
                    "organisation",
                    "domain",
                    "commitment",
                    "minimum_age",
                    "mode",
                    "published_at",
                    "team_places",
                ],
                name="mission_searched",
                condition=Q(state="open"),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="host_may_host",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("organisation_id", "state"),
                when=pgtrigger.Before,
                func="""
                    IF TG_OP = 'UPDATE' AND NEW.organisation_id = OLD.organisation_id
                       AND NEW.state NOT IN ('pending', 'open', 'suspended') THEN
                        RETURN NEW;
                    END IF;
                    IF NOT (SELECT may_host FROM organisations_organisation WHERE id = NEW.organisation_id) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'mission_host_may_host',
                            MESSAGE = 'this organisation may not host volunteers';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: object, **kwargs: object) -> None:
        self.slug = slugify(self.title)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def get_absolute_url(self) -> str:
        from django.urls import reverse

        return reverse("missions:page", args=[self.pk, self.slug])

    @property
    def welcomes_teams(self) -> bool:
        return self.team_places > 0

    @property
    def is_imported(self) -> bool:
        return self.source != ""

    @property
    def has_page(self) -> bool:
        """Whether anybody may read its page. Needs its organisation."""
        return self.state in (State.OPEN, State.CLOSED, State.DONE) and self.organisation.is_verified


class MissionAddress(models.Model):
    """Where a mission happens. All of a mission's addresses lie in its department (trigger)."""

    mission = models.ForeignKey(Mission, models.CASCADE, related_name="addresses")
    street = LineField("adresse", max_length=160, blank=True)
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="+", verbose_name="commune")
    postal_code = models.CharField("code postal", max_length=5, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)

    class Meta:
        verbose_name = "adresse"
        ordering = ["id"]
        indexes = [
            earth_index("mission_address_earth"),
            models.Index(fields=["latitude", "longitude"], name="mission_address_point"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="address_point_whole",
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="one_department",
                operation=pgtrigger.Insert | pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF (SELECT department_id FROM territories_commune WHERE code = NEW.commune_id)
                       IS DISTINCT FROM (SELECT department_id FROM missions_mission WHERE id = NEW.mission_id) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'address_one_department',
                            MESSAGE = 'all addresses of a mission lie in its department';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"adresse {self.pk}"

    @property
    def in_words(self) -> str:
        """Street, postal code and town, as on an envelope. Needs its commune."""
        town = f"{self.postal_code} {self.commune.name}" if self.postal_code else self.commune.label
        return f"{self.street}, {town}" if self.street else town


class SlotQuerySet(models.QuerySet["Slot"]):
    def live(self) -> "SlotQuerySet":
        """Not cancelled and not past."""
        from jeveuxagir.common.clock import now, today

        return self.filter(cancelled_at__isnull=True).filter(
            Q(kind=SlotKind.DATED, starts_at__gt=now())
            | (~Q(kind=SlotKind.DATED) & (Q(valid_until__isnull=True) | Q(valid_until__gte=today())))
        )

    def with_places(self, places: int = 1) -> "SlotQuerySet":
        return self.filter(seatless=False, taken__lte=F("capacity") - places)


class Slot(models.Model):
    """A time with its own capacity: one dated occurrence, one weekly rhythm, or no date."""

    mission = models.ForeignKey(Mission, models.CASCADE, related_name="slots")
    kind = models.CharField("sorte", max_length=10, choices=SlotKind)
    # dated
    local_date = models.DateField("date", null=True, blank=True)
    # weekly: 0 Monday … 6 Sunday
    weekday = models.PositiveSmallIntegerField("jour", null=True, blank=True)
    # dated or weekly: local time of the place
    start_time = models.TimeField("début", null=True, blank=True)
    end_time = models.TimeField("fin", null=True, blank=True)
    zone = models.CharField("fuseau", max_length=40, default="Europe/Paris")
    #: the same as instants; kept by the services, for dated slots
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    #: bit = weekday * 3 + part, as in a request
    half_days = models.PositiveIntegerField(default=0)
    # weekly or undated: first and last day
    valid_from = models.DateField("à partir du", null=True, blank=True)
    valid_until = models.DateField("jusqu’au", null=True, blank=True)
    capacity = models.PositiveIntegerField("places")
    taken = models.PositiveIntegerField("places prises", default=0, editable=False)
    #: teams that may come, and those that do: each also takes one of the places above for each of its people
    team_places = models.PositiveSmallIntegerField("équipes accueillies", default=0)
    teams_taken = models.PositiveSmallIntegerField("équipes inscrites", default=0, editable=False)
    #: an imported mission's slot: its capacity informs the load gate, no seat is held here
    seatless = models.BooleanField(default=False)
    cancelled_at = models.DateTimeField("annulé le", null=True, blank=True)
    #: how many times it was moved: calendars and reminders follow it
    sequence = models.PositiveIntegerField("déplacements", default=0)

    objects = SlotQuerySet.as_manager()

    class Meta:
        verbose_name = "créneau"
        verbose_name_plural = "créneaux"
        ordering = ["starts_at", "weekday", "start_time", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(taken__gte=0) & Q(taken__lte=F("capacity")),
                name="slot_never_overbooked",
                violation_error_message="Il n’y a pas assez de places sur ce créneau.",
            ),
            models.CheckConstraint(
                condition=Q(teams_taken__lte=F("team_places")),
                name="slot_teams_never_overbooked",
                violation_error_message="Toutes les places d’équipe de ce créneau sont prises.",
            ),
            models.CheckConstraint(
                condition=Q(team_places=0) | Q(kind=SlotKind.DATED),
                name="slot_teams_on_a_day",
                violation_error_message="Une équipe vient un jour donné.",
            ),
            models.CheckConstraint(
                condition=Q(seatless=False) | Q(taken=0), name="slot_imported_holds_no_seat"
            ),
            models.CheckConstraint(condition=Q(capacity__range=(1, 5000)), name="slot_capacity_sane"),
            models.CheckConstraint(
                condition=Q(
                    kind=SlotKind.DATED,
                    local_date__isnull=False,
                    start_time__isnull=False,
                    end_time__isnull=False,
                    starts_at__isnull=False,
                    ends_at__isnull=False,
                    weekday__isnull=True,
                )
                | Q(
                    kind=SlotKind.WEEKLY,
                    local_date__isnull=True,
                    weekday__range=(0, 6),
                    start_time__isnull=False,
                    end_time__isnull=False,
                )
                | Q(kind=SlotKind.UNDATED, local_date__isnull=True, weekday__isnull=True),
                name="slot_kind_whole",
                violation_error_message="Ce créneau est incomplet.",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="slot_ends_after_start",
                violation_error_message="La fin du créneau est avant son début.",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_until__gte=F("valid_from")),
                name="slot_period_ordered",
                violation_error_message="La fin de la période est avant son début.",
            ),
            models.CheckConstraint(condition=Q(half_days__lt=2**21), name="slot_half_days_21_bits"),
        ]
        indexes = [
            models.Index(fields=["mission", "starts_at"], name="slot_of_mission"),
            models.Index(fields=["local_date"], name="slot_date", condition=Q(cancelled_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"créneau {self.pk}"

    @property
    def free(self) -> int:
        return max(self.capacity - self.taken, 0)

    def teams_left(self, smallest: int | None) -> int:
        """How many more teams may come: a place for a team is worth nothing without room for its people."""
        if not self.team_places or not smallest:
            return 0
        return min(self.team_places - self.teams_taken, self.free // smallest)
