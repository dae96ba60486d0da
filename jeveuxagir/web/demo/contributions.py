"""What the parties of the alliances bring, what came of it, and their funding plans."""

import datetime
from decimal import Decimal
from typing import Any

from alliances.contributions.enums import FIXED_UNITS, Kind, State
from alliances.contributions.models import Contribution, Delivery, FundingLine
from jeveuxagir.common.clock import PARIS

from . import texts
from .alliances import Alliances, Allied
from .ground import Ground


class Contributions:
    def __init__(self, ground: Ground, alliances: Alliances) -> None:
        self.ground, self.alliances = ground, alliances

    def build(self) -> None:
        said = texts.read("contributions")
        for spec in said["contribution"]:
            self._bring(self.alliances.all[spec["alliance"]], spec)
        for spec in said["funding"]:
            self._ask(self.alliances.all[spec["alliance"]], spec)

    def _bring(self, allied: Allied, spec: dict[str, Any]) -> None:
        ground, party, kind = self.ground, allied.parties[spec["who"]], Kind(spec["kind"])
        planned, brought = Decimal(str(spec["planned"])), spec.get("brought", [])
        real = sum((Decimal(str(quantity)) for _, quantity in brought), Decimal(0))
        state = State.DONE if real >= planned else State.UNDER_WAY if real else State.PLANNED
        oldest, latest = (brought[0][0] + 10, brought[-1][0]) if brought else (30, 30)
        starts = max(oldest, spec.get("from", 0))
        if kind == Kind.MONEY:
            party.is_funder = True
        contribution = ground.new(
            Contribution,
            alliance=allied.alliance,
            party=party,
            kind=kind,
            what=spec["what"],
            unit=FIXED_UNITS.get(kind) or spec["unit"],
            planned=planned,
            starts_on=ground.day(-starts),
            ends_on=allied.alliance.ends_on,
            state=State.DROPPED if spec.get("dropped") else state,
            state_changed_at=self._at(latest),
            note=spec.get("note", ""),
            created_at=self._at(starts),
        )
        for days, quantity in brought:
            at = self._at(days)
            ground.new(
                Delivery,
                contribution=contribution,
                quantity=Decimal(str(quantity)),
                on=ground.day(-days),
                by=allied.actor,
                at=at,
            )
            ground.event(
                "contribution.delivered",
                allied.alliance,
                at,
                actor=allied.actor,
                contribution=contribution.pk,
            )

    def _ask(self, allied: Allied, spec: dict[str, Any]) -> None:
        ground = self.ground
        party = allied.parties[spec["who"]] if "who" in spec else None
        if party is not None:
            party.is_funder = True
        moved = spec["asked"] if spec["state"] == "requested" else max(spec["asked"] - 45, 2)
        line = ground.new(
            FundingLine,
            alliance=allied.alliance,
            funder=party.name if party else spec["funder"],
            party=party,
            amount=Decimal(spec["amount"]),
            state=spec["state"],
            state_changed_at=self._at(moved),
            requested_on=ground.day(-spec["asked"]),
            obtained=Decimal(spec["obtained"]) if "obtained" in spec else None,
            note=spec.get("note", ""),
            created_at=self._at(spec["asked"]),
        )
        ground.event(
            "funding.asked", allied.alliance, self._at(spec["asked"]), actor=allied.actor, line=line.pk
        )

    def _at(self, days: int) -> datetime.datetime:
        """Noon of that day: no throw of the dice, so that the rest of the world stays as it is."""
        return datetime.datetime.combine(self.ground.day(-days), datetime.time(12), tzinfo=PARIS)


#: in the order they are written
TABLES = (Contribution, Delivery, FundingLine)
