"""Why this mission: the strongest criteria, in words."""

from dataclasses import dataclass

from .criteria import CRITERIA, FULL
from .pairs import Occasion
from .rows import Vocabulary
from .words import typeset

MAX_REASONS = 4
#: A weaker fit scores but is not given as a reason, unless nothing else can be said.
SPEAKS_FROM = FULL // 4


@dataclass(frozen=True, slots=True)
class Reason:
    """One criterion's part. `points` are thousandths, as in the score."""

    code: str
    points: int
    exact: str
    coarse: str


def reasons(occasion: Occasion, vocabulary: Vocabulary) -> tuple[Reason, ...]:
    """At most four, the strongest first; then in the order of the table. A group reads last that it fits."""
    strong: list[Reason] = []
    weak: list[Reason] = []
    for criterion, weight in CRITERIA:
        fit = criterion.fit(occasion)
        if fit and (exact := criterion.exact(occasion, vocabulary)):
            reason = Reason(criterion.code, fit * weight, typeset(exact), typeset(criterion.coarse(occasion)))
            (strong if fit >= SPEAKS_FROM else weak).append(reason)
    said = _room_for_all(occasion)
    chosen = sorted(strong, key=_strongest_first)[: MAX_REASONS - len(said)]
    return (*(chosen or sorted(weak, key=_strongest_first)[:1]), *said)


def _room_for_all(occasion: Occasion) -> tuple[Reason, ...]:
    """Of a group, what its gate on places found: a reason that scores nothing."""
    people = occasion.request.places
    if people == 1:
        return ()
    exact = typeset(f"Place pour un groupe de {people} : {occasion.slot.free_places} places libres")
    return (Reason("places", 0, exact, "Assez de places pour tout le groupe"),)


def _strongest_first(reason: Reason) -> int:
    return -reason.points
