"""Events in the API and in feeds: what their page says, with the filters of their page."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from jeveuxagir.common.clock import now
from tests import factories as f

pytestmark = pytest.mark.django_db
EVENTS = "/api/v1/events/"


def read(client: Client, path: str = EVENTS, **parameters: Any) -> Any:
    response = client.get(path, parameters)
    assert response.status_code == 200, response.content
    return response.json()


def test_public_events_are_listed_with_both_ways_and_never_the_private_link(client: Client) -> None:
    event = f.make_event(mode="both", capacity=3, online_url="https://salle.exemple.fr/secret")
    person = f.make_user(first_name="Zénobie").person
    f.make_registration(event, person=person)
    hidden = f.make_event(state="draft")
    response = client.get(EVENTS)
    (row,) = response.json()["results"]
    assert (row["title"], row["modes"]) == (event.title, ["on_site", "online"])
    assert (row["capacity"], row["free"], row["online_free"]) == (3, 2, None)
    assert row["calendar_url"].endswith("agenda.ics")
    assert row["licence"] == "Licence Ouverte 2.0"
    content = response.content.decode()
    assert "secret" not in content
    assert "Zénobie" not in content
    assert client.get(f"{EVENTS}{hidden.pk}/").status_code == 404
    assert read(client, f"{EVENTS}{event.pk}/") == row


def test_the_filters_are_those_of_the_page(client: Client) -> None:
    first = f.make_event(kind="workshop", domain_id="education", title="Lire une facture", in_days=3)
    first.sdgs.set([4])
    second = f.make_event(commune=f.LILLE, kind="visit", mode="both", in_days=4)
    past = f.make_event(in_days=-3, state="done", replay_url="https://exemple.fr/v", followed_at=now())
    for parameters, found in (
        ({}, [first.pk, second.pk]),
        ({"odd": "4"}, [first.pk]),
        ({"sorte": ["workshop", "visit"]}, [first.pk, second.pk]),
        ({"mode": "online"}, [second.pk]),
        ({"q": "factures"}, [first.pk]),
        ({"domaine": "education"}, [first.pk]),
        ({"departement": "59"}, [second.pk]),
        ({"lieu": "Guéret"}, [first.pk, second.pk]),
        ({"lieu": "Guéret", "mode": "on_site", "departement": "59"}, [second.pk]),
        ({"quand": "passes"}, [past.pk]),
        ({"replay": "on"}, [past.pk]),
    ):
        assert [row["id"] for row in read(client, **parameters)["results"]] == found, parameters
        page = client.get("/evenements/", parameters)
        assert [card.event.pk for card in page.context["cards"]] == found, parameters


@pytest.mark.parametrize(
    ("query", "status"), [("odd=18", 400), ("x=1", 400), ("sorte=bal", 400), ("departement=999", 404)]
)
def test_a_wrong_filter_is_refused(client: Client, query: str, status: int) -> None:
    assert client.get(f"{EVENTS}?{query}").status_code == status


def test_rows_ask_nothing_more(client: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(EVENTS)
        return len(queries)

    alliance = f.make_alliance(publication="public", published_at=now())
    f.make_event(alliance=alliance)
    cost()
    one = cost()
    for _ in range(6):
        f.make_event(alliance=alliance)
    assert cost() == one


def test_a_search_is_followed_as_a_feed_and_as_a_diary(client: Client) -> None:
    event = f.make_event(kind="workshop", title="Réparer & <réemployer>")
    f.make_event(kind="visit")
    atom = client.get("/flux/evenements.atom", {"sorte": "workshop"})
    assert atom["Content-Type"].startswith("application/atom+xml")
    content = atom.content.decode()
    assert "Réparer &amp; &lt;réemployer&gt;" in content
    assert content.count("<entry>") == 1
    diary = Calendar.from_ical(client.get("/flux/evenements.ics", {"sorte": "workshop"}).content)
    assert [str(entry["SUMMARY"]) for entry in diary.walk("VEVENT")] == [event.title]
    assert client.get("/flux/evenements.ics", {"sorte": "bal"}).status_code == 400
    again = client.get(
        "/flux/evenements.atom", {"sorte": "workshop"}, headers={"If-None-Match": atom["ETag"]}
    )
    assert again.status_code == 304
