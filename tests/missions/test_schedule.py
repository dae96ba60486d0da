"""Times of slots: local hours to instants in every French zone, half-days, repetition, limits."""

import datetime
from datetime import UTC, date, time

import pytest
import time_machine

from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.territories.enums import DEFAULT_TIMEZONE, TIMEZONES
from missions import schedule
from missions.enums import Commitment, SlotKind
from missions.schedule import SlotSpec

DAY = date(2027, 6, 16)  # a Wednesday


def dated(day: date = DAY, start: time = time(14), end: time = time(16), capacity: int = 5) -> SlotSpec:
    return SlotSpec(SlotKind.DATED, capacity, local_date=day, start_time=start, end_time=end)


def test_both_clock_changes_keep_the_hour_of_the_wall() -> None:
    winter = schedule.instant(date(2027, 3, 27), time(14), DEFAULT_TIMEZONE)
    summer = schedule.instant(date(2027, 3, 28), time(14), DEFAULT_TIMEZONE)
    assert (winter.astimezone(UTC).hour, summer.astimezone(UTC).hour) == (13, 12)
    before = schedule.instant(date(2027, 10, 30), time(14), DEFAULT_TIMEZONE)
    after = schedule.instant(date(2027, 10, 31), time(14), DEFAULT_TIMEZONE)
    assert (before.astimezone(UTC).hour, after.astimezone(UTC).hour) == (12, 13)


def test_an_hour_that_summer_time_skips_is_refused() -> None:
    with pytest.raises(RuleBroken, match="n’existe pas") as caught:
        schedule.instants(date(2027, 3, 28), time(2, 30), time(5), DEFAULT_TIMEZONE)
    assert caught.value.code == "no_such_hour"


def test_the_hour_that_winter_time_repeats_is_the_first_one_and_the_length_is_real() -> None:
    start, end = schedule.instants(date(2027, 10, 30), time(22), time(4), DEFAULT_TIMEZONE)
    assert (end - start) == datetime.timedelta(hours=7)
    first = schedule.instant(date(2027, 10, 31), time(2, 30), DEFAULT_TIMEZONE)
    assert first.astimezone(UTC).hour == 0


@pytest.mark.parametrize("zone", sorted({DEFAULT_TIMEZONE, *TIMEZONES.values()}))
def test_each_french_zone_has_its_own_instant(zone: str) -> None:
    start, end = schedule.instants(DAY, time(9), time(11), zone)
    assert end - start == datetime.timedelta(hours=2)
    from zoneinfo import ZoneInfo

    assert start.astimezone(ZoneInfo(zone)).time() == time(9)


def test_half_days_are_those_of_the_place() -> None:
    wednesday = 2 * 3
    assert schedule.half_days(dated(start=time(9), end=time(12))) == 1 << wednesday
    assert schedule.half_days(dated(start=time(10), end=time(19))) == 0b111 << wednesday
    weekly = SlotSpec(SlotKind.WEEKLY, 1, weekday=6, start_time=time(18), end_time=time(20))
    assert schedule.half_days(weekly) == 1 << 20
    assert schedule.half_days(SlotSpec(SlotKind.UNDATED, 1)) == 0


def test_a_night_passes_midnight_and_only_a_night() -> None:
    schedule.check(dated(start=time(21), end=time(1)))
    for start, end in ((time(16), time(14)), (time(14), time(14)), (time(20), time(10)), (time(10), time(2))):
        with pytest.raises(RuleBroken, match="avant son début"):
            schedule.check(dated(start=start, end=end))


def test_every_saturday_until() -> None:
    days = schedule.weekdays_between(date(2027, 1, 2), date(2027, 1, 30), [date(2027, 1, 2).weekday()])
    assert [day.day for day in days] == [2, 9, 16, 23, 30]


def test_ten_thousand_slots_are_refused_with_a_way_out() -> None:
    with pytest.raises(RuleBroken, match="au plus 200 créneaux") as caught:
        schedule.check_all([dated()] * 10_000)
    assert "hebdomadaire" in caught.value.message
    with pytest.raises(RuleBroken):
        schedule.check_all([dated()], already=200)


@time_machine.travel("2027-06-01 12:00 +0200")
@pytest.mark.parametrize(
    ("spec", "code"),
    [
        (dated(day=date(2027, 5, 31)), "past"),
        (dated(day=date(2040, 1, 1)), "too_far"),
        (dated(capacity=0), "capacity"),
        (dated(capacity=5001), "capacity"),
        (SlotSpec(SlotKind.DATED, 1, local_date=DAY), "hours"),
        (SlotSpec(SlotKind.DATED, 1, start_time=time(9), end_time=time(10)), "date"),
        (SlotSpec(SlotKind.WEEKLY, 1, start_time=time(9), end_time=time(10)), "weekday"),
        (SlotSpec(SlotKind.UNDATED, 1, valid_until=date(2027, 1, 1)), "past"),
        (SlotSpec(SlotKind.UNDATED, 1, valid_from=date(2027, 9, 1), valid_until=date(2027, 8, 1)), "period"),
    ],
)
def test_slots_that_cannot_be_are_refused(spec: SlotSpec, code: str) -> None:
    with pytest.raises(RuleBroken) as caught:
        schedule.check(spec)
    assert caught.value.code == code


@time_machine.travel("2027-06-16 14:30 +0200")
def test_a_slot_of_today_that_has_begun_is_past_where_it_is() -> None:
    with pytest.raises(RuleBroken, match="passée"):
        schedule.slot_fields(dated(day=DAY, start=time(14), end=time(16)), DEFAULT_TIMEZONE)
    fields = schedule.slot_fields(dated(day=DAY, start=time(14), end=time(16)), "America/Martinique")
    assert fields["zone"] == "America/Martinique"


def test_the_rhythm_follows_the_slots() -> None:
    def weekly(weekday: int) -> SlotSpec:
        return SlotSpec(SlotKind.WEEKLY, 1, weekday=weekday, start_time=time(9), end_time=time(10))

    weeks = [dated(day=DAY + datetime.timedelta(weeks=n)) for n in range(5)]
    months = [dated(day=DAY + datetime.timedelta(days=30 * n)) for n in range(3)]
    assert schedule.suggested_commitment([weekly(1)]) == Commitment.WEEKLY
    assert schedule.suggested_commitment([weekly(1), weekly(3)]) == Commitment.WEEKLY
    assert schedule.suggested_commitment(weeks) == Commitment.WEEKLY
    assert schedule.suggested_commitment(months) == Commitment.MONTHLY
    assert schedule.suggested_commitment([dated()]) == Commitment.ONCE
