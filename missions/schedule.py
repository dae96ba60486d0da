"""Times of a slot: from the local date and hours of a place to instants, half-days and a rhythm."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from jeveuxagir.common.clock import now, today
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import NBSP
from jeveuxagir.matching.half_days import between

from .enums import Commitment, SlotKind

#: A slot whose end is "before" its start is a night, if it starts in the evening and is no longer than this.
NIGHT_FROM = time(18)
NIGHT_AT_MOST = timedelta(hours=12)
#: How far ahead a date may lie.
FURTHEST = timedelta(days=730)
MAX_SLOTS = 200
MAX_CAPACITY = 5000

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


@dataclass(frozen=True)
class SlotSpec:
    """One slot as somebody asks for it, in the local time of the place."""

    kind: str
    capacity: int
    local_date: date | None = None
    weekday: int | None = None
    start_time: time | None = None
    end_time: time | None = None
    valid_from: date | None = None
    valid_until: date | None = None


def is_night(start: time, end: time) -> bool:
    """Whether these hours pass midnight."""
    day = date(2000, 1, 1)
    length = datetime.combine(day + timedelta(days=1), end) - datetime.combine(day, start)
    return end < start and start >= NIGHT_FROM and length <= NIGHT_AT_MOST


def instant(day: date, at: time, zone: str) -> datetime:
    """The instant of a local time; an hour skipped by the change to summer time is refused."""
    tz = ZoneInfo(zone)
    aware = datetime.combine(day, at, tzinfo=tz)
    if aware.astimezone(ZoneInfo("UTC")).astimezone(tz).replace(tzinfo=None) != datetime.combine(day, at):
        raise RuleBroken(
            f"Le {day:%d/%m/%Y}, {at:%H}{NBSP}h{NBSP}{at:%M} n’existe pas{NBSP}: "
            "c’est la nuit du passage à l’heure d’été. Choisissez une autre heure.",
            code="no_such_hour",
        )
    return aware.astimezone(ZoneInfo("UTC"))


def instants(day: date, start: time, end: time, zone: str) -> tuple[datetime, datetime]:
    """Start and end of a dated slot; a night ends the next day."""
    last = day + timedelta(days=1) if is_night(start, end) else day
    return instant(day, start, zone), instant(last, end, zone)


def half_days(spec: SlotSpec) -> int:
    """The mask of the half-days a slot touches, in the local time of its place; 0 without hours."""
    if spec.start_time is None or spec.end_time is None:
        return 0
    weekday = spec.local_date.weekday() if spec.local_date else spec.weekday
    return 0 if weekday is None else between(weekday, spec.start_time, spec.end_time)


def weekdays_between(first: date, last: date, weekdays: Iterable[int]) -> list[date]:
    """The days of these weekdays (0 Monday) from `first` to `last` included; no more than a mission may hold."""
    wanted = set(weekdays)
    days: list[date] = []
    day = first
    while day <= last and len(days) <= MAX_SLOTS:
        if day.weekday() in wanted:
            days.append(day)
        day += timedelta(days=1)
    return days


def suggested_commitment(specs: Sequence[SlotSpec]) -> str:
    """The rhythm that slots show, for one person who takes one of them: what the form is prefilled with."""
    if any(spec.kind == SlotKind.WEEKLY for spec in specs):
        return Commitment.WEEKLY
    days = sorted({spec.local_date for spec in specs if spec.local_date})
    gaps = [(b - a).days for a, b in pairwise(days)]
    if len(gaps) >= 3 and max(gaps) <= 8:
        return Commitment.WEEKLY
    if len(gaps) >= 2 and min(gaps) >= 21 and max(gaps) <= 40:
        return Commitment.MONTHLY
    return Commitment.ONCE


def check(spec: SlotSpec) -> None:
    """Refuse a slot that cannot be, with a sentence for whoever typed it."""
    if not 1 <= spec.capacity <= MAX_CAPACITY:
        raise RuleBroken("Le nombre de places va de 1 à 5 000.", code="capacity")
    if spec.kind in (SlotKind.DATED, SlotKind.WEEKLY):
        if spec.start_time is None or spec.end_time is None:
            raise RuleBroken("Indiquez l’heure de début et l’heure de fin.", code="hours")
        if spec.end_time <= spec.start_time and not is_night(spec.start_time, spec.end_time):
            raise RuleBroken("La fin du créneau est avant son début.", code="end_before_start")
    if spec.kind == SlotKind.DATED:
        if spec.local_date is None:
            raise RuleBroken("Indiquez la date du créneau.", code="date")
        if spec.local_date < today():
            raise RuleBroken("Cette date est déjà passée.", code="past")
        _not_too_far(spec.local_date)
    elif spec.kind == SlotKind.WEEKLY and spec.weekday not in range(7):
        raise RuleBroken("Choisissez le jour de la semaine.", code="weekday")
    if spec.kind != SlotKind.DATED:
        if spec.valid_until and spec.valid_until < today():
            raise RuleBroken("La fin de la période est déjà passée.", code="past")
        if spec.valid_from and spec.valid_until and spec.valid_until < spec.valid_from:
            raise RuleBroken("La fin de la période est avant son début.", code="period")
        for day in filter(None, (spec.valid_from, spec.valid_until)):
            _not_too_far(day)


def _not_too_far(day: date) -> None:
    if day > today() + FURTHEST:
        raise RuleBroken("Cette date est trop lointaine : choisissez-la dans les deux ans.", code="too_far")


def check_all(specs: Iterable[SlotSpec], *, already: int = 0) -> None:
    """Refuse a list of slots that is too long, or of which one cannot be."""
    specs = list(specs)
    if already + len(specs) > MAX_SLOTS:
        raise RuleBroken(
            f"Une mission a au plus {MAX_SLOTS} créneaux. Un créneau hebdomadaire en remplace beaucoup.",
            code="too_many_slots",
        )
    for spec in specs:
        check(spec)


def slot_fields(spec: SlotSpec, zone: str) -> dict[str, object]:
    """The columns of a slot; refuses a dated slot that has already begun."""
    fields: dict[str, object] = {
        "kind": spec.kind,
        "capacity": spec.capacity,
        "zone": zone,
        "half_days": half_days(spec),
        "start_time": spec.start_time,
        "end_time": spec.end_time,
    }
    if spec.kind == SlotKind.DATED:
        day, start, end = spec.local_date, spec.start_time, spec.end_time
        assert day is not None
        assert start is not None
        assert end is not None
        starts_at, ends_at = instants(day, start, end, zone)
        if starts_at <= now():
            raise RuleBroken("Cette date est déjà passée.", code="past")
        if ends_at <= starts_at:
            raise RuleBroken("La fin du créneau est avant son début.", code="end_before_start")
        return fields | {"local_date": day, "starts_at": starts_at, "ends_at": ends_at}
    if spec.kind == SlotKind.WEEKLY:
        fields["weekday"] = spec.weekday
    return fields | {"valid_from": spec.valid_from, "valid_until": spec.valid_until}
