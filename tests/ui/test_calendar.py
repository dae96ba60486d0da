"""Calendar files: readable by any diary, right across the changes of hour, closed to injected lines."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar, Event

from jeveuxagir.ui.calendar import Entry, calendar, calendar_response, first_of_week

PARIS = ZoneInfo("Europe/Paris")
HOSTILE = "Lire\r\nATTENDEE:mailto:x@example.org\rBEGIN:VALARM\n\u2028END:VCALENDAR\x00\x85;,\\"


def entry(**values: object) -> Entry:
    known = {
        "uid": "creneau-1@jeveuxagir.test",
        "title": "Lire avec des élèves",
        "starts_at": datetime(2026, 10, 20, 14, tzinfo=PARIS),
        "ends_at": datetime(2026, 10, 20, 16, tzinfo=PARIS),
    }
    return Entry(**(known | values))  # type: ignore[arg-type]


def read(content: bytes) -> Event:
    return Calendar.from_ical(content).walk("VEVENT")[0]


def test_an_entry_is_read_back_as_it_was_written() -> None:
    content = calendar(
        [entry(place="3 rue des Écoles, Romans", url="https://exemple.fr/m/1", sequence=4)], name="x"
    )
    event = read(content)
    assert event["summary"] == "Lire avec des élèves"
    assert event["location"] == "3 rue des Écoles, Romans"
    assert event.decoded("dtstart") == datetime(2026, 10, 20, 12, tzinfo=UTC)
    assert event["sequence"] == 4
    assert event["status"] == "CONFIRMED"
    assert content.count(b"BEGIN:VTIMEZONE") == 1


def test_lines_end_as_the_standard_says_and_none_is_too_long() -> None:
    content = calendar([entry(title="é" * 300, text="Une ligne\nDeux lignes")], name="x")
    lines = content.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert b"\n" not in content.replace(b"\r\n", b"")


@pytest.mark.parametrize("field", ["title", "place", "text", "url", "uid"])
def test_nobody_adds_a_line_of_their_own(field: str) -> None:
    content = calendar([entry(**{field: HOSTILE})], name=HOSTILE)
    names = {line.split(b":")[0].split(b";")[0] for line in content.replace(b"\r\n ", b"").split(b"\r\n")}
    assert not names & {b"ATTENDEE", b"VALARM"}
    assert content.replace(b"\r\n ", b"").count(b"\r\nEND:VCALENDAR\r\n") == 1
    assert len(Calendar.from_ical(content).walk("VEVENT")) == 1
    text = content.decode()
    assert not any(mark in text for mark in ("\x00", "\x85", "\u2028"))


def test_a_rhythm_keeps_its_local_hour_when_the_clocks_change() -> None:
    event = read(calendar([entry(weekly=True, until=date(2026, 12, 1))], name="x"))
    assert event["dtstart"].params["TZID"] == "Europe/Paris"
    rule = event["rrule"]
    assert rule["FREQ"] == ["WEEKLY"]
    assert rule["BYDAY"] == ["TU"]
    # the last day counts, in UTC as the standard asks
    assert rule["UNTIL"] == [datetime(2026, 12, 1, 22, 59, 59, tzinfo=UTC)]


def test_the_file_says_when_the_clocks_change() -> None:
    zone = Calendar.from_ical(calendar([entry(weekly=True)], name="x")).walk("VTIMEZONE")[0]
    offsets = {str(part["tzoffsetto"].td) for part in zone.subcomponents}
    assert offsets == {"1:00:00", "2:00:00"}


def test_an_entry_overseas_is_in_the_time_of_its_place() -> None:
    martinique = ZoneInfo("America/Martinique")
    event = read(
        calendar(
            [
                entry(
                    zone="America/Martinique",
                    starts_at=datetime(2026, 10, 20, 9, tzinfo=martinique),
                    ends_at=datetime(2026, 10, 20, 11, tzinfo=martinique),
                )
            ],
            name="x",
        )
    )
    assert event["dtstart"].to_ical() == b"20261020T090000"
    assert event["dtstart"].params["TZID"] == "America/Martinique"


def test_what_is_cancelled_says_so() -> None:
    assert read(calendar([entry(cancelled=True)], name="x"))["status"] == "CANCELLED"


def test_a_calendar_without_entries_is_still_one() -> None:
    assert Calendar.from_ical(calendar([], name="x")).walk("VEVENT") == []


def test_the_name_of_the_download_holds_nothing_a_header_would_obey() -> None:
    response = calendar_response(b"", name='Aider "\r\nX-Evil: 1')
    assert response["Content-Disposition"] == 'attachment; filename="aider-x-evil-1.ics"'
    assert response["Content-Type"] == "text/calendar; charset=utf-8"


def test_the_first_such_weekday_may_be_today() -> None:
    assert first_of_week(2, date(2026, 11, 25)) == date(2026, 11, 25)
    assert first_of_week(1, date(2026, 11, 25)) == date(2026, 12, 1)
