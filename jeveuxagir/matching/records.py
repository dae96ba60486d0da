"""A match as it is stored: its inputs, its outcome, and the proof that one follows from the other."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from .engine import Match, rank
from .rows import MissionRow, RequestRow, Vocabulary
from .serial import from_json, to_json
from .version import VERSION


class OtherVersionError(Exception):
    """The match was made by another version of the engine; only that version can replay it."""


def stored_inputs(
    request: RequestRow, mission: MissionRow, *, today: date, vocabulary: Vocabulary
) -> dict[str, Any]:
    """What one pair was judged on, as plain JSON values: nothing about other missions, no other label."""
    known = request.known_missions & {mission.id}
    return {
        "version": VERSION,
        "today": to_json(today),
        "request": to_json(replace(request, known_missions=known)),
        "mission": to_json(mission),
        "vocabulary": to_json(vocabulary.restricted_to(mission)),
    }


def stored_outcome(match: Match | None) -> dict[str, Any] | None:
    """A match as plain JSON values; None when a gate blocked."""
    return None if match is None else to_json(match)


def replay(inputs: Mapping[str, Any]) -> dict[str, Any] | None:
    """The outcome of stored inputs, computed again. Raises OtherVersionError rather than guess."""
    if inputs["version"] != VERSION:
        raise OtherVersionError(f"stored by {inputs['version']}, this is {VERSION}")
    [ranking] = rank(
        [from_json(RequestRow, inputs["request"])],
        [from_json(MissionRow, inputs["mission"])],
        today=date.fromisoformat(inputs["today"]),
        vocabulary=from_json(Vocabulary, inputs["vocabulary"]),
    )
    return stored_outcome(next(iter(ranking.matches), None))
