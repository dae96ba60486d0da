"""Each gate, on rows one can picture."""

from datetime import date, timedelta

import pytest

from jeveuxagir.matching import judge
from jeveuxagir.matching.gates import GATES
from jeveuxagir.matching.half_days import whole_day
from jeveuxagir.matching.pairs import Pair
from jeveuxagir.matching.rows import MissionRow, Mode, RequestRow

from .builders import (
    ACCOUNTING,
    HEALTH,
    LYON,
    READING,
    SATURDAY,
    SPORT,
    TODAY,
    TOMORROW,
    WEDNESDAY_EVENING,
    a_mission,
    a_request,
    a_slot,
    on,
    to_agree,
)


def gate_of(request: RequestRow, mission: MissionRow) -> str | None:
    return judge(request, mission, today=TODAY).gate


def test_an_ordinary_mission_passes():
    assert gate_of(a_request(), a_mission()) is None


def test_every_gate_has_a_code_and_says_its_rule_and_its_refusal_in_a_sentence():
    assert len({gate.code for gate in GATES}) == len(GATES)
    for gate in GATES:
        for sentence in (gate.rule, gate.refusal(_pair())):
            assert not sentence[0].islower()
            assert sentence.endswith(".")
            assert "'" not in sentence


def _pair():
    return Pair(a_request(), a_mission(), TODAY)


# --- The organisation


def test_an_organisation_not_validated_gets_no_proposal():
    assert gate_of(a_request(), a_mission(organisation_verified=False)) == "organisation_verified"


@pytest.mark.parametrize(("overdue", "gate"), [(9, None), (10, "organisation_answers")])
def test_ten_applications_left_waiting_stop_the_proposals(overdue, gate):
    assert gate_of(a_request(), a_mission(overdue_applications=overdue)) == gate


# --- Loads


def test_a_mission_already_proposed_is_not_proposed_again():
    assert gate_of(a_request(known_missions=frozenset({7})), a_mission(id=7)) == "not_yet_known"


@pytest.mark.parametrize(("open_proposals", "gate"), [(8, None), (9, "proposal_load")])
def test_three_proposals_may_be_open_for_each_free_place_of_the_whole_mission(open_proposals, gate):
    mission = a_mission(
        a_slot(free_places=2), on(TOMORROW, id=2, free_places=1), open_proposals=open_proposals
    )
    assert gate_of(a_request(), mission) == gate


def test_a_full_mission_says_it_is_full_whatever_its_proposals():
    assert gate_of(a_request(), a_mission(a_slot(free_places=0), open_proposals=5)) == "places"


@pytest.mark.parametrize(("people", "gate"), [(2, None), (3, "places")])
def test_a_group_needs_all_its_places_in_one_slot(people, gate):
    mission = a_mission(a_slot(free_places=2), a_slot(id=2, free_places=2))
    assert gate_of(a_request(places=people), mission) == gate


# --- Where


@pytest.mark.parametrize(
    ("wanted", "offered", "gate"),
    [
        (Mode.ON_SITE, Mode.REMOTE, "mode"),
        (Mode.REMOTE, Mode.ON_SITE, "mode"),
        (Mode.REMOTE, Mode.BOTH, None),
        (Mode.ON_SITE, Mode.BOTH, None),
        (Mode.BOTH, Mode.REMOTE, None),
        (Mode.BOTH, Mode.ON_SITE, None),
    ],
)
def test_the_mode_must_be_one_the_person_accepts(wanted, offered, gate):
    assert gate_of(a_request(mode=wanted), a_mission(mode=offered)) == gate


@pytest.mark.parametrize(("radius_m", "gate"), [(4_003, None), (4_002, "distance")])
def test_the_nearest_address_must_be_within_the_radius_to_the_metre(radius_m, gate):
    mission = a_mission(points=(LYON, (45_081_000, 5_051_000)))
    assert gate_of(a_request(radius_m=radius_m), mission) == gate


@pytest.mark.parametrize("mode", [Mode.REMOTE, Mode.BOTH])
def test_distance_does_not_matter_for_what_can_be_done_from_home(mode):
    assert gate_of(a_request(radius_m=5_000), a_mission(mode=mode, points=(LYON,))) is None


def test_distance_matters_for_a_hybrid_mission_when_the_person_wants_to_come():
    request = a_request(radius_m=5_000, mode=Mode.ON_SITE)
    assert gate_of(request, a_mission(mode=Mode.BOTH, points=(LYON,))) == "distance"


@pytest.mark.parametrize(("department", "gate"), [("975", None), ("26", "distance"), ("", "distance")])
def test_without_coordinates_the_department_decides(department, gate):
    request = a_request(point=None, department="975")
    assert gate_of(request, a_mission(department=department)) == gate
    assert gate_of(a_request(department="975"), a_mission(points=(), department=department)) == gate


def test_two_unknown_departments_are_not_the_same_place():
    assert gate_of(a_request(point=None, department=""), a_mission(department="")) == "distance"


# --- Wishes


@pytest.mark.parametrize(
    "mission",
    [
        a_mission(domains=HEALTH | SPORT),
        a_mission(activities=READING),
        a_mission(skills=ACCOUNTING),
    ],
)
def test_one_wish_met_is_enough(mission):
    assert gate_of(a_request(domains=HEALTH, activities=READING, skills=ACCOUNTING), mission) is None


def test_a_request_with_wishes_is_not_proposed_what_meets_none():
    assert gate_of(a_request(domains=HEALTH), a_mission(domains=SPORT)) == "one_wish"
    assert gate_of(a_request(domains=HEALTH), a_mission()) == "one_wish"


def test_whatever_lifts_the_gate_on_wishes():
    assert gate_of(a_request(domains=HEALTH, open_to_anything=True), a_mission(domains=SPORT)) is None
    assert gate_of(a_request(), a_mission(domains=SPORT)) is None


# --- When


@pytest.mark.parametrize(("offset", "gate"), [(-1, "dates"), (0, "dates"), (1, None)])
def test_a_dated_slot_must_be_to_come(offset, gate):
    assert gate_of(a_request(), a_mission(on(TODAY + timedelta(days=offset)))) == gate


def test_half_days_and_period_must_suit():
    saturdays = a_request(half_days=whole_day(SATURDAY))
    assert gate_of(saturdays, a_mission()) == "dates"
    assert gate_of(saturdays, a_mission(on(date(2026, 11, 28)))) is None
    assert gate_of(a_request(period_end=TOMORROW), a_mission(on(date(2026, 11, 28)))) == "dates"


def test_hours_to_agree_pass_but_never_for_a_group():
    assert gate_of(a_request(half_days=WEDNESDAY_EVENING), a_mission(to_agree())) is None
    assert gate_of(a_request(places=2), a_mission(to_agree())) == "group_date"


@pytest.mark.parametrize(("minimum_age", "gate"), [(16, None), (18, "age")])
def test_a_family_with_under_16s_goes_where_16_is_enough(minimum_age, gate):
    family = a_request(places=2, under_16=1)
    assert gate_of(family, a_mission(minimum_age=minimum_age)) == gate


# --- Age


@pytest.mark.parametrize(
    ("minimum_age", "birthday", "gate"),
    [
        (16, {"sixteen_on": TOMORROW, "eighteen_on": date(2028, 11, 26)}, None),
        (16, {"sixteen_on": TOMORROW + timedelta(days=1), "eighteen_on": date(2028, 11, 27)}, "age"),
        (18, {"eighteen_on": TOMORROW}, None),
        (18, {"eighteen_on": TOMORROW + timedelta(days=1)}, "age"),
        (18, {}, None),
    ],
)
def test_the_age_is_that_of_the_day_of_the_slot(minimum_age, birthday, gate):
    assert gate_of(a_request(**birthday), a_mission(on(TOMORROW), minimum_age=minimum_age)) == gate


@pytest.mark.parametrize(("eighteen_on", "gate"), [(TODAY, None), (TOMORROW, "age")])
def test_without_a_date_the_age_is_that_of_today(eighteen_on, gate):
    mission = a_mission(to_agree(first_day=TODAY + timedelta(days=30)), minimum_age=18)
    assert gate_of(a_request(eighteen_on=eighteen_on), mission) == gate


def test_a_later_slot_may_suit_somebody_who_grows_up_meanwhile():
    soon, later = on(TOMORROW, id=1), on(TOMORROW + timedelta(days=30), id=2)
    request = a_request(eighteen_on=TODAY + timedelta(days=10))
    assert judge(request, a_mission(soon, later, minimum_age=18), today=TODAY).slot_id == 2
