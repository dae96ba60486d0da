"""Shared results as an alliance reads them, and the lines of an indicator's file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from alliances.models import Alliance

from . import policies
from .board import standing_of
from .models import Claim, Indicator, Result, Value
from .periods import label

SHOWN = 100


@dataclass(frozen=True)
class ResultLine:
    """A result, what this alliance counts of it, and what others count."""

    result: Result
    label: str
    mine: Claim | None
    may_claim: bool

    @property
    def left(self) -> Decimal:
        return self.result.quantity - self.result.claimed

    @property
    def elsewhere(self) -> Decimal:
        return self.result.claimed - (self.mine.quantity if self.mine else 0)


def results_of(alliance: Alliance, actor: Any) -> list[ResultLine]:
    """Those of the organisations that are in the alliance now, the latest first."""
    rows = Result.objects.filter(organisation__in=alliance.parties.live().values("organisation"))
    claims = {claim.result_id: claim for claim in alliance.claims.all()}
    found = list(rows.select_related("organisation").order_by("-period", "pk")[:SHOWN])
    may = {
        organisation: not alliance.is_closed and policies.can_claim(actor, alliance, organisation)
        for organisation in {row.organisation for row in found}
    }
    return [
        ResultLine(row, label(row.rhythm, row.period), claims.get(row.pk), may[row.organisation])
        for row in found
    ]


def value_file(
    indicator: Indicator, values: Sequence[Value]
) -> tuple[Sequence[str], Iterable[Sequence[Any]]]:
    """Header and lines: the replaced values too, and the state of each period."""
    header = (
        *("Période", "Début", "Valeur", "Unité", "Partie", "Saisie par", "Preuve", "Lien", "Note"),
        *("Saisie le", "État"),
    )
    held: dict[Any, list[Value]] = {}
    for value in values:
        if value.replaced_at is None:
            held.setdefault(value.period, []).append(value)
    rows = [
        (
            label(indicator.rhythm, value.period),
            value.period,
            f"{value.amount:.2f}".replace(".", ","),
            indicator.unit,
            value.party.name,
            value.author_name,
            value.proof,
            value.proof_url,
            value.note,
            f"{value.entered_at:%Y-%m-%d}",
            "remplacée" if value.replaced_at else standing_of(held[value.period]).label,
        )
        for value in values
    ]
    return header, rows
