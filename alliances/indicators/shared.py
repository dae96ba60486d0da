"""Shared results as an alliance reads them, and the lines of an indicator's file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q

from alliances import policies as alliance_policies
from alliances.models import Alliance

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
    may_unclaim: bool
    #: its organisation is no party any more: what is counted stays until somebody takes it back
    has_left: bool = False

    @property
    def left(self) -> Decimal:
        return self.result.quantity - self.result.claimed

    @property
    def elsewhere(self) -> Decimal:
        return self.result.claimed - (self.mine.quantity if self.mine else 0)


def results_of(alliance: Alliance, actor: Any) -> list[ResultLine]:
    """Those of the organisations that are in the alliance now, and those still counted here, the latest first."""
    here = set(alliance.parties.live().exclude(organisation=None).values_list("organisation_id", flat=True))
    claims = {claim.result_id: claim for claim in alliance.claims.all()}
    rows = Result.objects.filter(Q(organisation__in=here) | Q(pk__in=claims))
    acting = [] if alliance.is_closed else alliance_policies.acting_parties(actor, alliance)
    animates = any(party.is_animator for party in acting)
    facilitates = any(party.is_facilitator for party in acting)
    own = {party.organisation_id for party in acting}
    found = []
    for row in rows.select_related("organisation").order_by("-period", "pk")[:SHOWN]:
        mine, has_left = claims.get(row.pk), row.organisation_id not in here
        acts = animates or row.organisation_id in own
        found.append(
            ResultLine(
                row,
                label(row.rhythm, row.period),
                mine,
                may_claim=acts and not has_left,
                may_unclaim=mine is not None and (acts or (facilitates and has_left)),
                has_left=has_left,
            )
        )
    return found


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
