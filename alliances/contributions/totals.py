"""Totals that never mix units: one line for each kind and unit. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from jeveuxagir.common.text import unit_key


@dataclass(frozen=True)
class Brought:
    """One contribution, in numbers."""

    kind: str
    unit: str
    planned: Decimal
    real: Decimal
    dropped: bool = False


@dataclass(frozen=True)
class Total:
    kind: str
    unit: str
    planned: Decimal
    real: Decimal
    count: int

    @property
    def share(self) -> int:
        """What is real out of what is planned, in whole percent (0 when nothing is planned)."""
        return int(100 * self.real / self.planned) if self.planned else 0


def totals(contributions: Iterable[Brought]) -> list[Total]:
    """By kind, then unit, in the order first met. What was dropped counts for what it really brought only."""
    found: dict[tuple[str, str], Total] = {}
    for one in contributions:
        key = (one.kind, unit_key(one.unit))
        planned = Decimal(0) if one.dropped else one.planned
        known = found.get(key) or Total(one.kind, one.unit, Decimal(0), Decimal(0), 0)
        found[key] = Total(
            known.kind, known.unit, known.planned + planned, known.real + one.real, known.count + 1
        )
    return list(found.values())
