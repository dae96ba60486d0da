"""When a request and a slot can meet."""

from collections.abc import Iterator
from datetime import date, timedelta

from .half_days import parts_of
from .rows import RequestRow, SlotKind, SlotRow

_ONE_DAY = timedelta(days=1)


def asks_when(request: RequestRow) -> bool:
    """True when the request says anything about days or half-days."""
    return bool(request.half_days or request.days or request.period_start or request.period_end)


def common_half_days(request: RequestRow, slot: SlotRow) -> int:
    return slot.half_days & request.half_days if request.half_days else slot.half_days


def first_day(request: RequestRow, slot: SlotRow, today: date) -> date | None:
    """The first day after today when a dated or weekly slot suits the request; None when there is none."""
    start, end = _window(request, slot, today)
    if start > end:
        return None
    half_days = common_half_days(request, slot)
    for day in _days_of(slot, request, start, end):
        if start <= day <= end and parts_of(half_days, day.weekday()) and _given(request, day):
            return day
    return None


def could_agree(request: RequestRow, slot: SlotRow, today: date) -> bool:
    """True when a day could still be agreed upon for an undated slot."""
    start, end = _window(request, slot, today)
    if start > end or (slot.half_days and not common_half_days(request, slot)):
        return False
    return not request.days or any(start <= day <= end for day in request.days)


def _given(request: RequestRow, day: date) -> bool:
    return not request.days or day in request.days


def _window(request: RequestRow, slot: SlotRow, today: date) -> tuple[date, date]:
    """The days, both included, that the request's period and the slot's validity leave from tomorrow on."""
    start = max(today + _ONE_DAY, slot.first_day or date.min, request.period_start or date.min)
    slot_end = slot.first_day if slot.kind == SlotKind.DATED else slot.last_day
    return start, min(slot_end or date.max, request.period_end or date.max)


def _days_of(slot: SlotRow, request: RequestRow, start: date, end: date) -> Iterator[date]:
    """The days worth looking at, in order: the slot's own, the given ones, or one week of a weekly rhythm."""
    if slot.kind == SlotKind.DATED and slot.first_day:
        yield slot.first_day
    elif request.days:
        yield from sorted(request.days)
    else:
        for offset in range(min(7, (end - start).days + 1)):
            yield start + timedelta(days=offset)
