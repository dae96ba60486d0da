"""The statement of a year and an employer: what both sides validated, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum

from jeveuxagir.common.spreadsheets import to_csv
from missions.skill_needs.durations import DAY_MINUTES, in_words
from organisations.models import Organisation

from .enums import Part
from .models import DayEntry, DayEntryQuerySet, Sponsorship, Valuation


@dataclass(frozen=True)
class Line:
    """One sponsorship of the year. `amount`: what the employer typed, for itself."""

    sponsorship: Sponsorship
    minutes: int
    days: int
    amount: Decimal | None = None

    @property
    def association(self) -> Organisation:
        return self.sponsorship.association

    @property
    def in_words(self) -> str:
        return self.sponsorship.in_words(self.minutes)


@dataclass(frozen=True)
class Statement:
    employer: Organisation
    year: int
    lines: Sequence[Line]

    @property
    def total(self) -> int:
        """Minutes, whole."""
        return sum(line.minutes for line in self.lines)

    @property
    def total_in_words(self) -> str:
        """In days of the one length they all have, else of seven hours."""
        lengths = {line.sponsorship.day_minutes for line in self.lines}
        return in_words(self.total, lengths.pop() if len(lengths) == 1 else DAY_MINUTES)

    @property
    def amount(self) -> Decimal | None:
        known = [line.amount for line in self.lines if line.amount is not None]
        return sum(known, Decimal(0)) if known else None

    @property
    def associations(self) -> int:
        return len({line.association.pk for line in self.lines})


def years_of(employer: Organisation) -> list[int]:
    """The years with a validated day, the newest first."""
    dates = _validated(employer).dates("on", "year", order="DESC")
    return [date.year for date in dates]


def statement_of(employer: Organisation, year: int, *, amounts: bool = False) -> Statement:
    """`amounts`: with what the employer typed, for its own eyes only. Three queries, whatever the number of lines."""
    counted = (
        _validated(employer)
        .filter(on__year=year)
        .order_by()
        .values("sponsorship")
        .annotate(minutes=Sum("minutes"), days=Count("on", distinct=True))
    )
    by_pk = {row["sponsorship"]: row for row in counted}
    given = Sponsorship.objects.given_by(employer).filter(pk__in=by_pk)
    rows = given.select_related("need__organisation", "offer__organisation")
    typed = {}
    if amounts:
        known = Valuation.objects.given_by(employer).filter(year=year)
        typed = dict(known.values_list("sponsorship", "amount"))
    lines = [
        Line(row, by_pk[row.pk]["minutes"], by_pk[row.pk]["days"], typed.get(row.pk))
        for row in rows.order_by("need__organisation__name", "pk")
    ]
    return Statement(employer, year, lines)


def statement_csv(statement: Statement, *, names: bool = True) -> str:
    """One line a validated day, then the sum: its minutes are those of the page and of the PDF."""
    days = (
        _validated(statement.employer)
        .filter(on__year=statement.year)
        .select_related("convention", "sponsorship__need__organisation")
        .order_by("on", "pk")
    )
    rows: list[list[object]] = [
        [
            day.on.isoformat(),
            day.sponsorship.association.name,
            day.sponsorship.need.title,
            day.convention.employee_name if names else "",
            Part(day.part).label,
            day.minutes,
            _hours(day.minutes),
        ]
        for day in days
    ]
    total = sum(day.minutes for day in days)
    rows.append(["Total", "", "", "", "", total, _hours(total)])
    header = ["Date", "Association", "Besoin", "Personne", "Quand", "Minutes", "Heures"]
    return to_csv(header, rows)


def _hours(minutes: int) -> str:
    """« 7,5 », to add up in a spreadsheet."""
    return f"{Decimal(minutes) / 60:.2f}".replace(".", ",")


def _validated(employer: Organisation) -> DayEntryQuerySet:
    return DayEntry.objects.validated().filter(sponsorship__offer__organisation=employer)
