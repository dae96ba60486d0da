"""An accepted time goes into one's own diary, and out of it when it is cancelled."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from jeveuxagir.common.clock import now
from missions.models import Slot
from tests.factories import make_mission, make_participation, make_slot, make_user

pytestmark = pytest.mark.django_db


def event_of(client: Client, participation: Any) -> Any:
    response = client.get(f"/mon-espace/candidatures/{participation.pk}/calendrier.ics")
    assert response.status_code == 200
    return Calendar.from_ical(response.content).walk("VEVENT")[0]


@pytest.fixture
def user(client: Client) -> Any:
    user = make_user()
    client.force_login(user)
    return user


def test_the_page_of_an_accepted_application_offers_the_file(client: Client, user: Any) -> None:
    participation = make_participation(person=user.person, state="accepted")
    html = client.get(f"/mon-espace/candidatures/{participation.pk}/").content.decode()
    assert "Ajouter à mon agenda" in html
    event = event_of(client, participation)
    assert event["summary"] == participation.mission.title
    assert event.decoded("dtstart") == participation.slot.starts_at
    assert event["url"].endswith(f"/mon-espace/candidatures/{participation.pk}/")
    assert event["status"] == "CONFIRMED"


def test_a_moved_slot_replaces_the_entry_and_a_cancelled_one_takes_it_out(client: Client, user: Any) -> None:
    participation = make_participation(person=user.person, state="accepted")
    first = event_of(client, participation)
    Slot.objects.filter(pk=participation.slot_id).update(sequence=1)
    moved = event_of(client, participation)
    assert moved["uid"] == first["uid"]
    assert moved["sequence"] > first["sequence"]
    participation.state = "cancelled"
    participation.save()
    gone = event_of(client, participation)
    assert (gone["uid"], gone["status"]) == (first["uid"], "CANCELLED")
    assert gone["sequence"] > moved["sequence"]


def test_a_slot_that_the_organisation_cancelled_says_so(client: Client, user: Any) -> None:
    participation = make_participation(person=user.person, state="accepted")
    Slot.objects.filter(pk=participation.slot_id).update(cancelled_at=now())
    assert event_of(client, participation)["status"] == "CANCELLED"


@pytest.mark.parametrize("state", ["applied", "in_talk", "declined"])
def test_what_is_not_accepted_has_no_file(client: Client, user: Any, state: str) -> None:
    fields = {"decline_reason": "full"} if state == "declined" else {}
    participation = make_participation(person=user.person, state=state, **fields)
    assert client.get(f"/mon-espace/candidatures/{participation.pk}/calendrier.ics").status_code == 404
    page = client.get(f"/mon-espace/candidatures/{participation.pk}/").content.decode()
    assert "Ajouter à mon agenda" not in page


def test_times_to_agree_have_no_file(client: Client, user: Any) -> None:
    slot = make_slot(make_mission(slots=0), kind="undated")
    participation = make_participation(person=user.person, slot=slot, state="accepted")
    assert client.get(f"/mon-espace/candidatures/{participation.pk}/calendrier.ics").status_code == 404


def test_somebody_else_s_is_not_found(client: Client, user: Any) -> None:
    other = make_participation(state="accepted")
    assert client.get(f"/mon-espace/candidatures/{other.pk}/calendrier.ics").status_code == 404
    assert Client().get(f"/mon-espace/candidatures/{other.pk}/calendrier.ics").status_code == 302
