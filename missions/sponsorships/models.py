"""A « mise à disposition »: somebody's working time, given by an employer to an association, for one need.

Time is whole minutes. What is agreed is on a convention signed by both sides; what was worked is on days that count
once both sides validated them. The database keeps the counts: a sponsorship never holds more than its offer has left,
its days never exceed its convention, nobody signs or validates for both sides.
"""

import secrets
from collections.abc import Mapping

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from jeveuxagir.accounts.models import Person
from jeveuxagir.accounts.roles import scope_filter
from jeveuxagir.common.clock import FIRST_DAY, LAST_DAY, today
from jeveuxagir.common.models import LineField, ProseField, personal
from missions.offers.models import Offer
from missions.skill_needs.durations import DAY_MINUTES, in_words, in_words_by
from missions.skill_needs.models import IMMERSION_MINUTES, SkillNeed
from organisations.companies.models import Employee
from organisations.models import Membership, Organisation
from organisations.policies import HANDLERS

from . import triggers
from .enums import (
    BEFORE_SIGNING,
    COUNTED,
    ENDED,
    MOST_A_DAY,
    WORKING,
    ConventionState,
    DayState,
    DueKind,
    Format,
    Outcome,
    Part,
    Side,
    State,
)

#: the most one sponsorship may hold: three years of full time
MOST_MINUTES = 3 * 220 * DAY_MINUTES
DATES_SANE = Q(starts_on__gte=FIRST_DAY, ends_on__lte=LAST_DAY)


class SponsorshipQuerySet(models.QuerySet["Sponsorship"]):
    def given_by(self, organisation: Organisation) -> "SponsorshipQuerySet":
        return self.filter(offer__organisation=organisation)

    def failed(self) -> "SponsorshipQuerySet":
        """Those that came to nothing, or stopped before their end."""
        return self.filter(state__in=[State.DECLINED, State.BROKEN])

    def of_pair(self, need: int, offer: int) -> "SponsorshipQuerySet":
        return self.filter(need=need, offer=offer)

    def of_organisation(self, organisation: Organisation) -> "SponsorshipQuerySet":
        """Those it gives or receives; an association is told of none before the employer agreed."""
        received = Q(need__organisation=organisation) & ~Q(state=State.DRAFTED) & ~_never_agreed()
        return self.filter(Q(offer__organisation=organisation) | received)

    def of_person(self, person: Person) -> "SponsorshipQuerySet":
        """Those whose convention in force names this person, while they are still their employer's."""
        named = Convention.objects.filter(
            sponsorship=OuterRef("pk"), state=ConventionState.IN_FORCE, employee=person
        )
        employed = Employee.objects.of_person(person).live().values("organisation")
        return self.filter(Exists(named), offer__organisation__in=employed)

    def handled_by(self, person: Person) -> "SponsorshipQuerySet":
        """Those of the organisations this person handles, either side."""
        mine = Membership.objects.live().filter(person=person, role__in=HANDLERS).values("organisation")
        received = Q(need__organisation__in=mine) & ~Q(state=State.DRAFTED) & ~_never_agreed()
        return self.filter(Q(offer__organisation__in=mine) | received)

    def visible_to(self, user: object) -> "SponsorshipQuerySet":
        """Staff: those of their territory, from either side."""
        return self.filter(
            scope_filter(user, "need__organisation__commune__department")
            | scope_filter(user, "offer__organisation__commune__department")
        )


def _never_agreed() -> Q:
    """Given up by the employer before it agreed to anything."""
    return Q(state=State.DECLINED, agreed_at__isnull=True)


class Sponsorship(models.Model):
    need = models.ForeignKey(SkillNeed, models.PROTECT, related_name="sponsorships", verbose_name="besoin")
    offer = models.ForeignKey(Offer, models.PROTECT, related_name="sponsorships", verbose_name="offre")
    format = models.CharField("format", max_length=14, choices=Format, default=Format.SPLIT)
    minutes = models.PositiveIntegerField("temps prévu, en minutes")
    day_minutes = models.PositiveSmallIntegerField("minutes d’une journée", default=DAY_MINUTES)
    starts_on = models.DateField("à partir du")
    ends_on = models.DateField("jusqu’au")
    #: the trade of who comes; who it is stands on the convention
    profile = LineField("métier", max_length=120, blank=True)
    #: why these two were brought together, as it was said then
    reasons = models.JSONField("raisons", default=list, blank=True)
    state = models.CharField("état", max_length=12, choices=State, default=State.DRAFTED)
    state_changed_at = models.DateTimeField("depuis le", db_default=Now())
    #: when the employer agreed: its offer holds the time from then on
    agreed_at = models.DateTimeField("accord de l’employeur le", null=True, blank=True)
    #: who said yes for each side: two persons
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    ended_by = models.CharField("arrêtée par", max_length=12, choices=Side, blank=True)
    end_reason = ProseField("raison de la fin", max_length=1000, blank=True)
    #: what it takes of its offer; what was logged; what both sides validated: kept by triggers
    held_minutes = models.PositiveIntegerField("temps tenu", default=0, editable=False)
    logged_minutes = models.PositiveIntegerField("temps noté", default=0, editable=False)
    validated_minutes = models.PositiveIntegerField("temps validé", default=0, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("préparée le", db_default=Now())
    version = models.PositiveIntegerField(default=1)

    #: minutes of a day → minutes validated, once `statement.tell_validated` counted them
    validated_by_day: Mapping[int, int] | None = None

    objects = SponsorshipQuerySet.as_manager()

    class Meta:
        verbose_name = "mise à disposition"
        verbose_name_plural = "mises à disposition"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(logged_minutes__lte=F("minutes")),
                name="sponsorship_never_over_convention",
                violation_error_message="Il ne reste pas autant de temps dans la convention.",
            ),
            models.CheckConstraint(
                condition=Q(validated_minutes__lte=F("logged_minutes")),
                name="sponsorship_validated_is_logged",
            ),
            models.CheckConstraint(
                condition=Q(minutes__range=(30, MOST_MINUTES)),
                name="sponsorship_minutes_sane",
                violation_error_message="Le temps va d’une demi-heure à trois années de travail.",
            ),
            models.CheckConstraint(
                condition=Q(day_minutes__range=(60, MOST_A_DAY)),
                name="sponsorship_day_sane",
                violation_error_message="Une journée compte d’une à douze heures.",
            ),
            models.CheckConstraint(
                condition=~Q(format=Format.IMMERSION) | Q(minutes__range=IMMERSION_MINUTES),
                name="sponsorship_immersion_short",
                violation_error_message="Une immersion dure d’une demi-journée à dix jours.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="sponsorship_dates_ordered",
                violation_error_message="La fin vient après le début.",
            ),
            models.CheckConstraint(
                condition=DATES_SANE,
                name="sponsorship_dates_sane",
                violation_error_message="Ces dates sont trop lointaines.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[State.BROKEN, State.DECLINED])
                | (~Q(end_reason="") & ~Q(ended_by="")),
                name="sponsorship_end_has_reason",
                violation_error_message="Dites pourquoi.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[State.DRAFTED, State.DECLINED]) | Q(agreed_at__isnull=False),
                name="sponsorship_agreed_dated",
            ),
            models.CheckConstraint(
                condition=Q(agreed_by__isnull=True)
                | Q(accepted_by__isnull=True)
                | ~Q(agreed_by=F("accepted_by")),
                name="sponsorship_agreed_by_two",
                violation_error_message="Une même personne ne dit pas oui pour les deux côtés.",
            ),
            models.UniqueConstraint(
                fields=["need", "offer"],
                condition=Q(state__in=BEFORE_SIGNING),
                name="sponsorship_prepared_once",
                violation_error_message="Cette offre et ce besoin ont déjà une mise à disposition en préparation.",
            ),
        ]
        indexes = [
            models.Index(fields=["need", "state"], name="sponsorship_of_need"),
            models.Index(fields=["offer", "state"], name="sponsorship_of_offer"),
            models.Index(fields=["state", "ends_on"], name="sponsorship_ending"),
        ]
        triggers = triggers.OF_SPONSORSHIPS

    def __str__(self) -> str:
        return f"mise à disposition {self.pk}"

    @property
    def employer(self) -> Organisation:
        return self.offer.organisation

    @property
    def association(self) -> Organisation:
        return self.need.organisation

    def organisation_of(self, side: str) -> Organisation:
        return self.employer if side == Side.COMPANY else self.association

    @property
    def left_minutes(self) -> int:
        """What may still be logged."""
        return self.minutes - self.logged_minutes if self.state in WORKING else 0

    @property
    def waiting_minutes(self) -> int:
        return self.logged_minutes - self.validated_minutes

    @property
    def is_immersion(self) -> bool:
        """Somebody comes to learn from the association: its debrief has words of its own."""
        return self.format == Format.IMMERSION

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED

    @property
    def is_working(self) -> bool:
        return self.state in WORKING

    @property
    def has_begun(self) -> bool:
        """Whether a day may be noted already: none is noted ahead, nor before the convention."""
        return self.state == State.RUNNING or self.starts_on <= today()

    @property
    def volume(self) -> str:
        """« 8 jours »."""
        return in_words(self.minutes, self.day_minutes)

    @property
    def validated_in_words(self) -> str:
        if self.validated_by_day is not None:
            return in_words_by(self.validated_by_day)
        return self.in_words(self.validated_minutes)

    def may_have_lost(self, convention_pk: int) -> bool:
        """Whether no convention bears this number: one of ours did, perhaps, and was replaced before it was signed."""
        return not Convention.objects.filter(pk=convention_pk).exists()

    def in_words(self, minutes: int) -> str:
        return in_words(minutes, self.day_minutes)


def new_salt() -> str:
    return secrets.token_hex(16)


class ConventionQuerySet(models.QuerySet["Convention"]):
    def in_force(self) -> "ConventionQuerySet":
        return self.filter(state=ConventionState.IN_FORCE)

    def proposed(self) -> "ConventionQuerySet":
        return self.filter(state=ConventionState.PROPOSED)

    def of_person(self, person: Person) -> "ConventionQuerySet":
        """Those of the organisations this person handles, either side."""
        return self.filter(sponsorship__in=Sponsorship.objects.handled_by(person))

    def of_organisation(self, organisation: Organisation) -> "ConventionQuerySet":
        return self.filter(sponsorship__in=Sponsorship.objects.of_organisation(organisation))


class Convention(models.Model):
    """What both sides sign: how long, when, who. The next ones of the same sponsorship are its « avenants »."""

    sponsorship = models.ForeignKey(Sponsorship, models.CASCADE, related_name="conventions")
    number = models.PositiveSmallIntegerField("numéro")
    #: 0 for the convention itself, then the rank of the amendment: who gave one up half signed keeps it to be read
    amendment = models.PositiveSmallIntegerField("avenant n°", default=0, db_default=0)
    state = models.CharField("état", max_length=10, choices=ConventionState, default=ConventionState.PROPOSED)
    state_changed_at = models.DateTimeField("depuis le", db_default=Now())
    minutes = models.PositiveIntegerField("temps, en minutes")
    day_minutes = models.PositiveSmallIntegerField("minutes d’une journée")
    starts_on = models.DateField("à partir du")
    ends_on = models.DateField("jusqu’au")
    profile = LineField("métier", max_length=120)
    employee = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="conventions", verbose_name="personne"
    )
    employee_name = personal(LineField("personne mise à disposition", max_length=160))
    #: what an amendment changes, in its author's words
    summary = ProseField("ce qui change", max_length=1000, blank=True)
    template = models.CharField("modèle", max_length=40)
    #: [{"title": "…", "text": "…"}], in order
    articles = models.JSONField("articles", default=list)
    #: SHA-256 of the words, of the terms and of `salt`
    text_hash = models.CharField("empreinte", max_length=64)
    #: drawn at random, so that nobody finds who comes by trying names; gone with the name; "" before it existed
    salt = models.CharField(
        "aléa de l’empreinte", max_length=32, blank=True, default=new_salt, db_default="", editable=False
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    #: who said, for a public employer, that the check of ethics was made
    ethics_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    ethics_at = models.DateTimeField("contrôle de déontologie dit fait le", null=True, blank=True)
    proposed_side = models.CharField("proposée par", max_length=12, choices=Side)
    created_at = models.DateTimeField("proposée le", db_default=Now())
    company_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    company_signatory = personal(LineField("signataire de l’employeur", max_length=300, blank=True))
    company_at = models.DateTimeField("signée par l’employeur le", null=True, blank=True)
    association_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    association_signatory = personal(LineField("signataire de l’association", max_length=300, blank=True))
    association_at = models.DateTimeField("signée par l’association le", null=True, blank=True)
    in_force_at = models.DateTimeField("en vigueur le", null=True, blank=True)
    #: the PDF, made once when it entered into force; empty once somebody named in it was forgotten
    document = models.BinaryField("document", default=b"", editable=False)
    document_hash = models.CharField("empreinte du document", max_length=64, blank=True)
    #: names were taken out, a year after the end
    forgotten_at = models.DateTimeField("noms retirés le", null=True, blank=True)

    objects = ConventionQuerySet.as_manager()

    class Meta:
        verbose_name = "convention"
        ordering = ["sponsorship", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["sponsorship", "number"], name="convention_number_once"),
            models.UniqueConstraint(
                fields=["sponsorship"],
                condition=Q(state=ConventionState.PROPOSED),
                name="convention_one_proposed",
                violation_error_message="Une convention attend déjà d’être signée.",
            ),
            models.UniqueConstraint(
                fields=["sponsorship"],
                condition=Q(state=ConventionState.IN_FORCE),
                name="convention_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(company_by__isnull=True)
                | Q(association_by__isnull=True)
                | ~Q(company_by=F("association_by")),
                name="convention_signed_by_two",
                violation_error_message="Une même personne ne signe pas pour les deux côtés.",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[ConventionState.PROPOSED, ConventionState.DROPPED])
                | Q(company_at__isnull=False, association_at__isnull=False, in_force_at__isnull=False),
                name="convention_in_force_signed_by_both",
            ),
            models.CheckConstraint(
                condition=Q(text_hash__regex=r"^[0-9a-f]{64}$"), name="convention_has_hash"
            ),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="convention_dates_ordered"),
            models.CheckConstraint(
                condition=DATES_SANE,
                name="convention_dates_sane",
                violation_error_message="Ces dates sont trop lointaines.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["document_hash"], name="convention_by_document", condition=~Q(document_hash="")
            )
        ]
        triggers = triggers.OF_CONVENTIONS

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        return f"avenant n° {self.amendment}" if self.amendment else "convention"

    @property
    def is_amendment(self) -> bool:
        return self.amendment > 0

    def signed_at(self, side: str) -> object:
        return self.company_at if side == Side.COMPANY else self.association_at

    @property
    def volume(self) -> str:
        return in_words(self.minutes, self.day_minutes)


class DayEntryQuerySet(models.QuerySet["DayEntry"]):
    def counted(self) -> "DayEntryQuerySet":
        """Those that take time of their convention."""
        return self.filter(state__in=COUNTED)

    def waiting(self) -> "DayEntryQuerySet":
        return self.filter(state=DayState.WAITING)

    def validated(self) -> "DayEntryQuerySet":
        return self.filter(state=DayState.VALIDATED)

    def of_person(self, person: Person) -> "DayEntryQuerySet":
        """Those that this person worked."""
        return self.filter(convention__employee=person)

    def of_organisation(self, organisation: Organisation) -> "DayEntryQuerySet":
        return self.filter(sponsorship__in=Sponsorship.objects.of_organisation(organisation))


class DayEntry(models.Model):
    """What was worked on one date. It never changes: a correction is another entry, which says what it corrects."""

    sponsorship = models.ForeignKey(Sponsorship, models.CASCADE, related_name="days")
    #: the convention in force that day was noted under: it names who worked
    convention = models.ForeignKey(Convention, models.CASCADE, related_name="days")
    on = models.DateField("le")
    part = models.CharField("quand", max_length=10, choices=Part, default=Part.WHOLE)
    minutes = models.PositiveSmallIntegerField("durée, en minutes")
    note = personal(LineField("ce qui a été fait", max_length=300, blank=True))
    state = models.CharField("état", max_length=10, choices=DayState, default=DayState.WAITING)
    state_changed_at = models.DateTimeField("depuis le", db_default=Now())
    logged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    logged_at = models.DateTimeField("notée le", db_default=Now())
    company_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    company_at = models.DateTimeField("validée par l’employeur le", null=True, blank=True)
    association_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    association_at = models.DateTimeField("validée par l’association le", null=True, blank=True)
    refused_side = models.CharField("refusée par", max_length=12, choices=Side, blank=True)
    refused_reason = ProseField("raison du refus", max_length=500, blank=True)
    #: the entry this one corrects
    corrects = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="corrections")

    objects = DayEntryQuerySet.as_manager()

    class Meta:
        verbose_name = "journée"
        ordering = ["-on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["sponsorship", "on", "part"],
                condition=Q(state__in=COUNTED),
                name="day_once",
                violation_error_message="Ce moment est déjà noté.",
            ),
            models.CheckConstraint(
                condition=Q(minutes__range=(15, MOST_A_DAY)),
                name="day_minutes_sane",
                violation_error_message="Une journée va d’un quart d’heure à douze heures.",
            ),
            models.CheckConstraint(
                condition=Q(state=DayState.VALIDATED, company_at__isnull=False, association_at__isnull=False)
                | (
                    ~Q(state=DayState.VALIDATED)
                    & (Q(company_at__isnull=True) | Q(association_at__isnull=True))
                ),
                name="day_validated_by_both",
            ),
            models.CheckConstraint(
                condition=Q(company_by__isnull=True)
                | Q(association_by__isnull=True)
                | ~Q(company_by=F("association_by")),
                name="day_validated_by_two",
                violation_error_message="Une même personne ne valide pas une journée pour les deux côtés.",
            ),
            models.CheckConstraint(
                condition=(Q(state=DayState.REFUSED) & ~Q(refused_reason="") & ~Q(refused_side=""))
                | (~Q(state=DayState.REFUSED) & Q(refused_side="")),
                name="day_refused_with_reason",
                violation_error_message="Dites pourquoi cette journée est refusée.",
            ),
            models.UniqueConstraint(
                fields=["corrects"], condition=Q(corrects__isnull=False), name="day_corrected_once"
            ),
        ]
        indexes = [
            models.Index(fields=["sponsorship", "state"], name="day_of_sponsorship"),
            models.Index(fields=["state", "on"], name="day_by_date"),
        ]
        triggers = triggers.OF_DAYS

    def __str__(self) -> str:
        return f"journée {self.pk}"

    def validated_at(self, side: str) -> object:
        return self.company_at if side == Side.COMPANY else self.association_at

    @property
    def length(self) -> str:
        """« 1 jour », « une demi-journée », « 3 h »."""
        return in_words(self.minutes, self.convention.day_minutes)


class DebriefQuerySet(models.QuerySet["Debrief"]):
    def of_organisation(self, organisation: Organisation) -> "DebriefQuerySet":
        return self.filter(sponsorship__in=Sponsorship.objects.of_organisation(organisation))


class Debrief(models.Model):
    """What one side says at the end. The other reads it once it has said its own."""

    sponsorship = models.ForeignKey(Sponsorship, models.CASCADE, related_name="debriefs")
    side = models.CharField("côté", max_length=12, choices=Side)
    delivered = models.CharField("ce qui était demandé est fait", max_length=6, choices=Outcome)
    went_well = ProseField("ce qui a bien marché", max_length=2000)
    to_improve = ProseField("ce qui serait à améliorer", max_length=2000, blank=True)
    again = models.BooleanField("à refaire", default=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("le", db_default=Now())

    objects = DebriefQuerySet.as_manager()

    class Meta:
        verbose_name = "bilan"
        ordering = ["side"]
        constraints = [
            models.UniqueConstraint(
                fields=["sponsorship", "side"],
                name="debrief_once",
                violation_error_message="Votre bilan est déjà fait.",
            ),
            models.UniqueConstraint(
                fields=["sponsorship", "author"],
                condition=Q(author__isnull=False),
                name="debriefs_by_two",
                violation_error_message="Une même personne ne fait pas le bilan des deux côtés.",
            ),
        ]

    def __str__(self) -> str:
        return f"bilan {self.pk}"


class ValuationQuerySet(models.QuerySet["Valuation"]):
    def given_by(self, organisation: Organisation) -> "ValuationQuerySet":
        return self.filter(sponsorship__offer__organisation=organisation)


class Valuation(models.Model):
    """What the employer reckons a year of one sponsorship cost it: typed by itself, read by itself alone."""

    sponsorship = models.ForeignKey(Sponsorship, models.CASCADE, related_name="valuations")
    year = models.PositiveSmallIntegerField("année")
    amount = models.DecimalField("montant en euros", max_digits=11, decimal_places=2)
    updated_at = models.DateTimeField("noté le", auto_now=True)

    objects = ValuationQuerySet.as_manager()

    class Meta:
        verbose_name = "montant"
        constraints = [
            models.UniqueConstraint(fields=["sponsorship", "year"], name="valuation_once"),
            models.CheckConstraint(
                condition=Q(amount__gte=0),
                name="valuation_positive",
                violation_error_message="Un montant n’est pas négatif.",
            ),
        ]

    def __str__(self) -> str:
        return f"montant {self.pk}"


class Due(models.Model):
    """Something that will be due on a date: written ahead, looked at once, whatever stopped in between."""

    sponsorship = models.ForeignKey(Sponsorship, models.CASCADE, related_name="dues")
    kind = models.CharField("sorte", max_length=10, choices=DueKind)
    #: what of: a day's number and side, a date
    about = models.CharField("à propos de", max_length=40)
    due_on = models.DateField("dû le")
    settled_at = models.DateTimeField("traité le", null=True, blank=True)
    #: somebody was written to; else it was done in time
    told = models.BooleanField("rappel envoyé", default=False)

    class Meta:
        verbose_name = "échéance"
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["sponsorship", "kind", "about"], name="due_once"),
        ]
        indexes = [
            models.Index(fields=["due_on"], name="due_to_settle", condition=Q(settled_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"échéance {self.pk}"
