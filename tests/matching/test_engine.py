"""The promises of `rank`, on any rows."""

import random
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from jeveuxagir.matching import MAX_REASONS, MAX_SCORE, explain, judge, rank
from jeveuxagir.matching.criteria import CRITERIA, FULL
from jeveuxagir.matching.gates import GATES, MISSION_GATES, SLOT_GATES
from jeveuxagir.matching.pairs import Occasion, Pair
from jeveuxagir.matching.rows import Commitment, MissionRow, Mode, RequestRow

from .builders import (
    ACCOUNTING,
    HEALTH,
    READING,
    ROMANS,
    TODAY,
    TOMORROW,
    VALENCE,
    VOCABULARY,
    WEDNESDAY,
    WEDNESDAY_EVENING,
    a_mission,
    a_request,
    a_slot,
    on,
    to_agree,
)
from .strategies import mission_lists, missions, requests


def one(request: RequestRow, missions_: list[MissionRow], **options):
    [ranking] = rank([request], missions_, today=TODAY, **options)
    return ranking


# --- On any rows


@given(requests, mission_lists, st.randoms(use_true_random=False))
def test_the_order_of_the_missions_given_never_changes_the_ranking(
    request_, missions_, shuffler: random.Random
):
    shuffled = shuffler.sample(missions_, len(missions_))
    assert one(request_, shuffled) == one(request_, missions_)


@given(missions, st.randoms(use_true_random=False), requests)
def test_the_order_of_the_slots_given_never_changes_the_verdict(mission, shuffler: random.Random, request_):
    shuffled = replace(mission, slots=tuple(shuffler.sample(mission.slots, len(mission.slots))))
    assert judge(request_, shuffled, today=TODAY) == judge(request_, mission, today=TODAY)


@given(st.lists(requests, max_size=4), mission_lists)
def test_many_requests_are_ranked_like_each_alone(requests_, missions_):
    together = list(rank(requests_, missions_, today=TODAY))
    assert together == [one(request_, missions_) for request_ in requests_]


@given(requests, mission_lists)
def test_no_gate_is_violated_among_the_ranked(request_, missions_):
    by_id = {mission.id: mission for mission in missions_}
    for match in one(request_, missions_).matches:
        mission = by_id[match.mission_id]
        pair = Pair(request_, mission, TODAY)
        [slot] = [slot for slot in mission.slots if slot.id == match.slot_id]
        assert not any(gate.blocks(pair) for gate in MISSION_GATES)
        assert not any(gate.blocks(Occasion(pair, slot)) for gate in SLOT_GATES)
        assert slot.free_places >= request_.places
        assert match.day is None or match.day > TODAY


@given(requests, mission_lists)
def test_every_mission_is_either_passed_or_counted_under_one_gate(request_, missions_):
    ranking = one(request_, missions_)
    assert ranking.passed + sum(count for _, count in ranking.blocked) == len(missions_)
    assert {code for code, _ in ranking.blocked} <= {gate.code for gate in GATES}


@given(requests, missions)
def test_a_score_stays_within_its_bounds(request_, mission):
    verdict = judge(request_, mission, today=TODAY)
    assert 0 <= verdict.score <= MAX_SCORE
    assert (verdict.gate is None) == (verdict.slot_id is not None)


@given(requests, missions)
def test_each_fit_stays_within_its_bounds_whatever_the_slot(request_, mission):
    pair = Pair(request_, mission, TODAY)
    for criterion, _ in CRITERIA:
        fits = [criterion.fit(Occasion(pair, slot)) for slot in mission.slots]
        assert all(0 <= fit <= FULL for fit in fits)
        assert criterion.of_slot or len(set(fits)) <= 1


@given(requests, missions, st.integers(0, 3), st.integers(1, 5))
def test_more_free_places_never_lose(request_, mission, which, more):
    if not mission.slots:
        return
    slots = list(mission.slots)
    slot = slots[which % len(slots)]
    slots[which % len(slots)] = replace(slot, free_places=slot.free_places + more)
    before = judge(request_, mission, today=TODAY)
    after = judge(request_, replace(mission, slots=tuple(slots)), today=TODAY)
    assert after.score >= before.score
    assert before.gate is not None or after.gate is None


@given(requests, missions)
def test_an_open_mind_never_finds_less(request_, mission):
    if judge(request_, mission, today=TODAY).gate is None:
        assert judge(replace(request_, open_to_anything=True), mission, today=TODAY).gate is None


@given(requests, mission_lists, st.integers(0, 10))
def test_a_shorter_list_is_the_beginning_of_a_longer_one(request_, missions_, limit):
    assert one(request_, missions_, limit=limit).matches == one(request_, missions_, limit=20).matches[:limit]


@given(requests, mission_lists)
def test_a_match_says_at_most_four_reasons_and_one_reservation_in_words(request_, missions_):
    for match in one(request_, missions_, vocabulary=VOCABULARY).matches:
        assert len(match.reasons) <= MAX_REASONS == 4
        said = [*match.reasons, *filter(None, [match.reservation])]
        for remark in said:
            assert remark.exact
            assert remark.exact[0].isupper()
            assert remark.coarse
            assert "None" not in remark.exact
        points = [reason.points for reason in match.reasons]
        assert points == sorted(points, reverse=True)
        assert sum(points) <= match.score
        assert len({reason.code for reason in match.reasons}) == len(match.reasons)


@given(requests, missions)
def test_an_explanation_agrees_with_the_verdict(request_, mission):
    verdict = judge(request_, mission, today=TODAY)
    explanation = explain(request_, mission, today=TODAY)
    if verdict.gate is None:
        assert explanation.obstacles == ()
        assert explanation.match is not None
        assert (explanation.match.score, explanation.match.slot_id) == (verdict.score, verdict.slot_id)
    else:
        assert explanation.match is None
        assert explanation.obstacles[0].gate == verdict.gate


@given(requests, mission_lists)
def test_the_ranking_is_the_verdicts_sorted(request_, missions_):
    passed = {m.id: v.score for m in missions_ if (v := judge(request_, m, today=TODAY)).gate is None}
    matches = one(request_, missions_, limit=20).matches
    assert {match.mission_id: match.score for match in matches} == passed
    assert [match.score for match in matches] == sorted(passed.values(), reverse=True)


# --- On rows one can picture


def test_a_perfect_fit_is_worth_one_hundred_points():
    request_ = a_request(
        half_days=WEDNESDAY_EVENING | 0b111 << 9,
        domains=HEALTH,
        activities=READING,
        skills=ACCOUNTING,
        commitment=Commitment.WEEKLY,
    )
    mission = a_mission(
        on(TOMORROW),
        mode=Mode.BOTH,
        points=(ROMANS,),
        domains=HEALTH,
        activities=READING,
        skills=ACCOUNTING,
        commitment=Commitment.WEEKLY,
        answer_days=0,
    )
    assert judge(request_, mission, today=TODAY).score == MAX_SCORE == 100_000


def test_the_reasons_are_those_a_person_would_give():
    request_ = a_request(half_days=WEDNESDAY_EVENING, domains=HEALTH)
    [match] = one(request_, [a_mission(domains=HEALTH, answer_days=2)], vocabulary=VOCABULARY).matches
    assert [reason.exact.replace("\u00a0", " ") for reason in match.reasons] == [
        "Domaine souhaité : Santé",
        "À 4 km",
        "Mercredi en soirée",
        "Dès le mercredi 2 décembre",
    ]
    assert [reason.coarse for reason in match.reasons] == [
        "Dans un domaine que vous avez choisi",
        "Près de chez vous",
        "En soirée",
        "Bientôt",
    ]
    assert match.reservation is None


def test_a_weak_fit_is_a_reason_only_when_there_is_no_other():
    far = a_mission(to_agree(), points=(VALENCE,))
    request_ = a_request(radius_m=100_000, point=(45_764_000, 4_836_000))
    [match] = one(request_, [far]).matches
    assert [reason.exact for reason in match.reasons] == ["À 93\u00a0km"]
    [match] = one(replace(request_, domains=HEALTH), [replace(far, domains=HEALTH)]).matches
    assert [reason.code for reason in match.reasons] == ["domain"]


def test_the_best_slot_is_the_one_that_fits_the_wishes():
    afternoon = on(TOMORROW, part=1, id=1)
    evening = on(TOMORROW + timedelta(days=6), id=2)
    request_ = a_request(half_days=WEDNESDAY_EVENING)
    [match] = one(request_, [a_mission(afternoon, evening)]).matches
    assert match.slot_id == 2
    assert match.day.weekday() == WEDNESDAY


def test_between_equal_slots_the_earliest_then_the_lowest_id():
    beyond = TODAY + timedelta(days=80)
    later, earlier = on(beyond + timedelta(days=1), id=1), on(beyond, id=2)
    same_day = on(beyond, id=3)
    [match] = one(a_request(), [a_mission(to_agree(id=0), later, same_day, earlier)]).matches
    assert match.slot_id == 2


def test_equal_scores_are_drawn_differently_for_each_request_and_always_the_same():
    twins = [a_mission(id=id) for id in range(1, 9)]
    orders = {
        tuple(match.mission_id for match in ranking.matches)
        for ranking in rank([a_request(id=id) for id in range(1, 6)] * 2, twins, today=TODAY)
    }
    assert len(orders) == 5
    assert len({order[0] for order in orders}) > 1


def test_a_blocked_mission_shows_the_gate_its_best_slot_reached():
    full, past = on(TOMORROW, id=1, free_places=0), on(TODAY, id=2)
    assert judge(a_request(), a_mission(full, past), today=TODAY).gate == "dates"
    assert judge(a_request(), a_mission(full), today=TODAY).gate == "places"
    assert judge(a_request(), replace(a_mission(), slots=()), today=TODAY).gate == "places"


def test_staff_read_everything_that_blocks():
    mission = a_mission(on(TODAY), organisation_verified=False, points=(VALENCE,))
    explanation = explain(a_request(radius_m=10_000), mission, today=TODAY)
    assert [obstacle.sentence.replace("\u00a0", " ") for obstacle in explanation.obstacles] == [
        "L’organisation n’est pas validée.",
        "À 18 km, pour 10 km au plus.",
        "Aucun créneau à venir aux dates et aux moments possibles.",
    ]


def test_a_request_counts_what_each_gate_held_back():
    missions_ = [a_mission(id=1), a_mission(id=2, points=(VALENCE,)), a_mission(a_slot(free_places=0), id=3)]
    ranking = one(a_request(radius_m=10_000), missions_)
    assert ranking.blocked == (("distance", 1), ("places", 1))
    assert ranking.passed == 1


def test_a_group_reads_last_that_there_is_room_for_all_of_it():
    [match] = one(a_request(places=3), [a_mission(a_slot(free_places=6))]).matches
    assert match.reasons[-1].exact == "Place pour un groupe de 3\u00a0: 6\u00a0places libres"
    [alone] = one(a_request(), [a_mission(a_slot(free_places=6))]).matches
    assert "places" not in {reason.code for reason in alone.reasons}
