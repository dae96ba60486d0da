"""What the pages, the panels and the files of indicators show: values by period, what is late, who should act."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q
from django.urls import reverse

from alliances.enums import Activity
from alliances.models import Alliance, Party
from jeveuxagir.accounts.models import Person
from jeveuxagir.common.clock import PARIS, today
from jeveuxagir.common.registries import ToDo
from jeveuxagir.common.text import NBSP, amount
from jeveuxagir.ui.charts import Dot
from organisations.models import Membership
from organisations.policies import HANDLERS

from . import policies
from .enums import Standing, Verdict
from .models import Indicator, Value
from .periods import after, between, label, last_ended, of_period, start_of

#: a value is waited for this long after its period, then it is late
IN_TIME = datetime.timedelta(days=30)


@dataclass(frozen=True)
class Point:
    """A period with the value of each party that counted, and what the others say of them."""

    period: datetime.date
    label: str
    values: list[Value]
    standing: Standing

    @property
    def words(self) -> str:
        """« 42 », or « 40 ou 42 » while two parties differ."""
        return " ou ".join(amount(number) for number in sorted({value.amount for value in self.values}))

    @property
    def is_doubtful(self) -> bool:
        return self.standing in (Standing.DISPUTED, Standing.CONFLICT)


@dataclass(frozen=True)
class Dispute:
    """A value that others dispute: who says so, and who is to answer (nobody, once all concerned have left)."""

    value: Value
    by: list[str]
    answering: Party | None

    @property
    def words(self) -> str:
        """Who is to answer, and how it ends."""
        others = " et ".join(self.by)
        if self.answering is None:
            return "Plus personne n’en répond : une partie reprend d’abord cet indicateur."
        change = "peut changer d’avis" if len(self.by) == 1 else "peuvent changer d’avis"
        return (
            f"{self.answering.name} doit répondre : corriger la valeur, ou convaincre {others}, qui {change}."
        )


@dataclass(frozen=True)
class Late:
    """The oldest period that waits for its value: « à saisir », then « en retard »."""

    period: datetime.date
    label: str
    since: datetime.date
    is_late: bool
    of_period: str

    @property
    def word(self) -> str:
        return "en retard" if self.is_late else "à saisir"

    @property
    def kind(self) -> str:
        return "error" if self.is_late else "warning"


@dataclass(frozen=True)
class Shown:
    """An indicator with what a page says of it."""

    indicator: Indicator
    points: list[Point]
    late: Late | None
    dots: list[Dot] = field(default_factory=list)

    @property
    def latest(self) -> Point | None:
        return self.points[-1] if self.points else None

    @property
    def target_words(self) -> str:
        one = self.indicator
        if not one.is_measured:
            return "à fixer"
        return f"{amount(one.target)}{NBSP}{one.unit} en {one.target_on.year}"


def standing_of(values: list[Value]) -> Standing:
    """Two numbers for one period are a conflict; else one dispute weighs more than any confirmation."""
    if len({value.amount for value in values}) > 1:
        return Standing.CONFLICT
    verdicts = {review.verdict for value in values for review in value.reviews.all()}
    if Verdict.DISPUTED in verdicts:
        return Standing.DISPUTED
    # two parties that counted the same confirm each other
    return Standing.CONFIRMED if Verdict.CONFIRMED in verdicts or len(values) > 1 else Standing.ENTERED


def points_of(indicator: Indicator, values: Iterable[Value]) -> list[Point]:
    """The values that hold now, by period, oldest first."""
    by_period: dict[datetime.date, list[Value]] = {}
    for value in values:
        if value.replaced_at is None:
            by_period.setdefault(value.period, []).append(value)
    return [
        Point(period, label(indicator.rhythm, period), found, standing_of(found))
        for period, found in sorted(by_period.items())
    ]


def disputes_of(points: Iterable[Point]) -> list[Dispute]:
    """The disputed values that hold now, oldest first. Their reviews are fetched with their parties."""
    found = []
    for value in (value for point in points for value in point.values):
        by = [one.party.name for one in value.reviews.all() if one.verdict == Verdict.DISPUTED]
        if by:
            found.append(Dispute(value, by, policies.answers(value)))
    return found


def late_of(indicator: Indicator, periods: set[datetime.date]) -> Late | None:
    """The first period without a value since the latest one (or the baseline); nothing for a stopped indicator."""
    if indicator.archived_at or not indicator.is_measured:
        return None
    begun = start_of(indicator.rhythm, indicator.baseline_on)
    first = max([after(indicator.rhythm, period) for period in periods] + [after(indicator.rhythm, begun)])
    awaited = between(indicator.rhythm, first, last_ended(indicator.rhythm, today()))
    if not awaited:
        return None
    period = awaited[0]
    ended = after(indicator.rhythm, period)
    return Late(
        period,
        label(indicator.rhythm, period),
        ended,
        today() >= ended + IN_TIME,
        of_period(indicator.rhythm, period),
    )


def dots_of(points: Iterable[Point]) -> list[Dot]:
    """For the chart: each number once, the doubtful ones marked."""
    return [
        Dot(point.label, point.period, float(number), str(point.standing.label), point.is_doubtful)
        for point in points
        for number in sorted({value.amount for value in point.values})
    ]


def shown(indicator: Indicator, values: Iterable[Value]) -> Shown:
    points = points_of(indicator, values)
    late = late_of(indicator, {point.period for point in points})
    return Shown(indicator, points, late, dots_of(points))


_CURRENT = Prefetch(
    "values",
    Value.objects.current()
    .select_related("party")
    .prefetch_related("reviews__party")
    .order_by("period", "pk"),
    to_attr="held",
)


def dictionary(alliance: Alliance, *, archived: bool = False) -> list[Shown]:
    """The indicators of an alliance in order, in three queries."""
    rows = alliance.indicators.filter(archived_at__isnull=not archived).select_related("owner", "sdg")
    return [shown(row, row.held) for row in rows.prefetch_related(_CURRENT)]


# --- who should act ---------------------------------------------------------------------------------------------


def _handled(person: Person) -> Any:
    """The live parties this person acts for, in alliances that go on."""
    member = Membership.objects.live().filter(
        organisation=OuterRef("organisation"), person=person, role__in=HANDLERS
    )
    going_on = Party.objects.live().exclude(alliance__activity=Activity.CLOSED)
    return going_on.filter(Q(person=person) | Exists(member))


def to_do_of(person: Person) -> Iterator[ToDo]:
    """Values to enter for the parties one acts for, and the disputed ones that they answer for."""
    parties = set(_handled(person).values_list("pk", flat=True))
    if not parties:
        return
    rows = Indicator.objects.filter(owner__in=parties, archived_at=None).select_related("alliance", "owner")
    held = Prefetch("values", Value.objects.current(), to_attr="held")
    for row in rows.order_by("pk").prefetch_related(held):
        late = late_of(row, {value.period for value in row.held})
        if not row.is_measured:
            text = f"Fixer le départ et la cible de « {row.name} »{NBSP}: {row.alliance.name}"
            yield ToDo(text, edit_url(row), row.created_at, "Fixer")
        if late is not None:
            text = f"Saisir « {row.name} » pour {late.of_period} ({late.word})"
            yield ToDo(text, enter_url(row, late.period), _noon(late.since), "Saisir")
    disputed = Value.objects.current().filter(
        Q(party__in=parties) | Q(party__left_at__isnull=False, indicator__owner__in=parties),
        indicator__archived_at=None,
        reviews__verdict=Verdict.DISPUTED,
    )
    for value in disputed.select_related("indicator__alliance").distinct().order_by("pk"):
        when = label(value.indicator.rhythm, value.period)
        whose = "Votre valeur" if value.party_id in parties else "La valeur"
        yield ToDo(
            f"{whose} de « {value.indicator.name} » ({when}) est contestée",
            value.indicator.page_url,
            value.entered_at,
            "Relire",
        )


def _noon(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time(12), tzinfo=PARIS)


def enter_url(indicator: Indicator, period: datetime.date) -> str:
    alliance = indicator.alliance
    url = reverse("indicators:enter", args=[alliance.pk, alliance.slug, indicator.pk])
    return f"{url}?periode={period.isoformat()}"


def edit_url(indicator: Indicator) -> str:
    alliance = indicator.alliance
    return reverse("indicators:edit", args=[alliance.pk, alliance.slug, indicator.pk])


def entered_by(indicator: Indicator, parties: set[int]) -> set[tuple[datetime.date, int]]:
    """(period, party) of what these parties have counted, whatever was corrected since."""
    found = Value.objects.current().filter(indicator=indicator, party__in=parties)
    return set(found.values_list("period", "party_id"))
