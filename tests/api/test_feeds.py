"""A search is followed as Atom or in a diary; our missions leave in the format that we read from partners."""

import datetime
import re
from html import unescape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from jeveuxagir.accounts import limits
from jeveuxagir.common.clock import PARIS, today
from missions import services
from missions.enums import MissionMode, SlotKind
from missions.feeds import reader
from missions.feeds import services as feeds
from missions.feeds.models import Partner
from missions.models import Mission
from missions.search import Sort
from tests.factories import GUERET, LILLE, make_example, make_mission, make_organisation, make_slot

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = "Lire & dire ]]> <b>à voix haute</b>\x0b"


@pytest.fixture
def client() -> Client:
    return Client()


def entries(client: Client, **parameters: Any) -> list[str | None]:
    response = client.get("/flux/missions.atom", parameters)
    assert response.status_code == 200
    feed = ElementTree.fromstring(response.content)  # noqa: S314  # our own
    return [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]


def test_a_search_is_followed_newest_first_with_the_address_of_the_page(client: Client) -> None:
    make_mission(title="Ancienne")
    newest = make_mission(title=HOSTILE.replace("\x0b", ""))
    make_mission(title="Ailleurs", commune=LILLE)
    assert entries(client, commune=GUERET) == [newest.title, "Ancienne"]


def test_the_entry_of_a_mission_keeps_its_identity_when_its_title_changes(client: Client) -> None:
    mission = make_mission(title="Avant")
    before = ElementTree.fromstring(client.get("/flux/missions.atom").content)  # noqa: S314
    mission.title = "Après"
    mission.save()
    after = ElementTree.fromstring(client.get("/flux/missions.atom").content)  # noqa: S314
    path = f"{ATOM}entry/{ATOM}id"
    assert before.findtext(path) == after.findtext(path) != ""


def test_a_diary_holds_the_dates_to_come_of_the_search_alone(client: Client) -> None:
    mission = make_mission(title="Ici", slots=2)
    make_slot(mission, kind=SlotKind.UNDATED)
    make_mission(title="Ailleurs", commune=LILLE)
    response = client.get("/flux/missions.ics", {"commune": GUERET})
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    events = list(Calendar.from_ical(response.content).walk("VEVENT"))
    assert [str(event["SUMMARY"]) for event in events] == ["Ici", "Ici"]


def test_a_diary_repeats_a_weekly_slot_at_its_place_s_hour(client: Client) -> None:
    mission = make_mission(title="Chaque mercredi", slots=0, commune="97209")
    hours = {"start": datetime.time(17), "end": datetime.time(19)}
    make_slot(mission, kind=SlotKind.WEEKLY, weekday=2, zone="America/Martinique", **hours)
    response = client.get("/flux/missions.ics", {"lieu": "Fort-de-France (972)"})
    [event] = Calendar.from_ical(response.content).walk("VEVENT")
    assert event["RRULE"]["BYDAY"] == ["WE"]
    assert event.decoded("dtstart").strftime("%H:%M %z") == "17:00 -0400"


def test_the_search_page_leads_to_its_feeds_with_the_words_it_understood(client: Client) -> None:
    make_mission(title="Jardiner")
    html = client.get(
        "/missions/", {"q": "jardinre", "lieu": "Guéret (23)", "tri": Sort.RECENT.value}
    ).content.decode()
    for feed in ("atom", "ics"):
        [link] = set(re.findall(rf'href="(/flux/missions\.{feed}[^"]*)"', html))
        followed = client.get(unescape(link))
        assert followed.status_code == 200
        assert "Jardiner" in followed.content.decode()
    assert "/flux/missions" not in client.get("/missions/", {"lieu": "Saint-Denis"}).content.decode()


@pytest.mark.parametrize("path", ["/flux/missions.atom", "/flux/missions.ics"])
def test_a_search_that_means_nothing_is_refused_in_words(client: Client, path: str) -> None:
    response = client.get(path, {"lieu": "Zzyzx", "du": "hier"})
    assert response.status_code == 400
    assert response.content.decode().count("\n- ") == 2


def test_a_feed_that_has_not_changed_is_not_sent_again(client: Client) -> None:
    assert client.get("/flux/missions.ics", {"q": "x" * 99}).status_code == 200
    for found in (False, True):
        if found:
            make_mission()
        for path in ("/flux/missions.atom", "/flux/missions.ics"):
            with time_machine.travel(datetime.datetime.combine(today(), datetime.time(12), PARIS)) as clock:
                seen = client.get(path)["ETag"]
                clock.shift(90)
                again = client.get(path, headers={"If-None-Match": seen})
            assert (path, found, again.status_code) == (path, found, 304)


def test_our_missions_leave_in_the_partners_format_and_come_back_whole(
    client: Client, tmp_path: Path
) -> None:
    organisation = make_organisation(name="L’Atelier & Cie", rna="W231234567", siren="732829320")
    ours = make_mission(organisation=organisation, title=HOSTILE, description="Un.\n\nDeux <i>trois</i>.")
    services.set_search_extra(ours)
    weekly = make_mission(organisation=organisation, title="Chaque mercredi", slots=0)
    make_slot(weekly, kind=SlotKind.WEEKLY)
    make_mission(title="D’un partenaire", imported=True)
    full = make_mission(title="Complète", capacity=1)
    full.slots.update(taken=1)
    make_mission(title="Fermée", state="closed")
    make_mission(title="De chez soi", mode=MissionMode.REMOTE)
    response = client.get("/flux/missions.xml")
    path = tmp_path / "missions.xml"
    path.write_bytes(b"".join(response))
    assert reader.check(path).items == 3
    partner = Partner.objects.create(slug="miroir", name="Miroir", trust=Partner.Trust.TRUSTED)
    run = feeds.import_feed(partner, path)
    assert (run.created, run.rejected, run.error) == (3, 0, "")
    back = Mission.objects.get(source="miroir", source_id=f"jva-{ours.pk}")
    assert back.title == "Lire & dire ]]> à voix haute"  # texts are read without tags
    assert back.description == "Un.\n\nDeux trois."
    assert back.addresses.get().commune_id == GUERET
    assert back.minimum_age == ours.minimum_age
    assert Mission.objects.get(source="miroir", source_id=f"jva-{weekly.pk}").title == "Chaque mercredi"


def test_the_whole_feed_costs_the_same_for_one_mission_and_for_many(client: Client) -> None:
    make_mission()

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            b"".join(client.get("/flux/missions.xml"))
        return len(found)

    with_one = queries()
    for number in range(5):
        make_mission(organisation=make_organisation(), title=f"Mission {number}")
    assert queries() == with_one


def test_the_whole_feed_is_not_asked_for_without_end(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.LIMITS, "feed_address", limits.Limit(1, 3600))
    assert client.get("/flux/missions.xml").status_code == 200
    refused = client.get("/flux/missions.xml")
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) == 3600


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/recherche/suggestions/?q=lire", "suggestions_address"),
        ("/flux/exemples.atom", "api_address"),
        ("/api/v1/examples/", "api_address"),
    ],
)
def test_no_proxy_keeps_for_others_that_somebody_asked_too_often(
    client: Client, monkeypatch: pytest.MonkeyPatch, path: str, limit: str
) -> None:
    monkeypatch.setitem(limits.LIMITS, limit, limits.Limit(1, 3600))
    assert "public" in client.get(path)["Cache-Control"]
    refused = client.get(path)
    assert (refused.status_code, refused["Cache-Control"]) == (429, "no-store")


@pytest.mark.parametrize("mark", ["\ufffe", "\uffff"])
def test_a_character_that_xml_refuses_breaks_no_feed(client: Client, mark: str) -> None:
    make_example(title=f"Un four{mark} pour trois villages")
    feed = ElementTree.fromstring(client.get("/flux/exemples.atom").content)  # noqa: S314 (our own)
    assert [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")] == [
        "Un four pour trois villages"
    ]


def test_dates_leave_as_instants_a_reader_cannot_mistake(client: Client) -> None:
    mission = make_mission()
    slot = mission.slots.get()
    sent = b"".join(client.get("/flux/missions.xml")).decode()
    assert slot.starts_at is not None
    wanted = slot.starts_at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert f"<startAt><![CDATA[{wanted}]]></startAt>" in sent
