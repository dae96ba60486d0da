"""A week in 21 half-days: bit `weekday * 3 + part`.

Monday is 0. Parts: 0 matin (before 12 h), 1 après-midi, 2 soirée (from 18 h).
"""

from datetime import time

MORNING, AFTERNOON, EVENING = 0, 1, 2
NOON, SIX = time(12), time(18)
EVERY_HALF_DAY = (1 << 21) - 1


def half_day(weekday: int, part: int) -> int:
    return 1 << (weekday * 3 + part)


def whole_day(weekday: int) -> int:
    return 0b111 << (weekday * 3)


def parts_of(half_days: int, weekday: int) -> int:
    """The 3-bit mask of one day: 1 matin, 2 après-midi, 4 soirée."""
    return half_days >> (weekday * 3) & 0b111


def between(weekday: int, start: time, end: time) -> int:
    """The half-days some hours touch. Ending at noon is still the morning; a night is an evening."""
    first = _part_from(start)
    last = EVENING if end < start else max(first, _part_until(end))
    return sum(half_day(weekday, part) for part in range(first, last + 1))


def _part_from(moment: time) -> int:
    if moment < NOON:
        return MORNING
    return AFTERNOON if moment < SIX else EVENING


def _part_until(moment: time) -> int:
    if moment <= NOON:
        return MORNING
    return AFTERNOON if moment <= SIX else EVENING
