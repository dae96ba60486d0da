"""What the pages, the panels and the files of contributions show."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from alliances.models import Alliance
from jeveuxagir.common.text import NBSP, amount

from .enums import FundingState, Kind, State
from .models import Contribution, FundingLine
from .totals import Brought, Total, totals


@dataclass(frozen=True)
class Line:
    """A total in words: « 7 sur 12 jours (58 % du prévu) »."""

    total: Total

    @property
    def label(self) -> str:
        label = str(Kind(self.total.kind).label)
        return label if self.total.kind in (Kind.MONEY, Kind.DAYS) else f"{label} ({self.total.unit})"

    @property
    def words(self) -> str:
        planned, real = with_unit(self.total.planned, self.total.unit), amount(self.total.real)
        share = f" ({self.total.share}{NBSP}% du prévu)" if self.total.planned else ""
        return f"{real} sur {planned}{share}"


def with_unit(quantity: Decimal, unit: str) -> str:
    return f"{amount(quantity)}{NBSP}{unit}"


def contributions_of(alliance: Alliance) -> list[Contribution]:
    """By kind in the order of the words, then as they came."""
    order = {kind: index for index, kind in enumerate(Kind.values)}
    rows = alliance.contributions.select_related("party").order_by("pk")
    return sorted(rows, key=lambda row: (order[row.kind], row.state == State.DROPPED, row.pk))


def lines_of(contributions: Iterable[Contribution]) -> list[Line]:
    """The totals, one a kind and unit; what was dropped before anything came is no line."""
    found = totals(
        Brought(row.kind, row.unit, row.planned, row.real, row.state == State.DROPPED)
        for row in contributions
    )
    return [Line(total) for total in found if total.planned or total.real]


@dataclass(frozen=True)
class Sum:
    """The lines of the funding plan in one state, and what they make."""

    state: str
    label: str
    amount: Decimal
    lines: list[FundingLine]


def funding_of(alliance: Alliance) -> list[Sum]:
    """By state, each with its own total: what was asked for, else what was obtained."""
    lines = list(alliance.funding.select_related("party").order_by("requested_on", "pk"))
    found = []
    for state in FundingState:
        those = [line for line in lines if line.state == state]
        made = sum(
            (line.obtained if line.obtained is not None else line.amount for line in those), Decimal(0)
        )
        found.append(Sum(state, str(state.label), made, those))
    return found


# --- for a spreadsheet ------------------------------------------------------------------------------------------

Rows = tuple[Sequence[str], list[Sequence[Any]]]


def contribution_rows(alliance: Alliance) -> Rows:
    """Header and lines of what the parties bring."""
    header = ("Nature", "Partie", "Ce qui est apporté", "Unité", "Prévu", "Réel", "État", "Du", "Au")
    return header, [
        (
            row.get_kind_display(),
            row.party.name,
            row.what,
            row.unit,
            _cell(row.planned),
            _cell(row.real),
            row.get_state_display(),
            row.starts_on or "",
            row.ends_on or "",
        )
        for row in contributions_of(alliance)
    ]


def funding_rows(alliance: Alliance) -> Rows:
    """Header and lines of the funding plan."""
    header = ("Financeur", "État", "Demandé le", "Montant demandé (€)", "Montant obtenu (€)")
    return header, [
        (
            row.funder,
            row.get_state_display(),
            row.requested_on,
            _cell(row.amount),
            _cell(row.obtained) if row.obtained is not None else "",
        )
        for one in funding_of(alliance)
        for row in one.lines
    ]


def _cell(quantity: Decimal) -> str:
    """A number as a French spreadsheet reads it."""
    return f"{quantity:.2f}".replace(".", ",")
