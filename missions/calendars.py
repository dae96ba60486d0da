"""A slot as an entry of anybody's diary."""

from datetime import date, datetime, time, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings

from jeveuxagir.common.clock import now
from jeveuxagir.common.text import of
from jeveuxagir.notifications.links import absolute
from jeveuxagir.ui.calendar import Entry, first_of_week

from .cards import where
from .enums import SlotKind
from .models import Mission, Slot
from .schedule import is_night


def entry_of(slot: Slot, mission: Mission, *, url: str = "") -> Entry | None:
    """The slot's dates, or its rhythm from now on; None when its times are still to agree.

    Its identity is the slot's, so that a moved or cancelled one replaces itself. Reads the mission's addresses.
    """
    if slot.start_time is None or slot.end_time is None:
        return None
    weekly = slot.kind == SlotKind.WEEKLY
    if weekly:
        today_there = now().astimezone(ZoneInfo(slot.zone)).date()
        start_day = max(filter(None, (slot.valid_from, today_there)))
        day = first_of_week(slot.weekday or 0, start_day)
        if slot.valid_until and day > slot.valid_until:
            return None
        starts_at, ends_at = _there(day, slot.start_time, slot.end_time, slot.zone)
    else:
        if slot.starts_at is None or slot.ends_at is None:
            return None
        starts_at, ends_at = slot.starts_at, slot.ends_at
    return Entry(
        uid=f"creneau-{slot.pk}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}",
        title=mission.title,
        starts_at=starts_at,
        ends_at=ends_at,
        zone=slot.zone,
        weekly=weekly,
        until=slot.valid_until if weekly else None,
        place=place_of(mission),
        url=absolute(url or mission.get_absolute_url()),
        text=f"Mission bénévole {of(mission.organisation.name)}",
        cancelled=slot.cancelled_at is not None,
        sequence=slot.sequence + (1 if slot.cancelled_at else 0),
        changed_at=mission.updated_at,
    )


def place_of(mission: Mission) -> str:
    """The only address as on an envelope; else the towns."""
    addresses = list(mission.addresses.all())
    return addresses[0].in_words if len(addresses) == 1 and mission.mode != "remote" else where(mission)


def _there(day: date, start: time, end: time, zone: str) -> tuple[datetime, datetime]:
    last = day + timedelta(days=1) if is_night(start, end) else day
    tz = ZoneInfo(zone)
    return datetime.combine(day, start, tzinfo=tz), datetime.combine(last, end, tzinfo=tz)
