from datetime import date

import pytest

from jeveuxagir.matching.criteria.schedule import Schedule
from jeveuxagir.matching.half_days import AFTERNOON, EVENING, MORNING, half_day, whole_day
from jeveuxagir.matching.rows import Vocabulary
from tests.matching.builders import (
    SATURDAY,
    WEDNESDAY,
    WEDNESDAY_EVENING,
    a_mission,
    a_request,
    a_slot,
    an_occasion,
    on,
    to_agree,
)

A_SATURDAY = date(2026, 12, 12)


def test_a_slot_wholly_inside_the_wishes_is_a_perfect_fit():
    assert Schedule().fit(an_occasion(a_request(half_days=whole_day(WEDNESDAY)))) == 1000


def test_only_the_share_inside_the_wishes_counts():
    slot = a_slot(half_days=whole_day(WEDNESDAY))
    assert Schedule().fit(an_occasion(a_request(half_days=WEDNESDAY_EVENING), a_mission(slot))) == 333


@pytest.mark.parametrize("wish", [{"days": (A_SATURDAY,)}, {"period_start": A_SATURDAY}])
def test_a_date_wished_is_a_perfect_fit(wish):
    assert Schedule().fit(an_occasion(a_request(**wish), a_mission(on(A_SATURDAY)))) == 1000


def test_whenever_and_hours_to_agree_do_not_count():
    assert Schedule().fit(an_occasion()) == 0
    assert Schedule().fit(an_occasion(a_request(half_days=WEDNESDAY_EVENING), a_mission(to_agree()))) == 0


@pytest.mark.parametrize(
    ("slot", "exact", "coarse"),
    [
        (a_slot(), "Mercredi en soirée", "En soirée"),
        (a_slot(half_days=half_day(SATURDAY, MORNING)), "Samedi matin", "Le matin"),
        (a_slot(half_days=half_day(SATURDAY, AFTERNOON)), "Samedi après-midi", "L’après-midi"),
        (a_slot(half_days=whole_day(SATURDAY)), "Samedi toute la journée", "Toute la journée"),
        (on(A_SATURDAY, MORNING), "Samedi 12 décembre, le matin", "Le matin"),
        (on(date(2027, 1, 1), EVENING), "Vendredi 1er janvier 2027, en soirée", "En soirée"),
    ],
)
def test_it_says_when(slot, exact, coarse):
    occasion = an_occasion(a_request(period_start=date(2026, 11, 26)), a_mission(slot))
    assert Schedule().exact(occasion, Vocabulary()) == exact
    assert Schedule().coarse(occasion) == coarse


def test_it_says_only_the_moments_that_suit():
    occasion = an_occasion(
        a_request(half_days=half_day(SATURDAY, MORNING) | WEDNESDAY_EVENING),
        a_mission(a_slot(half_days=whole_day(SATURDAY))),
    )
    assert Schedule().exact(occasion, Vocabulary()) == "Samedi matin"
