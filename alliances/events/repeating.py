"""The dates of a series: every week, every second week, or the same weekday of each month."""

import calendar
from datetime import date, timedelta

from jeveuxagir.common.errors import RuleBroken

from .enums import Rhythm

FEWEST, MOST = 2, 26


def dates(first: date, rhythm: str, count: int) -> list[date]:
    """`count` dates, the first one included. « Le 2e mardi » stays the second; a fifth one becomes the last."""
    if rhythm not in Rhythm.values:
        raise RuleBroken("Choisissez comment l’événement se répète.", code="rhythm")
    if not FEWEST <= count <= MOST:
        raise RuleBroken(f"Une série compte de {FEWEST} à {MOST} dates.", code="count")
    if rhythm == Rhythm.MONTHLY:
        return [_nth_weekday(first, months) for months in range(count)]
    step = timedelta(weeks=1 if rhythm == Rhythm.WEEKLY else 2)
    return [first + step * number for number in range(count)]


def _nth_weekday(first: date, months: int) -> date:
    """The same rank of the same weekday, so many months later."""
    rank = (first.day - 1) // 7
    month0 = first.month - 1 + months
    year, month = first.year + month0 // 12, month0 % 12 + 1
    begins, length = calendar.monthrange(year, month)
    day = 1 + (first.weekday() - begins) % 7 + 7 * rank
    while day > length:
        day -= 7
    return date(year, month, day)
