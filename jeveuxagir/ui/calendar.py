"""Calendar files (RFC 5545), readable by any diary: an `Entry` is one appointment, or one every week."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from icalendar import Calendar, Event, vCalAddress

from jeveuxagir.common.clock import now
from jeveuxagir.common.text import clean, slugify

_PRODUCT = "-//Jeveuxagir//Calendrier//FR"
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
#: line ends that `clean` lets through, and some readers obey
_LINE_END = re.compile(r"[\n\x85\u2028\u2029]+")
#: how far the changes of hour are written for a rhythm without an end
_FURTHER = timedelta(days=5 * 366)


@dataclass(frozen=True)
class Entry:
    """One appointment in the local time of its place. `uid` never changes; `sequence` grows with each change.

    `starts_at` and `ends_at` are aware. `weekly` repeats it on the same weekday at the same local hour, whatever
    the change to summer time does, until `until` included (for ever without it).
    """

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    zone: str = "Europe/Paris"
    weekly: bool = False
    until: date | None = None
    place: str = ""
    url: str = ""
    text: str = ""
    cancelled: bool = False
    sequence: int = 0
    changed_at: datetime | None = None
    #: who calls the meeting, as « name » and address: RFC 5546 wants it beside a METHOD
    organizer: tuple[str, str] | None = None


def calendar(entries: Iterable[Entry], *, name: str) -> bytes:
    """The whole file, with the time zones it names. When all of it is cancelled, a diary takes it out (RFC 5546)."""
    entries = list(entries)
    made = Calendar()
    made.add("prodid", _PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    is_cancelled = bool(entries) and all(entry.cancelled for entry in entries)
    made.add("method", "CANCEL" if is_cancelled else "PUBLISH")
    made.add("x-wr-calname", _line(name))
    days = []
    for entry in entries:
        made.add_component(_event(entry))
        days += [entry.starts_at.date(), entry.until or entry.ends_at.date()]
        if entry.weekly and entry.until is None:
            days.append(entry.starts_at.date() + _FURTHER)
    if days:
        # A change of hour before the first day says which offset holds on it.
        made.add_missing_timezones(min(days) - timedelta(days=366), max(days) + timedelta(days=366))
    return made.to_ical()


def calendar_response(content: bytes, *, name: str) -> HttpResponse:
    """The file as a download, named after `name`."""
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slugify(name, 60)}.ics"'
    return response


def first_of_week(weekday: int, from_day: date) -> date:
    """The first such weekday (0 is Monday) on or after a day."""
    return from_day + timedelta(days=(weekday - from_day.weekday()) % 7)


def _event(entry: Entry) -> Event:
    zone = ZoneInfo(entry.zone)
    start, end = entry.starts_at.astimezone(zone), entry.ends_at.astimezone(zone)
    event = Event()
    event.add("uid", _line(entry.uid))
    event.add("dtstamp", (entry.changed_at or now()).astimezone(UTC))
    event.add("dtstart", start)
    event.add("dtend", end)
    if entry.weekly:
        rule: dict[str, object] = {"freq": "weekly", "byday": _WEEKDAYS[start.weekday()]}
        if entry.until is not None:
            # In UTC, as the RFC asks beside a start in local time: the last instant of that day there.
            rule["until"] = datetime.combine(entry.until, time.max, tzinfo=zone).astimezone(UTC)
        event.add("rrule", rule)
    event.add("summary", _line(entry.title))
    if entry.organizer is not None:
        name, address = map(_line, entry.organizer)
        event.add("organizer", vCalAddress(f"mailto:{address}"), parameters={"CN": name})
    if entry.place:
        event.add("location", _line(entry.place))
    if entry.text:
        event.add("description", _LINE_END.sub("\n", clean(entry.text)))
    if entry.url:
        event.add("url", _line(entry.url))
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("sequence", entry.sequence)
    event.add("transp", "OPAQUE")
    return event


def _line(text: str) -> str:
    return _LINE_END.sub(" ", clean(text))
