"""The live engine in words, for the public page: what it says is what runs."""

from dataclasses import dataclass

from .criteria import CRITERIA
from .engine import MAX_SCORE
from .gates import GATES
from .reasons import MAX_REASONS
from .reservations import CAVEATS
from .version import VERSION
from .words import typeset


@dataclass(frozen=True, slots=True)
class GateDescription:
    code: str
    name: str
    rule: str


@dataclass(frozen=True, slots=True)
class CriterionDescription:
    code: str
    name: str
    rule: str
    weight: int  # points for a perfect fit


@dataclass(frozen=True, slots=True)
class ReservationDescription:
    code: str
    sentence: str
    rule: str


@dataclass(frozen=True, slots=True)
class Description:
    version: str
    gates: tuple[GateDescription, ...]
    criteria: tuple[CriterionDescription, ...]
    reservations: tuple[ReservationDescription, ...]
    max_points: int
    max_reasons: int


def describe() -> Description:
    """The gates, criteria, weights and reservations in force, in their order."""
    return Description(
        version=VERSION,
        gates=tuple(GateDescription(gate.code, gate.name, typeset(gate.rule)) for gate in GATES),
        criteria=tuple(
            CriterionDescription(c.code, c.name, typeset(c.rule), weight) for c, weight in CRITERIA
        ),
        reservations=tuple(ReservationDescription(c.code, c.coarse, typeset(c.rule)) for c in CAVEATS),
        max_points=MAX_SCORE // 1000,
        max_reasons=MAX_REASONS,
    )
