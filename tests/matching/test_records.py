"""A stored match can be computed again, word for word."""

import json

import pytest
from hypothesis import given

from jeveuxagir.matching import (
    VERSION,
    OtherVersionError,
    from_json,
    rank,
    replay,
    stored_inputs,
    stored_outcome,
    to_json,
)
from jeveuxagir.matching.rows import MissionRow, RequestRow, SlotKind, SlotRow, Vocabulary

from .builders import FIRST_AID, HEALTH, SPORT, TODAY, VOCABULARY, a_mission, a_request
from .strategies import missions, requests


def through_the_database(value):
    """As JSON text and back."""
    return json.loads(json.dumps(value))


@given(requests, missions)
def test_rows_survive_the_trip_through_json(request_, mission):
    assert from_json(RequestRow, through_the_database(to_json(request_))) == request_
    assert from_json(MissionRow, through_the_database(to_json(mission))) == mission


def test_a_vocabulary_survives_the_trip_through_json():
    assert from_json(Vocabulary, through_the_database(to_json(VOCABULARY))) == VOCABULARY


@given(requests, missions)
def test_stored_inputs_give_the_stored_outcome_again(request_, mission):
    [ranking] = rank([request_], [mission], today=TODAY, vocabulary=VOCABULARY)
    outcome = stored_outcome(next(iter(ranking.matches), None))
    inputs = stored_inputs(request_, mission, today=TODAY, vocabulary=VOCABULARY)
    assert replay(through_the_database(inputs)) == through_the_database(outcome)


def test_another_version_refuses_to_guess():
    inputs = stored_inputs(a_request(), a_mission(), today=TODAY, vocabulary=VOCABULARY)
    assert inputs["version"] == VERSION
    with pytest.raises(OtherVersionError, match=r"stored by 0\.9"):
        replay(inputs | {"version": "0.9"})


def test_stored_inputs_hold_nothing_about_other_missions_and_no_useless_label():
    request_ = a_request(known_missions=frozenset({1, 2, 7}))
    mission = a_mission(id=7, domains=HEALTH | SPORT, skills=FIRST_AID)
    inputs = stored_inputs(request_, mission, today=TODAY, vocabulary=VOCABULARY)
    assert inputs["request"]["known_missions"] == [7]
    assert inputs["vocabulary"] == {
        "domains": {"0": "Santé", "1": "Sport"},
        "activities": {},
        "skills": {"99": "Premiers secours"},
    }


def test_a_row_stored_before_a_field_existed_keeps_its_default():
    data = to_json(a_mission())
    del data["answer_days"]
    assert from_json(MissionRow, data).answer_days is None


def test_an_unknown_field_is_refused():
    with pytest.raises(ValueError, match="MissionRow: unknown priority"):
        from_json(MissionRow, to_json(a_mission()) | {"priority": 3})


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"kind": SlotKind.WEEKLY}, "at least one half-day"),
        ({"kind": SlotKind.DATED, "half_days": 1}, "has a day"),
    ],
)
def test_an_impossible_slot_is_refused_at_once(values, complaint):
    with pytest.raises(ValueError, match=complaint):
        SlotRow(id=1, **values)
