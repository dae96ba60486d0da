"""Months, quarters and years, by their first day. Pure."""

import datetime

from .enums import Rhythm

MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet"),
    *("août", "septembre", "octobre", "novembre", "décembre"),
)
_LENGTH = {Rhythm.MONTHLY: 1, Rhythm.QUARTERLY: 3, Rhythm.YEARLY: 12}


def start_of(rhythm: str, day: datetime.date) -> datetime.date:
    """The first day of the period in which this day lies."""
    length = _LENGTH[Rhythm(rhythm)]
    return day.replace(month=(day.month - 1) // length * length + 1, day=1)


def after(rhythm: str, start: datetime.date) -> datetime.date:
    """The first day of the next period."""
    month = start.month - 1 + _LENGTH[Rhythm(rhythm)]
    return datetime.date(start.year + month // 12, month % 12 + 1, 1)


def last_ended(rhythm: str, day: datetime.date) -> datetime.date:
    """The latest period that was over before this day."""
    return start_of(rhythm, start_of(rhythm, day) - datetime.timedelta(days=1))


def between(
    rhythm: str, first: datetime.date, last: datetime.date, *, most: int = 400
) -> list[datetime.date]:
    """Every period from that of `first` to that of `last`, oldest first."""
    found: list[datetime.date] = []
    start = start_of(rhythm, first)
    while start <= last and len(found) < most:
        found.append(start)
        start = after(rhythm, start)
    return found


def label(rhythm: str, start: datetime.date) -> str:
    """« mars 2026 », « 1er trimestre 2026 », « 2026 »."""
    if rhythm == Rhythm.YEARLY:
        return str(start.year)
    if rhythm == Rhythm.QUARTERLY:
        number = start.month // 3 + 1
        return f"{number}{'er' if number == 1 else 'e'} trimestre {start.year}"
    return f"{MONTHS[start.month - 1]} {start.year}"


def of_period(rhythm: str, start: datetime.date) -> str:
    """After « pour »: « le 1er trimestre 2026 », « mars 2026 », « 2026 »."""
    return f"le {label(rhythm, start)}" if rhythm == Rhythm.QUARTERLY else label(rhythm, start)
