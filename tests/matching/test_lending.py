"""Needs and offers of skills: what must hold, what counts, how it is said, and who is served first."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jeveuxagir.common.text import NBSP
from jeveuxagir.matching import fairness
from jeveuxagir.matching.lending import (
    LENDING_CRITERIA,
    LENDING_GATES,
    MOST_OPEN,
    Fit,
    NeedRow,
    OfferRow,
    blocked,
    described,
    judged,
    needs_for,
    obstacles,
    offers_for,
    replay,
    score,
    stored_inputs,
    stored_outcome,
)
from jeveuxagir.matching.reasons import MAX_REASONS
from jeveuxagir.matching.records import OtherVersionError
from jeveuxagir.matching.rows import Mode, Vocabulary

TODAY = date(2026, 3, 2)
DAY = 420
ROMANS, VALENCE = (45_046_000, 5_052_000), (44_933_000, 4_892_000)
WORDS = Vocabulary(
    skills={0: "Tenir une comptabilité", 1: "Créer un site internet"},
    activities={0: "Gestion", 1: "Numérique"},
    domains={0: "séance flash d’une heure", 1: "quelques jours répartis"},
)
NEED = NeedRow(
    id=1,
    association_id=10,
    verified=True,
    department="26",
    point=ROMANS,
    mode=Mode.ON_SITE,
    skills=1,
    families=1,
    format=2,
    minutes=3 * DAY,
    deadline=TODAY + timedelta(days=90),
)
OFFER = OfferRow(
    id=5,
    employer_id=20,
    verified=True,
    departments=frozenset({"26"}),
    points=(VALENCE,),
    mode=Mode.ON_SITE,
    skills=1,
    families=1,
    formats=2,
    left_minutes=10 * DAY,
)


def fit(need: NeedRow = NEED, offer: OfferRow = OFFER) -> Fit:
    return Fit(need, offer, TODAY)


def plain(text: str) -> str:
    return text.replace(NBSP, " ")


@pytest.mark.parametrize(
    ("gate", "need", "offer"),
    [
        ("verified", {"verified": False}, {}),
        ("verified", {}, {"verified": False}),
        ("open", {"is_open": False}, {}),
        ("open", {}, {"is_open": False}),
        ("known", {"known": frozenset({5})}, {}),
        ("first_timers", {"never_served": False}, {"first_timers_only": True}),
        ("time_left", {}, {"left_minutes": 0}),
        ("time_left", {}, {"left_minutes": DAY - 1}),
        ("format", {"format": 1}, {}),
        ("skills", {}, {"skills": 2, "families": 2}),
        ("dates", {}, {"ends_on": TODAY - timedelta(days=1)}),
        ("dates", {}, {"starts_on": TODAY + timedelta(days=91)}),
        ("dates", {"deadline": TODAY - timedelta(days=1)}, {}),
        ("place", {"department": "59"}, {}),
        ("place", {"mode": Mode.REMOTE}, {}),
        ("place", {"commune": "26362"}, {"departments": frozenset(), "communes": frozenset({"26281"})}),
        ("place", {}, {"departments": frozenset(), "communes": frozenset({"26281"})}),
        ("load", {"open_proposals": MOST_OPEN}, {}),
    ],
)
def test_each_gate_holds_back_and_says_why(
    gate: str, need: dict[str, object], offer: dict[str, object]
) -> None:
    pair = fit(replace(NEED, **need), replace(OFFER, **offer))  # type: ignore[arg-type]
    assert blocked(pair) == gate
    assert judged(pair, WORDS) is None
    assert gate in [obstacle.gate for obstacle in obstacles(pair)]
    assert all(obstacle.sentence.endswith(".") for obstacle in obstacles(pair))


def test_an_offer_with_less_than_the_need_is_proposed_from_one_day_on_and_says_so() -> None:
    found = judged(fit(offer=replace(OFFER, left_minutes=DAY)), WORDS)
    assert found is not None
    assert found.reservation is not None
    assert found.reservation.exact == "Le temps qui reste dans l’offre ne couvre pas tout le besoin"


def test_an_hour_asked_is_given_by_an_offer_that_holds_one_hour() -> None:
    flash = replace(NEED, minutes=60, format=1)
    assert judged(fit(flash, replace(OFFER, formats=1, left_minutes=60)), WORDS) is not None
    assert blocked(fit(flash, replace(OFFER, formats=1, left_minutes=59))) == "time_left"


def test_the_reasons_say_the_strongest_first_and_name_nobody() -> None:
    found = judged(fit(), WORDS)
    assert found is not None
    assert [plain(reason.exact) for reason in found.reasons] == [
        "Compétence demandée : Tenir une comptabilité",
        "Assez de temps pour tout le besoin",
        "À 18 km",
        "Format prévu : quelques jours répartis",
    ]
    assert found.reservation is None


def test_a_neighbouring_skill_is_enough_and_called_by_its_family() -> None:
    found = judged(fit(offer=replace(OFFER, skills=2)), WORDS)
    assert found is not None
    assert "Même famille de métiers : Gestion" in [plain(reason.exact) for reason in found.reasons]
    same = judged(fit(), WORDS)
    assert same is not None
    assert same.score > found.score


def test_an_offer_that_names_the_commune_of_the_need_goes_there_and_says_so() -> None:
    towns = replace(OFFER, departments=frozenset(), communes=frozenset({"26281", "59350"}))
    there = replace(NEED, commune="26281", of_commune="de Romans-sur-Isère")

    def said(need: NeedRow, offer: OfferRow) -> list[str]:
        found = judged(fit(need, offer), WORDS)
        assert found is not None
        return [plain(reason.exact) for reason in found.reasons if reason.code == "distance"]

    assert said(there, towns) == ["L’offre va dans la commune de Romans-sur-Isère, à 18 km"]
    assert said(there, replace(towns, points=())) == ["L’offre va dans la commune de Romans-sur-Isère"]
    assert said(there, replace(towns, points=(ROMANS,))) == ["Dans la même commune"]
    assert said(there, OFFER) == ["À 18 km"]
    far = replace(towns, points=((50_630_000, 3_060_000),))
    by_department = replace(far, departments=frozenset({"26"}), communes=frozenset())
    assert score(fit(there, far)) > score(fit(there, by_department))


def test_the_72_hours_are_said_to_whoever_they_serve() -> None:
    found = judged(fit(offer=replace(OFFER, first_timers_only=True)), WORDS)
    assert found is not None
    assert len(found.reasons) == MAX_REASONS
    assert found.reasons[-1].code == "first_timers"
    assert found.reasons[-1].points == 0


def test_both_sides_read_the_same_words_and_the_same_score() -> None:
    [of_need] = offers_for(NEED, [OFFER], today=TODAY, vocabulary=WORDS)
    [of_offer] = needs_for(OFFER, [NEED], today=TODAY, vocabulary=WORDS)
    assert of_need == of_offer == judged(fit(), WORDS)


def test_a_stored_pair_is_computed_again_to_the_letter() -> None:
    inputs = stored_inputs(fit(), WORDS)
    assert replay(inputs) == stored_outcome(judged(fit(), WORDS))
    with pytest.raises(OtherVersionError):
        replay({**inputs, "version": "0.1"})


def test_the_public_page_describes_every_gate_and_criterion() -> None:
    gates, criteria = described()
    assert [gate.code for gate in gates] == [gate.code for gate in LENDING_GATES]
    assert sum(criterion.weight for criterion in criteria) == sum(weight for _, weight in LENDING_CRITERIA)
    assert all(said.name and said.rule for said in (*gates, *criteria))


masks = st.integers(0, 7)
needs_made = st.builds(
    NeedRow,
    id=st.integers(1, 50),
    association_id=st.integers(1, 9),
    verified=st.booleans(),
    department=st.sampled_from(["26", "59", ""]),
    commune=st.sampled_from(["26281", "59350", ""]),
    point=st.sampled_from([None, ROMANS]),
    mode=st.sampled_from(Mode),
    skills=masks,
    families=masks,
    format=st.sampled_from([0, 1, 2]),
    minutes=st.integers(30, 9000),
    deadline=st.one_of(st.none(), st.dates(date(2026, 1, 1), date(2027, 1, 1))),
    never_served=st.booleans(),
    open_proposals=st.integers(0, 4),
)
offers_made = st.builds(
    OfferRow,
    id=st.integers(1, 50),
    employer_id=st.integers(1, 9),
    verified=st.booleans(),
    departments=st.sampled_from([frozenset(), frozenset({"26"})]),
    communes=st.sampled_from([frozenset(), frozenset({"26281"})]),
    everywhere=st.booleans(),
    points=st.sampled_from([(), (VALENCE,)]),
    mode=st.sampled_from(Mode),
    skills=masks,
    families=masks,
    formats=masks,
    left_minutes=st.integers(0, 9000),
    first_timers_only=st.booleans(),
)


@given(needs_made, offers_made)
def test_what_passes_has_reasons_what_does_not_has_obstacles(need: NeedRow, offer: OfferRow) -> None:
    found = judged(fit(need, offer), WORDS)
    assert (found is None) == bool(obstacles(fit(need, offer)))
    if found is not None:
        assert 0 < len(found.reasons) <= MAX_REASONS
        assert 0 <= found.score <= 1000 * sum(weight for _, weight in LENDING_CRITERIA)
        assert offer.left_minutes > 0
        assert replay(stored_inputs(fit(need, offer), WORDS)) == stored_outcome(found)


@given(st.lists(needs_made, unique_by=lambda need: need.id, max_size=12), offers_made, st.integers(0, 99))
def test_the_order_does_not_depend_on_the_order_of_the_rows(
    needs: list[NeedRow], offer: OfferRow, seed: int
) -> None:
    shuffled = list(needs)
    random.Random(seed).shuffle(shuffled)
    found = needs_for(offer, needs, today=TODAY, limit=20)
    assert found == needs_for(offer, shuffled, today=TODAY, limit=20)
    scores = [score(fit(next(n for n in needs if n.id == one.need_id), offer)) for one in found]
    assert scores == sorted(scores, reverse=True)


@given(
    st.lists(needs_made, unique_by=lambda need: need.id, max_size=12),
    st.lists(offers_made, unique_by=lambda offer: offer.id, max_size=4),
)
def test_the_rule_of_72_hours_never_gives_out_an_offer_twice_nor_a_need(
    needs: list[NeedRow], offers: list[OfferRow]
) -> None:
    for first in (True, False):
        served = fairness.given_out(offers, needs, today=TODAY, first_timers_first=first)
        assert 0 <= served.first_time <= served.needs <= len(needs)
        assert 0 <= served.share <= 100


def test_with_the_rule_an_association_never_served_comes_before_a_better_placed_one() -> None:
    served = replace(NEED, id=2, association_id=11, never_served=False, point=VALENCE)
    new = replace(NEED, id=3, association_id=12, point=None)
    one_need_of_time = replace(OFFER, left_minutes=NEED.minutes)
    without = fairness.given_out([one_need_of_time], [served, new], today=TODAY, first_timers_first=False)
    with_rule = fairness.given_out([one_need_of_time], [served, new], today=TODAY, first_timers_first=True)
    assert (without.needs, without.share) == (1, 0)
    assert (with_rule.needs, with_rule.share) == (1, 100)


def test_what_only_shares_a_family_is_shown_to_who_chooses_and_never_proposed_without_them() -> None:
    neighbour = replace(NEED, id=7, skills=1 << 40)  # another skill of the same family
    assert [one.need_id for one in needs_for(OFFER, [neighbour], today=TODAY)] == [7]
    assert needs_for(OFFER, [neighbour], today=TODAY, asked_only=True) == []
    assert [one.need_id for one in needs_for(OFFER, [NEED, neighbour], today=TODAY, asked_only=True)] == [
        NEED.id
    ]
    assert offers_for(neighbour, [OFFER], today=TODAY, asked_only=True) == []
    assert [one.offer_id for one in offers_for(NEED, [OFFER], today=TODAY, asked_only=True)] == [OFFER.id]
