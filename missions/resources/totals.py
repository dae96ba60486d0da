"""What is promised and what is received, added by kind, unit and rhythm: two units are never mixed. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from jeveuxagir.common.text import NBSP, amount, unit_key

from .enums import Means, Per, Promised


@dataclass(frozen=True)
class Total:
    """`real` counts what was received, whatever it was of what had been promised."""

    kind: str
    unit: str
    per: str
    planned: Decimal
    real: Decimal

    @property
    def label(self) -> str:
        return str(Means(self.kind).label).capitalize()

    @property
    def planned_words(self) -> str:
        return self._words(self.planned)

    @property
    def real_words(self) -> str:
        return self._words(self.real)

    def _words(self, quantity: Decimal) -> str:
        said = f"{amount(quantity)}{NBSP}{self.unit}"
        return said if self.per == Per.ONCE else f"{said} {Per(self.per).label}"


def totals(rows: Iterable[tuple[str, str, str, Decimal, Decimal | None, str]]) -> list[Total]:
    """From (kind, unit, per, quantity, real, state), in the order first met; what was dropped counts for nothing."""
    found: dict[tuple[str, str, str], Total] = {}
    for kind, unit, per, quantity, real, state in rows:
        if state == Promised.DROPPED:
            continue
        key = (kind, unit_key(unit), per)
        known = found.get(key) or Total(kind, unit, per, Decimal(0), Decimal(0))
        found[key] = Total(kind, known.unit, per, known.planned + quantity, known.real + (real or Decimal(0)))
    return list(found.values())
