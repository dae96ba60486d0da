"""Gates, then a score, then an order, then words: one way for one request and for many.

Score: thousandths of a point, from 0 to `MAX_SCORE` (100 points). Order: the highest score first; at equal
score a draw that is each request's own, the same at every computation; then the mission's id.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import nsmallest
from typing import Any

from .criteria import CRITERIA, FULL, Weighted
from .draw import draw
from .gates import GATES, MISSION_GATES, SLOT_GATES, Gate
from .pairs import Occasion, Pair
from .reasons import Reason, reasons
from .reservations import Reservation, reservation
from .rows import MissionRow, RequestRow, Vocabulary
from .version import VERSION
from .words import typeset

MAX_SCORE = FULL * sum(weight for _, weight in CRITERIA)

_OF_MISSION = tuple(entry for entry in CRITERIA if not entry.criterion.of_slot)
_OF_SLOT = tuple(entry for entry in CRITERIA if entry.criterion.of_slot)
_NO_VOCABULARY = Vocabulary()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say of one pair, in numbers: what a faster engine must give too."""

    mission_id: int
    gate: str | None  # the code of the gate that blocks, None when the pair passes
    score: int = 0
    slot_id: int | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A mission worth proposing: its best slot, and why."""

    mission_id: int
    slot_id: int
    day: date | None  # the first day it can be met; None: to be agreed
    distance_m: int | None
    score: int
    reasons: tuple[Reason, ...]
    reservation: Reservation | None


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best matches of one request, and how many missions each gate held back."""

    request_id: int
    version: str
    matches: tuple[Match, ...]
    passed: int  # missions that passed every gate, listed or not
    blocked: tuple[tuple[str, int], ...]  # gate code, number of missions; in the order of the gates


@dataclass(frozen=True, slots=True)
class Obstacle:
    gate: str
    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """One pair for staff: everything that blocks, or the match."""

    obstacles: tuple[Obstacle, ...]
    match: Match | None


def rank(
    requests: Iterable[RequestRow],
    missions: Sequence[MissionRow],
    *,
    today: date,
    vocabulary: Vocabulary = _NO_VOCABULARY,
    limit: int = 10,
) -> Iterator[Ranking]:
    """For each request, in turn, its best missions in order."""
    for request in requests:
        judged = [_judge(Pair(request, mission, today)) for mission in missions]
        passed = [outcome for outcome in judged if outcome.occasion]
        held = Counter(outcome.gate for outcome in judged)
        yield Ranking(
            request_id=request.id,
            version=VERSION,
            matches=tuple(_match(outcome, vocabulary) for outcome in nsmallest(limit, passed, key=_order)),
            passed=len(passed),
            blocked=tuple((gate.code, held[gate.code]) for gate in GATES if gate.code in held),
        )


def judge(request: RequestRow, mission: MissionRow, *, today: date) -> Verdict:
    """One pair in numbers, without a word."""
    outcome = _judge(Pair(request, mission, today))
    slot_id = outcome.occasion.slot.id if outcome.occasion else None
    return Verdict(mission.id, outcome.gate, outcome.score, slot_id)


def explain(
    request: RequestRow, mission: MissionRow, *, today: date, vocabulary: Vocabulary = _NO_VOCABULARY
) -> Explanation:
    """One pair in words, for staff: all that blocks or, when nothing does, the match."""
    pair = Pair(request, mission, today)
    outcome = _judge(pair)
    if outcome.occasion:
        return Explanation((), _match(outcome, vocabulary))
    blocking: list[Gate[Any]] = [gate for gate in MISSION_GATES if gate.blocks(pair)]
    occasions, furthest = _occasions(pair)
    if not occasions:
        blocking.append(furthest)
    return Explanation(
        tuple(Obstacle(gate.code, gate.name, typeset(gate.refusal(pair))) for gate in blocking), None
    )


# One pair


@dataclass(frozen=True, slots=True)
class _Outcome:
    """A judged pair: the gate that blocks, or the best occasion and its score."""

    pair: Pair
    gate: str | None = None
    occasion: Occasion | None = None
    score: int = 0


def _judge(pair: Pair) -> _Outcome:
    for gate in MISSION_GATES:
        if gate.blocks(pair):
            return _Outcome(pair, gate.code)
    occasions, furthest = _occasions(pair)
    if not occasions:
        return _Outcome(pair, furthest.code)
    slot_score, best = _best(occasions)
    return _Outcome(pair, None, best, _points(_OF_MISSION, best) + slot_score)


def _occasions(pair: Pair) -> tuple[list[Occasion], Gate[Occasion]]:
    """The slots that pass, and the furthest gate that stopped another one; without a slot, the first."""
    passing, furthest = [], 0
    for slot in pair.mission.slots:
        occasion = Occasion(pair, slot)
        for step, gate in enumerate(SLOT_GATES):
            if gate.blocks(occasion):
                furthest = max(furthest, step)
                break
        else:
            passing.append(occasion)
    return passing, SLOT_GATES[furthest]


def _best(occasions: list[Occasion]) -> tuple[int, Occasion]:
    """The slot that scores most; at equal score the earliest, undated last; then the lowest id."""

    def order(scored: tuple[int, Occasion]) -> tuple[int, date, int]:
        points, occasion = scored
        return -points, occasion.day or date.max, occasion.slot.id

    return min(((_points(_OF_SLOT, occasion), occasion) for occasion in occasions), key=order)


def _points(criteria: tuple[Weighted, ...], occasion: Occasion) -> int:
    return sum(weight * criterion.fit(occasion) for criterion, weight in criteria)


def _order(outcome: _Outcome) -> tuple[int, int, int]:
    request_id, mission_id = outcome.pair.request.id, outcome.pair.mission.id
    return -outcome.score, draw(request_id, mission_id), mission_id


def _match(outcome: _Outcome, vocabulary: Vocabulary) -> Match:
    occasion = outcome.occasion
    assert occasion is not None, "only a pair that passed is put in words"
    return Match(
        mission_id=occasion.mission.id,
        slot_id=occasion.slot.id,
        day=occasion.day,
        distance_m=occasion.pair.distance_m,
        score=outcome.score,
        reasons=reasons(occasion, vocabulary),
        reservation=reservation(occasion, vocabulary),
    )
