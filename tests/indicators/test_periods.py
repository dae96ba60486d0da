"""Months, quarters and years: none overlaps, none is forgotten, each has its words."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alliances.indicators.enums import Rhythm
from alliances.indicators.periods import after, between, label, last_ended, of_period, start_of

days = st.dates(datetime.date(2000, 1, 1), datetime.date(2100, 12, 31))
rhythms = st.sampled_from(Rhythm.values)


@given(rhythms, days)
def test_a_day_lies_in_one_period_and_the_last_ended_one_is_just_before(
    rhythm: str, day: datetime.date
) -> None:
    start = start_of(rhythm, day)
    assert start <= day < after(rhythm, start)
    assert start_of(rhythm, start) == start
    assert after(rhythm, last_ended(rhythm, day)) == start


@given(rhythms, days, st.integers(0, 900))
def test_periods_between_two_days_follow_one_another(rhythm: str, first: datetime.date, length: int) -> None:
    last = first + datetime.timedelta(days=length)
    found = between(rhythm, first, last)
    assert found[0] == start_of(rhythm, first)
    assert found[-1] == start_of(rhythm, last)
    assert [after(rhythm, one) for one in found[:-1]] == found[1:]


@pytest.mark.parametrize(
    ("rhythm", "words", "said"),
    [
        (Rhythm.MONTHLY, "janvier 2025", "janvier 2025"),
        (Rhythm.QUARTERLY, "1er trimestre 2025", "le 1er trimestre 2025"),
        (Rhythm.YEARLY, "2025", "2025"),
    ],
)
def test_a_period_has_its_words(rhythm: str, words: str, said: str) -> None:
    start = datetime.date(2025, 1, 1)
    assert (label(rhythm, start), of_period(rhythm, start)) == (words, said)
    assert label(Rhythm.QUARTERLY, datetime.date(2025, 10, 1)) == "4e trimestre 2025"
