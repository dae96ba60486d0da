"""The 21 measures, what shows how far each is, and what organisations pledge to do about them."""

import calendar
import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Prefetch, Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.formats import date_format

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.clock import today
from jeveuxagir.common.models import LineField, ProseField
from organisations.enums import State as OrganisationState
from organisations.models import Membership, Organisation
from organisations.policies import HANDLERS

from .enums import CLOSED, PUBLIC, SETTLED, Dimension, State, Status

LICENCE = "Licence Ouverte 2.0"
#: the months of the programme are counted from here
START = datetime.date(2020, 6, 1)


def after(months: int) -> datetime.date:
    """The last day of the month that comes so many months after June 2020."""
    years, month = divmod(START.month - 1 + months, 12)
    year = START.year + years
    return datetime.date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def month_of(day: datetime.date) -> str:
    """« décembre 2020 »."""
    return str(date_format(day, "F Y"))


class MeasureQuerySet(models.QuerySet["Measure"]):
    def public(self) -> "MeasureQuerySet":
        """All of them, in their order, each with its evidence: two statements."""
        evidence = Evidence.objects.public()
        return self.order_by("number").prefetch_related(
            Prefetch("evidence", evidence, to_attr="shown_evidence")
        )

    def with_pledges(self) -> "MeasureQuerySet":
        """And the public pledges: one statement more."""
        rows = Pledge.objects.public().select_related("organisation").order_by("-opened_at", "-pk")
        return self.prefetch_related(Prefetch("pledges", rows, to_attr="shown_pledges"))


class Measure(models.Model):
    """Loaded by `load_reference`, never edited: the report says it."""

    number = models.PositiveSmallIntegerField("numéro", primary_key=True)
    slug = models.SlugField("mots de l’adresse", max_length=80, unique=True)
    name = models.CharField("mesure", max_length=160)
    dimension = models.CharField("dimension", max_length=12, choices=Dimension)
    #: when first results were expected, in months from June 2020; the last one is the horizon
    months = ArrayField(models.PositiveSmallIntegerField(), verbose_name="échéances, en mois")
    facilitators = models.CharField("facilitateurs pressentis", max_length=300)
    objective = models.TextField("objectif")
    actions = ArrayField(models.TextField(), verbose_name="comment")
    expected = models.TextField("résultat attendu")
    #: what this platform does about it, and where: [[label, name of a route]]
    answer = models.TextField("ce que fait la plateforme")
    links = models.JSONField("pages de la plateforme", default=list)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        verbose_name = "mesure"
        verbose_name_plural = "mesures"
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=21), name="measure_one_of_21")
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.name}"

    def get_absolute_url(self) -> str:
        return reverse("programme:measure", args=[self.number])

    @property
    def horizon(self) -> int:
        """In months from June 2020."""
        return int(self.months[-1])

    @property
    def due_on(self) -> datetime.date:
        return after(self.horizon)

    @property
    def horizon_words(self) -> str:
        """« septembre 2020 », « décembre 2020, puis décembre 2021 »."""
        return ", puis ".join(month_of(after(months)) for months in self.months)

    # --- from rows of `MeasureQuerySet.public`

    @property
    def proofs(self) -> list["Evidence"]:
        """The last first."""
        return list(self.shown_evidence)  # type: ignore[attr-defined]

    @property
    def last_evidence(self) -> "Evidence | None":
        return next(iter(self.proofs), None)

    @property
    def status_evidence(self) -> "Evidence | None":
        """What says how far it is."""
        return next((one for one in self.proofs if one.status), None)

    @property
    def status(self) -> Status:
        said = self.status_evidence
        return Status(said.status) if said else Status.UNKNOWN

    @property
    def is_overdue(self) -> bool:
        return self.due_on < today() and self.status not in SETTLED


class EvidenceQuerySet(models.QuerySet["Evidence"]):
    def public(self) -> "EvidenceQuerySet":
        """What was not withdrawn, the last first."""
        return self.filter(withdrawn_at=None).order_by("-on", "-pk")


class Evidence(models.Model):
    """Something dated that a source says of a measure, and perhaps how far it is. Withdrawn, never rewritten."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="evidence", verbose_name="mesure")
    on = models.DateField("date de la source")
    text = ProseField("ce qui le montre", max_length=1000)
    source = LineField("source", max_length=200)
    link = models.URLField("adresse de la source", max_length=300, blank=True)
    status = models.CharField("avancement", max_length=12, choices=Status, blank=True, default="")
    #: written by the demo alone
    invented = models.BooleanField("exemple inventé", default=False)
    created_at = models.DateTimeField("notée le", db_default=Now())
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)
    withdrawn_because = ProseField("pourquoi elle est retirée", max_length=500, blank=True)

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        verbose_name = "preuve"
        verbose_name_plural = "preuves"
        constraints = [
            models.CheckConstraint(
                condition=~Q(source="") & ~Q(text=""),
                name="evidence_has_a_source",
                violation_error_message="Une preuve dit ce qui s’est passé, et sa source.",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | ~Q(withdrawn_because=""),
                name="evidence_withdrawn_with_reason",
                violation_error_message="Dites pourquoi cette preuve est retirée.",
            ),
        ]
        indexes = [models.Index(fields=["measure", "-on"], name="evidence_of_measure")]

    def __str__(self) -> str:
        return f"preuve {self.pk}"


class PledgeQuerySet(models.QuerySet["Pledge"]):
    def public(self) -> "PledgeQuerySet":
        """What anybody may read: of organisations that are validated."""
        return self.filter(state__in=PUBLIC, organisation__state=OrganisationState.VALIDATED)

    def of_person(self, person: Person) -> "PledgeQuerySet":
        """Those of the organisations this person handles."""
        handled = Membership.objects.live().filter(person=person, role__in=HANDLERS)
        return self.filter(organisation__in=handled.values("organisation"))

    def silent(self, day: datetime.date) -> "PledgeQuerySet":
        """Past their date, never asked for news, of organisations that may speak."""
        verified = OrganisationState.VALIDATED
        return self.filter(state=State.OPEN, until__lt=day, asked_at=None, organisation__state=verified)


class Pledge(models.Model):
    """« Qui fait quoi »: an organisation says what it will do about a measure, and until when."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="pledges", verbose_name="mesure")
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="+", verbose_name="organisation"
    )
    #: who wrote it; empty once they erased their account
    person = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="personne"
    )
    what = LineField("ce que nous ferons", max_length=200)
    until = models.DateField("jusqu’au")
    state = models.CharField("état", max_length=12, choices=State, default=State.PENDING)
    state_changed_at = models.DateTimeField("depuis le", db_default=Now())
    reason = ProseField("raison", max_length=2000, blank=True)
    created_at = models.DateTimeField("écrit le", db_default=Now())
    opened_at = models.DateTimeField("publié le", null=True, blank=True)
    #: when its author was asked for news: once, whatever comes
    asked_at = models.DateTimeField("nouvelles demandées le", null=True, blank=True)
    news = ProseField("nouvelles", max_length=1000, blank=True)
    news_at = models.DateTimeField("nouvelles du", null=True, blank=True)
    #: the word it was closed with
    outcome = ProseField("pour finir", max_length=1000, blank=True)

    objects = PledgeQuerySet.as_manager()

    class Meta:
        verbose_name = "engagement"
        verbose_name_plural = "engagements"
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=CLOSED) | ~Q(outcome=""),
                name="pledge_closed_with_a_word",
                violation_error_message="Dites un mot de ce qui s’est passé.",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=PUBLIC) | Q(opened_at__isnull=False), name="pledge_opened_dated"
            ),
            models.CheckConstraint(
                condition=Q(news_at=None) | ~Q(news=""),
                name="pledge_news_said",
            ),
        ]
        indexes = [
            models.Index(fields=["measure", "state"], name="pledge_of_measure"),
            models.Index(fields=["state", "until"], name="pledge_due"),
        ]

    def __str__(self) -> str:
        return self.what

    def get_absolute_url(self) -> str:
        return reverse("programme:pledge", args=[self.measure_id, self.pk])

    @property
    def is_public(self) -> bool:
        return self.state in PUBLIC and self.organisation.is_verified

    @property
    def is_open(self) -> bool:
        return self.state == State.OPEN

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.until < today()

    @property
    def silent_since(self) -> datetime.datetime | None:
        """Asked for news, and none came: since when nobody has heard of it."""
        if not self.is_overdue or self.asked_at is None or (self.news_at and self.news_at >= self.asked_at):
            return None
        return self.news_at or self.opened_at


def progress(measures: list[Measure]) -> list[tuple[str, list[tuple[str, int]]]]:
    """[(dimension, [(status, how many measures)])], each status in its order, from rows of `public`."""
    rows = []
    for dimension in Dimension:
        here = [measure.status for measure in measures if measure.dimension == dimension]
        rows.append(
            (
                str(dimension.label).capitalize(),
                [(str(one.label).capitalize(), here.count(one)) for one in Status],
            )
        )
    return rows


def pledges_of(measures: Any) -> dict[int, int]:
    """{measure: how many public pledges}."""
    rows = Pledge.objects.public().filter(measure__in=measures).order_by()
    return dict(rows.values_list("measure").annotate(n=models.Count("pk")))
