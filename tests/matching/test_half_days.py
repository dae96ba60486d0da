from datetime import time

import pytest

from jeveuxagir.matching.half_days import AFTERNOON, EVENING, MORNING, between, half_day, parts_of, whole_day

from .builders import MONDAY, WEDNESDAY


@pytest.mark.parametrize(
    ("start", "end", "parts"),
    [
        (time(9), time(11, 59), {MORNING}),
        (time(9), time(12), {MORNING}),
        (time(9), time(12, 1), {MORNING, AFTERNOON}),
        (time(12), time(12), {AFTERNOON}),
        (time(14), time(18), {AFTERNOON}),
        (time(17, 30), time(19), {AFTERNOON, EVENING}),
        (time(9), time(22), {MORNING, AFTERNOON, EVENING}),
        (time(20), time(0), {EVENING}),
        (time(22), time(2), {EVENING}),
    ],
)
def test_hours_occupy_the_half_days_they_touch(start, end, parts):
    assert between(WEDNESDAY, start, end) == sum(half_day(WEDNESDAY, part) for part in parts)


def test_a_day_is_three_half_days_of_its_own():
    assert parts_of(whole_day(WEDNESDAY), WEDNESDAY) == 0b111
    assert parts_of(whole_day(WEDNESDAY), MONDAY) == 0
    assert whole_day(MONDAY) | whole_day(6) == 0b111 << 18 | 0b111
