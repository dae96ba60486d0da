"""What the page of a mission gives to decide, to share, to machines and to a diary."""

import datetime
import json
import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from jeveuxagir.common.clock import now, today
from jeveuxagir.taxonomies.models import Activity
from missions.models import MissionAddress
from missions.similar import similar_to
from tests.factories import (
    make_mission,
    make_participation,
    make_slot,
)

pytestmark = pytest.mark.django_db
HOSTILE = "</script><script>alert(1)</script><!-- \"' \u2028 &"


def html_of(response: Any) -> str:
    return response.content.decode().replace("\xa0", " ")


def structured(html: str) -> dict[str, Any] | None:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return json.loads(found[1]) if found else None


def page_of(client: Client, mission: Any) -> str:
    return html_of(client.get(mission.get_absolute_url()))


# --- to decide -----------------------------------------------------------------------------------------------


def test_the_rhythm_says_how_long_each_time_lasts(client: Client) -> None:
    mission = make_mission(slots=0, commitment="weekly")
    make_slot(mission, kind="weekly", start=datetime.time(14), end=datetime.time(15, 30))
    assert "Chaque semaine, 1 h 30 à chaque fois, environ 78 h par an" in page_of(client, mission)


def test_a_rhythm_that_ends_says_how_many_hours_in_all(client: Client) -> None:
    mission = make_mission(slots=0)
    slot = make_slot(mission, kind="weekly", start=datetime.time(14), end=datetime.time(16))
    slot.valid_until = today() + datetime.timedelta(days=30)
    slot.save(update_fields=["valid_until"])
    assert "2 h à chaque fois, environ 10 h en tout" in page_of(client, mission)
    mission.commitment = "once"
    mission.save(update_fields=["commitment"])
    assert "environ" not in page_of(client, mission)


def test_different_lengths_are_said_from_the_shortest_to_the_longest(client: Client) -> None:
    mission = make_mission(slots=0)
    make_slot(mission, end=datetime.time(14, 45))
    make_slot(mission, in_days=12, end=datetime.time(17))
    assert "De 45 min à 3 h" in page_of(client, mission)


def test_who_answers_and_how_fast_once_it_is_known(client: Client) -> None:
    mission = make_mission(capacity=9)
    assert "a 5 jours pour vous répondre" in page_of(client, mission)
    for days in (1, 2, 4):
        answered = now()
        make_participation(
            slot=mission.slots.first(),
            state="accepted",
            applied_at=answered - datetime.timedelta(days=days),
            answered_at=answered,
        )
    html = page_of(client, mission)
    assert "vous répond" in html
    assert "en 2 jours" in html


def test_eighty_slots_unfold_after_the_first_six_in_as_many_queries(client: Client) -> None:
    few, many = make_mission(slots=1), make_mission(slots=0)
    for day in range(1, 81):
        make_slot(many, in_days=day)
    client.get(few.get_absolute_url())
    with CaptureQueriesContext(
        connection,
    ) as for_one:
        client.get(few.get_absolute_url())
    with CaptureQueriesContext(connection) as for_eighty:
        html = page_of(client, many)
    assert len(for_eighty) == len(for_one)
    assert html.count('class="mi-slot"') == 80
    assert "Voir 74 autres créneaux" in html


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"state": "done"}, "Ses dates sont passées."),
        ({"state": "closed", "close_reason": "dates_past"}, "Ses dates sont passées."),
        ({"state": "closed", "close_reason": "gone_from_feed", "imported": True}, "ne la propose plus"),
        ({"slots": 0}, "Elle n’a plus de créneau à venir."),
    ],
)
def test_a_mission_that_takes_nobody_says_why(client: Client, fields: dict[str, Any], why: str) -> None:
    html = page_of(client, make_mission(**fields))
    assert "n’accepte plus de candidature" in html
    assert why in html
    assert "/candidater/" not in html


def test_a_remote_mission_has_no_address(client: Client) -> None:
    html = page_of(client, make_mission(mode="remote"))
    assert "À distance" in html
    assert "Y aller" not in html


def test_the_longest_texts_hold_on_the_page(client: Client) -> None:
    mission = make_mission(title="M" * 160, description="Mot " * 4999, prerequisites="P" * 2000)
    assert client.get(mission.get_absolute_url()).status_code == 200


# --- similar -------------------------------------------------------------------------------------------------


def with_activity(mission: Any, code: str) -> Any:
    mission.activities.set([Activity.objects.get(pk=code)])
    return mission


def test_the_same_activity_comes_before_the_same_domain_and_both_before_the_rest() -> None:
    first, second = Activity.objects.order_by("pk")[:2]
    mission = with_activity(make_mission(domain="education"), first.pk)
    rest = make_mission(domain="nature-environnement-climat", title="Autre domaine")
    kin = with_activity(make_mission(domain="education", title="Même domaine"), second.pk)
    same = with_activity(make_mission(domain="sport", title="Même activité"), first.pk)
    assert similar_to(mission) == [same, kin, rest]


def test_only_open_missions_with_a_place_to_come_resemble() -> None:
    mission = make_mission()
    make_mission(state="closed")
    make_mission(state="suspended")
    make_mission(slots=0)
    full = make_mission(capacity=1)
    make_participation(slot=full.slots.first(), state="accepted")
    past = make_mission(slots=0)
    make_slot(past, in_days=-3)
    good = make_mission(title="Ouverte")
    assert similar_to(mission) == [good]


def test_the_nearest_comes_first_and_what_is_far_only_for_want_of_better() -> None:
    mission = make_mission(commune="23096")
    guéret = mission.addresses.get()
    far = make_mission(commune="59350", title="Loin")
    near = make_mission(commune="23096", title="Près")
    MissionAddress.objects.filter(mission=near).update(latitude=guéret.latitude + 0.1)
    nearest = make_mission(commune="23096", title="Tout près")
    assert similar_to(mission) == [nearest, near, far]


def test_an_open_page_also_shows_what_resembles_it(client: Client) -> None:
    mission = make_mission()
    make_mission(title="Une autre près de là")
    assert "Une autre près de là" in page_of(client, mission)


# --- to machines ---------------------------------------------------------------------------------------------


def test_dated_slots_are_events_with_their_places_left(client: Client) -> None:
    mission = make_mission(capacity=3)
    slot = mission.slots.get()
    make_participation(slot=slot)
    data = structured(page_of(client, mission))
    assert data is not None
    (event,) = data["@graph"]
    assert event["@type"] == "Event"
    assert event["name"] == mission.title
    assert event["startDate"] == slot.starts_at.isoformat()
    assert (event["maximumAttendeeCapacity"], event["remainingAttendeeCapacity"]) == (3, 2)
    assert event["location"][0]["address"]["addressLocality"] == "Guéret"
    assert event["organizer"]["name"] == mission.organisation.name


def test_a_rhythm_is_a_volunteer_posting(client: Client) -> None:
    mission = make_mission(slots=0, mode="remote")
    make_slot(mission, kind="weekly")
    data = structured(page_of(client, mission))
    assert data is not None
    (posting,) = data["@graph"]
    assert (posting["@type"], posting["employmentType"]) == ("JobPosting", "VOLUNTEER")
    assert posting["jobLocationType"] == "TELECOMMUTE"


def test_what_was_typed_cannot_leave_the_data_block(client: Client) -> None:
    mission = make_mission(title=HOSTILE, description=HOSTILE)
    html = client.get(mission.get_absolute_url()).content.decode()
    assert "<script>alert(1)" not in html
    block = html[html.index("ld+json") :]
    block = block[: block.index("</script>")]
    assert "\u2028" not in block
    data = structured(html)
    assert data is not None
    assert data["@graph"][0]["name"].startswith("</script><script>alert(1)")


@pytest.mark.parametrize("fields", [{"imported": True}, {"state": "closed"}])
def test_what_is_not_ours_or_not_open_is_told_to_no_search_engine(
    client: Client, fields: dict[str, Any]
) -> None:
    html = page_of(client, make_mission(**fields))
    assert '<meta name="robots" content="noindex">' in html
    assert structured(html) is None


# --- to share and to report ----------------------------------------------------------------------------------


def test_sharing_is_plain_links_and_loads_nothing_from_elsewhere(client: Client) -> None:
    mission = make_mission(title="Aider & lire <b>")
    html = page_of(client, mission)
    assert "mailto:?subject=Une%20mission" in html
    assert "Aider%20%26%20lire%20%3Cb%3E" in html
    sources = re.findall(r'(?:src|href)="(https?://[^"]+)"[^>]*>', html)
    assert not re.findall(r'src="https?:', html)
    assert all("wa.me" in s or "facebook" in s or mission.get_absolute_url() in s for s in sources)


def test_the_page_may_be_reported(client: Client) -> None:
    mission = make_mission()
    html = page_of(client, mission)
    assert f"/signaler/?page=%2Fmissions%2F{mission.pk}-" in html


# --- to one’s diary ------------------------------------------------------------------------------------------


def calendar_url(slot: Any) -> str:
    return reverse("missions:calendar", args=[slot.mission.pk, slot.mission.slug, slot.pk])


def test_a_slot_goes_into_a_diary_without_a_word_about_anybody(client: Client) -> None:
    mission = make_mission()
    slot = mission.slots.get()
    person = make_participation(slot=slot, state="accepted").person
    response = client.get(calendar_url(slot))
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert ".ics" in response["Content-Disposition"]
    (event,) = Calendar.from_ical(response.content).walk("VEVENT")
    assert event["summary"] == mission.title
    assert event.decoded("dtstart") == slot.starts_at
    assert mission.get_absolute_url() in event["url"]
    text = response.content.decode()
    assert person.email not in text
    assert "ATTENDEE" not in text
    assert "ORGANIZER" not in text


def test_a_weekly_slot_repeats_at_the_same_hour_of_its_place(client: Client) -> None:
    mission = make_mission(slots=0, commune="97209")
    until = today() + datetime.timedelta(days=90)
    slot = make_slot(mission, kind="weekly", weekday=2, zone="America/Martinique", valid_until=until)
    (event,) = Calendar.from_ical(client.get(calendar_url(slot)).content).walk("VEVENT")
    start = event.decoded("dtstart")
    assert start.weekday() == 2
    assert (start.hour, str(event["dtstart"].params["TZID"])) == (14, "America/Martinique")
    assert event["rrule"]["FREQ"] == ["WEEKLY"]
    assert event["rrule"]["UNTIL"][0].astimezone(ZoneInfo("America/Martinique")).date() == until


def test_a_night_ends_the_next_day(client: Client) -> None:
    mission = make_mission(slots=0)
    slot = make_slot(mission, kind="weekly", start=datetime.time(20), end=datetime.time(1))
    (event,) = Calendar.from_ical(client.get(calendar_url(slot)).content).walk("VEVENT")
    assert event.decoded("dtend") - event.decoded("dtstart") == datetime.timedelta(hours=5)


@time_machine.travel("2026-10-20T09:00:00+02:00", tick=False)
def test_a_rhythm_begun_in_summer_time_keeps_its_hour_in_winter(client: Client) -> None:
    mission = make_mission(slots=0)
    slot = make_slot(mission, kind="weekly", weekday=2)
    text = client.get(calendar_url(slot)).content.decode()
    assert "DTSTART;TZID=Europe/Paris:20261021T140000" in text
    assert "TZOFFSETTO:+0100" in text


def test_times_to_agree_and_missions_out_of_sight_have_no_file(client: Client) -> None:
    mission = make_mission(slots=0)
    undated = make_slot(mission, kind="undated")
    assert client.get(calendar_url(undated)).status_code == 404
    for state in ("draft", "pending", "closed", "suspended"):
        slot = make_mission(state=state).slots.get()
        assert client.get(calendar_url(slot)).status_code == 404
    other = make_mission().slots.get()
    stolen = reverse("missions:calendar", args=[mission.pk, mission.slug, other.pk])
    assert client.get(stolen).status_code == 404
    cancelled = make_mission(slots=2).slots.first()
    cancelled.cancelled_at = now()
    cancelled.save()
    assert client.get(calendar_url(cancelled)).status_code == 404


def test_a_hostile_title_adds_no_line_to_the_file(client: Client) -> None:
    mission = make_mission(title="Lire\r\nATTENDEE:mailto:x@example.org")
    MissionAddress.objects.filter(mission=mission).update(street="1 rue\nBEGIN:VALARM")
    content = client.get(calendar_url(mission.slots.get())).content.replace(b"\r\n ", b"")
    names = {line.split(b":")[0].split(b";")[0] for line in content.split(b"\r\n")}
    assert not names & {b"ATTENDEE", b"VALARM"}
