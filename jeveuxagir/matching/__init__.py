"""The engine that brings engagement requests and missions together. Pure: rows in, rankings out, no Django.

    rankings = rank([request], missions, today=today, vocabulary=vocabulary)

Read it in this order: `rows` (what goes in), `gates` (what must hold), `criteria` (what scores),
`reservations` (what to know), `engine` (how they play together), `records` (stored and replayed).
Any change of a result asks for a new `VERSION`; a test holds us to it.
"""

from .description import Description, describe
from .engine import MAX_SCORE, Explanation, Match, Ranking, Verdict, explain, judge, rank
from .reasons import MAX_REASONS, Reason
from .records import OtherVersionError, replay, stored_inputs, stored_outcome
from .reservations import Reservation
from .rows import Commitment, MissionRow, Mode, RequestRow, SlotKind, SlotRow, Vocabulary
from .serial import from_json, to_json
from .version import VERSION

__all__ = [
    "MAX_REASONS",
    "MAX_SCORE",
    "VERSION",
    "Commitment",
    "Description",
    "Explanation",
    "Match",
    "MissionRow",
    "Mode",
    "OtherVersionError",
    "Ranking",
    "Reason",
    "RequestRow",
    "Reservation",
    "SlotKind",
    "SlotRow",
    "Verdict",
    "Vocabulary",
    "describe",
    "explain",
    "from_json",
    "judge",
    "rank",
    "replay",
    "stored_inputs",
    "stored_outcome",
    "to_json",
]
