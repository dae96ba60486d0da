"""The first day a request and a slot can meet."""

from datetime import date, timedelta

import pytest
from hypothesis import given

from jeveuxagir.matching.agenda import could_agree, first_day
from jeveuxagir.matching.half_days import parts_of, whole_day
from jeveuxagir.matching.rows import SlotKind

from .builders import MONDAY, SATURDAY, TODAY, TOMORROW, WEDNESDAY, a_request, a_slot, on, to_agree
from .strategies import any_slot, requests

NEXT_WEDNESDAY = TODAY + timedelta(days=7)


def test_a_weekly_rhythm_meets_on_its_next_day_never_today():
    assert first_day(a_request(), a_slot(), TODAY) == NEXT_WEDNESDAY
    assert first_day(a_request(), a_slot(), TODAY - timedelta(days=1)) == TODAY


def test_a_rhythm_of_several_days_meets_on_the_first_that_suits():
    slot = a_slot(half_days=whole_day(MONDAY) | whole_day(SATURDAY))
    assert first_day(a_request(), slot, TODAY) == date(2026, 11, 28)
    assert first_day(a_request(half_days=whole_day(MONDAY)), slot, TODAY) == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("request_", "slot", "day"),
    [
        (a_request(period_start=date(2026, 12, 10)), a_slot(), date(2026, 12, 16)),
        (a_request(), a_slot(first_day=date(2026, 12, 3)), date(2026, 12, 9)),
        (a_request(period_end=NEXT_WEDNESDAY), a_slot(), NEXT_WEDNESDAY),
        (a_request(period_end=NEXT_WEDNESDAY - timedelta(days=1)), a_slot(), None),
        (a_request(), a_slot(last_day=TOMORROW), None),
        (a_request(days=(date(2026, 12, 1), date(2026, 12, 9))), a_slot(), date(2026, 12, 9)),
        (a_request(days=(date(2026, 12, 1),)), a_slot(), None),
        (a_request(days=(TODAY,)), a_slot(), None),
        (a_request(days=(TOMORROW,)), on(TOMORROW), TOMORROW),
        (a_request(days=(TOMORROW,)), on(NEXT_WEDNESDAY), None),
        (a_request(period_start=date.max), a_slot(), None),
        (a_request(period_start=NEXT_WEDNESDAY, period_end=TOMORROW), a_slot(), None),
    ],
)
def test_period_given_days_and_validity_all_bound_the_day(request_, slot, day):
    assert first_day(request_, slot, TODAY) == day


@pytest.mark.parametrize(
    ("request_", "slot", "possible"),
    [
        (a_request(), to_agree(), True),
        (a_request(), to_agree(last_day=TODAY), False),
        (a_request(), to_agree(last_day=TOMORROW), True),
        (a_request(period_end=TOMORROW), to_agree(first_day=NEXT_WEDNESDAY), False),
        (a_request(period_start=NEXT_WEDNESDAY), to_agree(last_day=TOMORROW), False),
        (a_request(days=(NEXT_WEDNESDAY,)), to_agree(first_day=TOMORROW), True),
        (a_request(days=(NEXT_WEDNESDAY,)), to_agree(last_day=TOMORROW), False),
        (a_request(half_days=whole_day(MONDAY)), to_agree(), True),
        (a_request(half_days=whole_day(MONDAY)), to_agree(half_days=whole_day(WEDNESDAY)), False),
    ],
)
def test_hours_can_be_agreed_while_the_dates_leave_room(request_, slot, possible):
    assert could_agree(request_, slot, TODAY) is possible


@given(requests, any_slot())
def test_the_day_found_suits_both_sides(request_, slot):
    day = first_day(request_, slot, TODAY) if slot.kind != SlotKind.UNDATED else None
    if day is None:
        return
    assert day > TODAY
    assert parts_of(slot.half_days, day.weekday())
    assert not request_.half_days or parts_of(slot.half_days & request_.half_days, day.weekday())
    assert not request_.days or day in request_.days
    assert not request_.period_start or request_.period_start <= day
    assert not request_.period_end or day <= request_.period_end
