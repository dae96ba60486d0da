"""Whom an alliance could ask: what must hold, what counts, and how it is said."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from jeveuxagir.matching.partnership import (
    BOND_CRITERIA,
    FULL,
    REACH_M,
    AllianceRow,
    Bond,
    PartnerRow,
    blocked,
    candidates,
    fillers,
    score,
)
from jeveuxagir.matching.reasons import MAX_REASONS
from jeveuxagir.matching.rows import Vocabulary

ROMANS, VALENCE, LILLE = (45_046_000, 5_052_000), (44_933_000, 4_892_000), (50_631_000, 3_057_000)
WORDS = Vocabulary(
    domains={0: "Éducation", 1: "Alimentation"},
    activities={0: "Dialogue territorial"},
    skills={0: "Comptabilité"},
)
ALLIANCE = AllianceRow(
    id=1, departments=frozenset({"26"}), points=(ROMANS,), domains=1, sdgs=1 << 4, functions=1, skills=1
)


def a_partner(**fields: object) -> PartnerRow:
    base = PartnerRow(id=10, college="companies", verified=True, department="26", point=VALENCE)
    return replace(base, **fields)  # type: ignore[arg-type]


def said(partner: PartnerRow, alliance: AllianceRow = ALLIANCE) -> list[str]:
    [found] = candidates(alliance, [partner], college=partner.college, vocabulary=WORDS)
    return [reason.exact.replace("\xa0", " ") for reason in found.reasons]


def test_nobody_is_proposed_that_is_unverified_in_already_or_out_of_reach() -> None:
    for partner, gate in (
        (a_partner(verified=False), "verified"),
        (a_partner(id=7), "known"),
        (a_partner(point=LILLE, department="59"), "reach"),
        (a_partner(point=None, department="59"), "reach"),
    ):
        alliance = replace(ALLIANCE, known=frozenset({7}))
        assert blocked(Bond(alliance, partner)) == gate
        assert candidates(alliance, [partner], college="companies") == []


def test_only_the_college_asked_for_is_proposed() -> None:
    assert candidates(ALLIANCE, [a_partner(college="public")], college="companies") == []


def test_the_reasons_say_what_counts_most_first() -> None:
    partner = a_partner(
        domains=1, sdgs=1 << 4, functions=1, skills=1, open_missions=2, alliances=1, supports=True
    )
    assert said(partner) == [
        "A dit « nous aussi » à votre problème commun",
        "Agit dans votre domaine : Éducation",
        "Tient une fonction qui vous manque : Dialogue territorial",
        "À 18 km de votre territoire",
    ]
    assert (
        said(a_partner(skills=1, point=None))[0] == "Apporte des compétences qui vous manquent : Comptabilité"
    )
    assert said(a_partner(point=ROMANS, open_missions=1, alliances=2)) == [
        "Sur votre territoire",
        "Prend déjà part à 2 alliances",
        "A une mission ouverte",
    ]


def test_the_distance_is_said_and_unknown_it_is_a_reservation() -> None:
    assert said(a_partner(sdgs=1 << 4)) == ["À 18 km de votre territoire", "Sert l’ODD 4"]
    [found] = candidates(ALLIANCE, [a_partner(point=None)], college="companies")
    assert found.reservation is not None
    assert found.reservation.exact == "Distance à vérifier"
    assert [reason.exact for reason in found.reasons] == ["Dans votre département"]


def test_who_leaves_volunteers_waiting_is_proposed_with_that_reservation() -> None:
    [found] = candidates(ALLIANCE, [a_partner(overdue_applications=3)], college="companies")
    assert found.reservation is not None
    assert found.reservation.code == "overdue"


def test_three_are_proposed_the_best_first() -> None:
    partners = [a_partner(id=n, open_missions=n) for n in range(1, 7)]
    best = candidates(ALLIANCE, partners, college="companies")
    assert len(best) == 3
    assert [one.score for one in best] == sorted((one.score for one in best), reverse=True)
    assert {one.partner_id for one in best} <= {4, 5, 6}


PARTNERS = st.lists(
    st.builds(
        PartnerRow,
        id=st.integers(1, 50),
        college=st.sampled_from(["companies", "public"]),
        verified=st.booleans(),
        department=st.sampled_from(["26", "59", ""]),
        point=st.sampled_from([None, ROMANS, VALENCE, LILLE]),
        domains=st.integers(0, 7),
        sdgs=st.integers(0, 255),
        functions=st.integers(0, 3),
        skills=st.integers(0, 3),
        open_missions=st.integers(0, 20),
        alliances=st.integers(0, 4),
        overdue_applications=st.integers(0, 2),
        supports=st.booleans(),
    ),
    max_size=12,
    unique_by=lambda one: one.id,
)


@given(PARTNERS, st.randoms(use_true_random=False))
def test_the_order_given_never_changes_who_is_proposed(
    partners: list[PartnerRow], shuffler: random.Random
) -> None:
    shuffled = shuffler.sample(partners, len(partners))
    ask = {"college": "companies", "vocabulary": WORDS}
    assert candidates(ALLIANCE, shuffled, **ask) == candidates(ALLIANCE, partners, **ask)  # type: ignore[arg-type]


@given(PARTNERS)
def test_each_candidate_has_one_to_four_reasons_and_passed_the_gates(partners: list[PartnerRow]) -> None:
    known = {one.id: one for one in partners}
    for found in candidates(ALLIANCE, partners, college="companies", vocabulary=WORDS, limit=12):
        bond = Bond(ALLIANCE, known[found.partner_id])
        assert not blocked(bond)
        assert found.score == score(bond) <= sum(weight for _, weight in BOND_CRITERIA) * FULL
        assert 1 <= len(found.reasons) <= MAX_REASONS or not found.score
        assert all(reason.exact[0].isupper() and not reason.exact.endswith(".") for reason in found.reasons)
        assert bond.same_department or (bond.distance_m or 0) <= REACH_M


def test_whoever_fills_what_is_missing_is_proposed_whatever_its_world_and_says_it_first() -> None:
    filling = a_partner(id=11, college="associations", functions=1, skills=1, domains=1, sdgs=1 << 4)
    idle, known = a_partner(id=12, domains=1, supports=True), a_partner(id=13, functions=1)
    alliance = replace(ALLIANCE, known=frozenset({13}))
    [found] = fillers(alliance, [idle, known, filling], vocabulary=WORDS)
    assert found.partner_id == 11
    assert [reason.code for reason in found.reasons[:2]] == ["functions", "skills"]
    assert len(found.reasons) <= MAX_REASONS
    many = [a_partner(id=20 + n, functions=1) for n in range(9)]
    assert len(fillers(alliance, many)) == 3
    assert not fillers(replace(alliance, functions=0, skills=0), many)
