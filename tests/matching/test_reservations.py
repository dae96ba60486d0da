"""What to know before saying yes."""

import pytest

from jeveuxagir.matching.half_days import AFTERNOON, MORNING, half_day
from jeveuxagir.matching.reservations import CAVEATS, reservation
from jeveuxagir.matching.rows import Commitment, Mode

from .builders import (
    ACCOUNTING,
    DRAWING,
    DRIVING,
    FIRST_AID,
    LYON,
    SATURDAY,
    VOCABULARY,
    a_mission,
    a_request,
    a_slot,
    an_occasion,
    to_agree,
)


def said(request, mission):
    remark = reservation(an_occasion(request, mission), VOCABULARY)
    return remark and (remark.exact.replace("\u00a0", " "), remark.coarse)


def test_nothing_to_say_of_an_ordinary_match():
    assert said(a_request(), a_mission()) is None


@pytest.mark.parametrize(
    ("request_", "mission", "exact", "coarse"),
    [
        (a_request(), a_mission(to_agree()), "Horaires à convenir", "Horaires à convenir"),
        (
            a_request(mode=Mode.REMOTE),
            a_mission(mode=Mode.BOTH),
            "Un temps sur place peut être demandé",
            "Un temps sur place peut être demandé",
        ),
        (
            a_request(),
            a_mission(mode=Mode.BOTH, points=(LYON,)),
            "Un temps sur place peut être demandé",
            "Un temps sur place peut être demandé",
        ),
        (
            a_request(commitment=Commitment.ONE_OFF),
            a_mission(commitment=Commitment.WEEKLY),
            "Rythme plus soutenu que souhaité : chaque semaine",
            "Rythme plus soutenu que souhaité",
        ),
        (
            a_request(skills=DRAWING),
            a_mission(skills=DRAWING | ACCOUNTING),
            "Compétence demandée : Comptabilité",
            "Une compétence est demandée",
        ),
        (
            a_request(),
            a_mission(skills=ACCOUNTING | DRAWING),
            "Compétences demandées : Comptabilité et Dessin",
            "Une compétence est demandée",
        ),
        (
            a_request(),
            a_mission(skills=ACCOUNTING | DRAWING | DRIVING | FIRST_AID),
            "Compétences demandées : Comptabilité, Dessin et 2 autres",
            "Une compétence est demandée",
        ),
        (
            a_request(half_days=half_day(SATURDAY, MORNING)),
            a_mission(a_slot(half_days=half_day(SATURDAY, MORNING) | half_day(SATURDAY, AFTERNOON))),
            "Déborde en partie des moments choisis",
            "Déborde en partie des moments choisis",
        ),
        (
            a_request(radius_m=100_000),
            a_mission(points=(LYON,)),
            "Assez loin : 82 km",
            "Assez loin, dans la distance choisie",
        ),
        (a_request(point=None), a_mission(), "Distance à vérifier", "Distance à vérifier"),
        (
            a_request(),
            a_mission(imported=True),
            "Candidature à terminer sur un site partenaire",
            "Candidature à terminer sur un site partenaire",
        ),
    ],
)
def test_a_reservation_is_said_when_it_applies(request_, mission, exact, coarse):
    assert said(request_, mission) == (exact, coarse)


def test_a_lighter_rhythm_or_an_unsaid_one_is_no_reservation():
    assert said(a_request(commitment=Commitment.WEEKLY), a_mission(commitment=Commitment.ONE_OFF)) is None
    assert said(a_request(commitment=Commitment.ONE_OFF), a_mission()) is None
    assert said(a_request(), a_mission(commitment=Commitment.MORE)) is None


def test_only_the_most_telling_one_is_said():
    everything = a_mission(to_agree(), points=(LYON,), skills=ACCOUNTING, imported=True)
    assert said(a_request(radius_m=100_000), everything) == ("Horaires à convenir", "Horaires à convenir")


def test_every_reservation_has_its_own_code_and_a_rule_in_a_sentence():
    assert len({caveat.code for caveat in CAVEATS}) == len(CAVEATS)
    assert all(caveat.rule.endswith(".") for caveat in CAVEATS)
