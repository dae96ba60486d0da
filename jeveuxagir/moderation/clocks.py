"""The brigade's two clocks, in working days: 2 to own an item, 5 to decide it."""

import datetime
from functools import lru_cache

from jeveuxagir.common.clock import PARIS, now

DAYS_TO_OWN = 2
DAYS_TO_DECIDE = 5
#: An idea waits for no seat and no volunteer: ten days, all counted.
DAYS_TO_TRIAGE = 10


def easter(year: int) -> datetime.date:
    """Gregorian Easter Sunday (Meeus, Jones, Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return datetime.date(year, f // 31, f % 31 + 1)


@lru_cache(maxsize=8)
def public_holidays(year: int) -> frozenset[datetime.date]:
    """The eleven days of all France."""
    fixed = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)]
    moving = [easter(year) + datetime.timedelta(days=days) for days in (1, 39, 50)]
    return frozenset([datetime.date(year, month, day) for month, day in fixed] + moving)


def is_working_day(day: datetime.date) -> bool:
    return day.weekday() < 5 and day not in public_holidays(day.year)


def working_days_ago(days: int, *, moment: datetime.datetime | None = None) -> datetime.datetime:
    """The same hour, so many working days earlier: what is older has waited longer than that."""
    local = (moment or now()).astimezone(PARIS)
    while days:
        local -= datetime.timedelta(days=1)
        if is_working_day(local.date()):
            days -= 1
    return local


def triage_limit(*, days: int = DAYS_TO_TRIAGE) -> datetime.datetime:
    """An idea received before this moment is late."""
    return now() - datetime.timedelta(days=days)
