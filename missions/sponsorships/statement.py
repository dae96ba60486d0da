"""The statement of a year, for either side: what both validated, and nothing else. What an employer gave to an
association is what that association received from it: both read the same days."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from django.db.models import Count, Sum

from jeveuxagir.common.spreadsheets import to_csv
from missions.skill_needs.durations import in_words_by
from organisations.models import Organisation

from . import policies
from .enums import Part, Side
from .models import DayEntry, DayEntryQuerySet, Sponsorship, Valuation


@dataclass(frozen=True)
class Line:
    """One sponsorship of the year, seen from `side`. `amount`: what the employer typed, for itself."""

    sponsorship: Sponsorship
    minutes: int
    days: int
    amount: Decimal | None = None
    side: Side = Side.COMPANY
    #: minutes of a day, as the convention of that day says → minutes
    by_day: Mapping[int, int] = field(default_factory=dict)

    @property
    def other(self) -> Organisation:
        return self.sponsorship.organisation_of(self.side.other)

    @property
    def in_words(self) -> str:
        return in_words_by(self.by_day)


@dataclass(frozen=True)
class Subtotal:
    """All that one organisation gave or received."""

    other: Organisation
    minutes: int
    in_words: str


@dataclass(frozen=True)
class Statement:
    organisation: Organisation
    year: int
    lines: Sequence[Line]
    side: Side = Side.COMPANY

    @property
    def total(self) -> int:
        """Minutes, whole."""
        return sum(line.minutes for line in self.lines)

    @property
    def by_day(self) -> Mapping[int, int]:
        """Minutes of a day → minutes, all lines together."""
        return _by_length(self.lines)

    @property
    def total_in_words(self) -> str:
        return _words(self.lines)

    @property
    def amount(self) -> Decimal | None:
        known = [line.amount for line in self.lines if line.amount is not None]
        return sum(known, Decimal(0)) if known else None

    @property
    def others(self) -> list[Subtotal]:
        """By organisation of the other side, in the order of the lines: their sum is the total."""
        by: dict[int, list[Line]] = {}
        for line in self.lines:
            by.setdefault(line.other.pk, []).append(line)
        return [Subtotal(own[0].other, sum(line.minutes for line in own), _words(own)) for own in by.values()]


def _words(lines: Sequence[Line]) -> str:
    return in_words_by(_by_length(lines))


def _by_length(lines: Sequence[Line]) -> Mapping[int, int]:
    total: Counter[int] = Counter()
    for line in lines:
        total.update(line.by_day)
    return total


def years_of(organisation: Organisation, side: Side = Side.COMPANY) -> list[int]:
    """The years with a validated day, the newest first."""
    dates = _validated(organisation, side).dates("on", "year", order="DESC")
    return [date.year for date in dates]


def statement_of(
    organisation: Organisation, year: int, *, side: Side = Side.COMPANY, amounts: bool = False
) -> Statement:
    """`amounts`: with what the employer typed, for its own eyes only. Four queries, whatever the number of lines."""
    counted = (
        _validated(organisation, side)
        .filter(on__year=year)
        .order_by()
        .values("sponsorship")
        .annotate(minutes=Sum("minutes"), days=Count("on", distinct=True))
    )
    by_pk = {row["sponsorship"]: row for row in counted}
    by_day = _by_day(_validated(organisation, side).filter(on__year=year))
    known = Sponsorship.objects.of_organisation(organisation).filter(pk__in=by_pk)
    other = "need__organisation" if side == Side.COMPANY else "offer__organisation"
    rows = known.select_related("need__organisation", "offer__organisation")
    typed = {}
    if amounts and side == Side.COMPANY:
        valued = Valuation.objects.given_by(organisation).filter(year=year)
        typed = dict(valued.values_list("sponsorship", "amount"))
    lines = [
        Line(row, by_pk[row.pk]["minutes"], by_pk[row.pk]["days"], typed.get(row.pk), side, by_day[row.pk])
        for row in rows.order_by(f"{other}__name", f"{other}_id", "pk")
    ]
    return Statement(organisation, year, lines, side)


def _by_day(days: DayEntryQuerySet) -> dict[int, dict[int, int]]:
    """Sponsorship → minutes of a day → minutes: an amendment that changes the length of a day leaves the past as it
    was counted. One query."""
    found: dict[int, dict[int, int]] = {}
    grouped = days.order_by().values_list("sponsorship", "convention__day_minutes")
    for pk, length, minutes in grouped.annotate(Sum("minutes")):
        found.setdefault(pk, {})[length] = minutes
    return found


def tell_validated(rows: Iterable[Sponsorship]) -> None:
    """What both sides validated of each, in its own days, as `validated_in_words` says it. One query."""
    rows = list(rows)
    by_day = _by_day(DayEntry.objects.validated().filter(sponsorship__in=[row.pk for row in rows]))
    for row in rows:
        row.validated_by_day = by_day.get(row.pk, {})


def statement_csv(statement: Statement) -> str:
    """One line a validated day, then the sums: its minutes are those of the page and of the PDF."""
    side = statement.side
    days: Iterable[DayEntry] = (
        _validated(statement.organisation, side)
        .filter(on__year=statement.year)
        .select_related("convention", "sponsorship__need__organisation", "sponsorship__offer__organisation")
        .order_by("on", "pk")
    )
    rows: list[list[object]] = []
    total, total_days = 0, Fraction(0)
    days_of: dict[int, Fraction] = {}
    for day in days:
        total += day.minutes
        rows.append(
            [
                day.on.isoformat(),
                day.sponsorship.organisation_of(side.other).name,
                day.sponsorship.need.title,
                day.convention.employee_name if policies.sees_name(side, day.convention) else "",
                Part(day.part).label,
                day.minutes,
                _hours(day.minutes),
                _days(Fraction(day.minutes, day.convention.day_minutes)),
            ]
        )
        in_days = Fraction(day.minutes, day.convention.day_minutes)
        total_days += in_days
        other = day.sponsorship.organisation_of(side.other).pk
        days_of[other] = days_of.get(other, Fraction(0)) + in_days
    others = statement.others
    if len(others) > 1:
        rows += [
            [
                "Sous-total",
                one.other.name,
                "",
                "",
                "",
                one.minutes,
                _hours(one.minutes),
                _days(days_of.get(one.other.pk, Fraction(0))),
            ]
            for one in others
        ]
    rows.append(["Total", "", "", "", "", total, _hours(total), _days(total_days)])
    header = [
        "Date",
        Side(side.other).label.capitalize(),
        "Besoin",
        "Personne",
        "Quand",
        "Minutes",
        "Heures",
        "Jours",
    ]
    return to_csv(header, rows)


def _days(days: Fraction) -> str:
    """« 2,5 » days of the convention's own length, to two decimals."""
    hundredths = round(days * 100)
    return f"{Decimal(hundredths) / 100:.2f}".replace(".", ",")


def _hours(minutes: int) -> str:
    """« 7,5 », to add up in a spreadsheet."""
    return f"{Decimal(minutes) / 60:.2f}".replace(".", ",")


def _validated(organisation: Organisation, side: Side) -> DayEntryQuerySet:
    path = "sponsorship__offer__organisation" if side == Side.COMPANY else "sponsorship__need__organisation"
    return DayEntry.objects.validated().filter(**{path: organisation})
