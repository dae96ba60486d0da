"""What an employer gives of its people's time: skills, a budget of days, where and when. Nobody is named in it.

Work is counted in whole minutes. What sponsorships hold of an offer is counted by the database.
"""

import datetime
from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from jeveuxagir.accounts.models import Person
from jeveuxagir.accounts.roles import scope_filter
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.models import LineField, ProseField
from jeveuxagir.common.text import slugify
from jeveuxagir.taxonomies.models import Skill
from jeveuxagir.territories.models import Commune, Department
from missions.enums import MissionMode
from missions.skill_needs.models import DAY_MINUTES
from organisations.models import Membership, Organisation
from organisations.policies import HANDLERS

from .enums import Format, State

#: so long after it opens, an offer goes first to associations that were never served
FIRST_TIMERS_FOR = datetime.timedelta(hours=72)
#: the most one offer may hold, in minutes: twenty people for a year
MOST_MINUTES = 20 * 220 * DAY_MINUTES


class OfferQuerySet(models.QuerySet["Offer"]):
    def giving(self) -> "OfferQuerySet":
        """Those that may be proposed: open, of a validated employer, with time left, their period not past."""
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=today()),
            state=State.OPEN,
            organisation__state="validated",
            committed_minutes__lt=F("total_minutes"),
        )

    def public(self) -> "OfferQuerySet":
        """What anybody may read: what may be proposed, once its first 72 hours are over."""
        return self.giving().first_hours_over(by=now())

    def first_hours_over(self, *, by: datetime.datetime) -> "OfferQuerySet":
        """Those whose first 72 hours of being open ended then or before, if they stayed open."""
        return self.filter(opened_at__lte=by - FIRST_TIMERS_FOR - F("held_for"))

    def visible_to(self, user: Any) -> "OfferQuerySet":
        """What this account may read: what is public; what its employers wrote; within its first 72 hours, what gives,
        for who answers for an association never served; for staff, what employers of their territory sent."""
        if not user.is_authenticated:
            return self.public()
        from . import policies

        member = Membership.objects.live().filter(
            organisation=OuterRef("organisation"), person=user.person_id
        )
        in_scope = self.filter(scope_filter(user, "organisation__commune__department"))
        found = Q(Exists(member)) | Q(pk__in=in_scope.exclude(state=State.DRAFT).values("pk"))
        first_timer = policies.never_served(policies.receiving_of(user.person)).exists()
        found |= Q(pk__in=(self.giving() if first_timer else self.public()).values("pk"))
        return self.filter(found)

    def for_cards(self) -> "OfferQuerySet":
        """With all that a line of the list or of the API shows, in a number of queries that rows do not change."""
        rows = self.select_related("organisation__commune__department")
        return rows.prefetch_related("departments", "communes", "skills")

    def of_organisation(self, organisation: Organisation) -> "OfferQuerySet":
        return self.filter(organisation=organisation)

    def of_person(self, person: Person) -> "OfferQuerySet":
        """Those of the employers this person handles."""
        handled = Membership.objects.live().filter(
            organisation=OuterRef("organisation"), person=person, role__in=HANDLERS
        )
        return self.filter(Exists(handled))


class Offer(models.Model):
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="offers", verbose_name="employeur"
    )
    title = LineField("titre", max_length=160)
    slug = models.SlugField(max_length=80, editable=False)
    description = ProseField("ce que nous proposons", max_length=5000, blank=True)
    skills = models.ManyToManyField(Skill, blank=True, related_name="+", verbose_name="compétences")
    formats = ArrayField(
        models.CharField(max_length=14, choices=Format), verbose_name="formats", default=list, blank=True
    )
    mode = models.CharField(
        "sur place ou à distance", max_length=10, choices=MissionMode, default=MissionMode.HYBRID
    )
    #: where people may go; neither departments, nor communes, nor `everywhere`: the employer's own department
    departments = models.ManyToManyField(
        Department, blank=True, related_name="+", verbose_name="départements"
    )
    communes = models.ManyToManyField(Commune, blank=True, related_name="+", verbose_name="communes")
    everywhere = models.BooleanField("partout en France", default=False)
    #: on what anybody may read; associations and the brigade read it all the same
    shows_name = models.BooleanField("nom montré à tous", default=False)
    total_minutes = models.PositiveIntegerField("temps offert, en minutes")
    #: what sponsorships hold of it, kept by the trigger of their table
    committed_minutes = models.PositiveIntegerField("temps engagé, en minutes", default=0, editable=False)
    day_minutes = models.PositiveSmallIntegerField("minutes d’une journée", default=DAY_MINUTES)
    starts_on = models.DateField("à partir du", null=True, blank=True)
    ends_on = models.DateField("jusqu’au", null=True, blank=True)
    state = models.CharField("état", max_length=10, choices=State, default=State.DRAFT)
    state_changed_at = models.DateTimeField("depuis le", db_default=Now())
    state_reason = ProseField("raison", max_length=2000, blank=True)
    draft_step = models.PositiveSmallIntegerField("étape du brouillon", default=0)
    #: the first time it opened: the 72 hours count from there
    opened_at = models.DateTimeField("ouverte le", null=True, blank=True)
    #: how long it was not open before its 72 hours were over (paused, suspended, exhausted): that does not count
    held_for = models.DurationField("temps hors des 72 heures", default=datetime.timedelta(), editable=False)
    #: since when it is so now
    held_since = models.DateTimeField("72 heures arrêtées depuis le", null=True, blank=True, editable=False)
    suspended_with_organisation = models.BooleanField(default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1)

    objects = OfferQuerySet.as_manager()

    class Meta:
        verbose_name = "offre de mécénat de compétences"
        verbose_name_plural = "offres de mécénat de compétences"
        constraints = [
            models.CheckConstraint(
                condition=Q(committed_minutes__gte=0, committed_minutes__lte=F("total_minutes")),
                name="offer_never_overspent",
                violation_error_message="Il ne reste pas assez de jours dans cette offre.",
            ),
            models.CheckConstraint(
                condition=Q(total_minutes__range=(30, MOST_MINUTES)),
                name="offer_minutes_sane",
                violation_error_message="Le temps offert va d’une demi-heure à vingt années de travail.",
            ),
            models.CheckConstraint(
                condition=Q(day_minutes__range=(60, 720)),
                name="offer_day_sane",
                violation_error_message="Une journée compte d’une à douze heures.",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="offer_period_ordered",
                violation_error_message="La fin vient après le début.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.OPEN, State.PAUSED, State.EXHAUSTED])
                | Q(opened_at__isnull=False),
                name="offer_open_dated",
            ),
            models.CheckConstraint(
                condition=Q(held_for__gte=datetime.timedelta())
                & (
                    Q(held_since__isnull=True)
                    | Q(held_since__gte=F("opened_at"), opened_at__isnull=False) & ~Q(state=State.OPEN)
                ),
                name="offer_first_hours_stop_while_shut",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "state"], name="offer_of_organisation"),
            models.Index(fields=["state", "opened_at"], name="offer_open"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="offered_by_employer",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("organisation_id", "state"),
                when=pgtrigger.Before,
                func=f"""
                    -- what was offered already keeps its employer's kind as it is: its row is not to be locked after
                    -- the offer's
                    IF TG_OP = 'UPDATE' AND NEW.organisation_id = OLD.organisation_id
                        AND OLD.state NOT IN ('{State.REFUSED}', '{State.EXPIRED}') THEN
                        RETURN NEW;
                    END IF;
                    IF (
                        SELECT kind FROM organisations_organisation WHERE id = NEW.organisation_id FOR SHARE
                    ) NOT IN ('company', 'local_authority', 'state_service', 'public_body') THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'offer_of_employer',
                            MESSAGE = 'only a company or a public employer offers the time of its people';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 (our own states)
            ),
            pgtrigger.Trigger(
                name="committed_by_sponsorships",
                operation=pgtrigger.UpdateOf("committed_minutes"),
                when=pgtrigger.Before,
                func="""
                    -- written by the trigger of sponsorships alone, never by an UPDATE of this table
                    IF pg_trigger_depth() = 1 THEN
                        NEW.committed_minutes := OLD.committed_minutes;
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: object, **kwargs: object) -> None:
        self.slug = slugify(self.title)
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def get_absolute_url(self) -> str:
        from django.urls import reverse

        return reverse("offers:page", args=[self.pk, self.slug])

    @property
    def formats_in_words(self) -> list[str]:
        return [Format(code).label for code in self.formats]

    @property
    def left_minutes(self) -> int:
        return self.total_minutes - self.committed_minutes

    @property
    def first_timers_until(self) -> datetime.datetime | None:
        """When everybody may be proposed it, if it stays open."""
        return self.opened_at + self.held_for + FIRST_TIMERS_FOR if self.opened_at else None

    @property
    def first_timers_left(self) -> datetime.timedelta:
        """What is left of its first 72 hours: they stand still while it is not open."""
        until = self.first_timers_until
        return max(until - (self.held_since or now()), datetime.timedelta()) if until else FIRST_TIMERS_FOR

    @property
    def is_public(self) -> bool:
        """What `OfferQuerySet.public` says of one row. Needs its organisation."""
        return (
            self.state == State.OPEN
            and self.organisation.is_verified
            and self.left_minutes > 0
            and not self.first_timers_only
            and (self.ends_on is None or self.ends_on >= today())
        )

    @property
    def first_timers_only(self) -> bool:
        """Within the 72 hours when only associations never served are proposed it."""
        return self.opened_at is not None and self.first_timers_left > datetime.timedelta()
