"""The public API gives common problems as their page does, an index, and an ETag by HEAD too."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import (
    LILLE,
    make_alliance,
    make_challenge,
    make_mission,
    make_organisation,
    make_support,
    make_user,
)

pytestmark = pytest.mark.django_db

CHALLENGES = "/api/v1/challenges/"


def read(client: Client, path: str = CHALLENGES, **parameters: Any) -> Any:
    response = client.get(path, parameters)
    assert response.status_code == 200, response.content
    return response.json()


def test_public_problems_are_listed_and_nobody_is_named(client: Client) -> None:
    person = make_user(first_name="Zénobie", last_name="Secrète").person
    challenge = make_challenge(person=person, ready=True)
    make_support(challenge, person=person, means="Une heure, appelez Zénobie")
    hidden = make_challenge(state="draft")
    response = client.get(CHALLENGES)
    (row,) = response.json()["results"]
    assert row["statement"] == challenge.statement
    assert row["url"].endswith(challenge.get_absolute_url())
    assert row["supports"] == {"associations": 1, "companies": 1, "public": 1, "research": 0, "citizens": 1}
    assert (row["is_ready"], row["organisation"], row["alliance"]) == (True, None, None)
    assert "Zénobie" not in response.content.decode()
    assert client.get(f"{CHALLENGES}{hidden.pk}/").status_code == 404
    assert read(client, f"{CHALLENGES}{challenge.pk}/") == row


def test_an_alliance_is_named_once_anybody_may_read_it(client: Client) -> None:
    alliance = make_alliance()
    challenge = make_challenge(ready=True)
    type(challenge).objects.filter(pk=challenge.pk).update(state="in_alliance", alliance=alliance)
    assert read(client, f"{CHALLENGES}{challenge.pk}/")["alliance"] is None
    type(alliance).objects.update(publication="public", published_at=alliance.created_at)
    assert read(client, f"{CHALLENGES}{challenge.pk}/")["alliance"] == alliance.pk


def test_the_filters_are_those_of_the_page(client: Client) -> None:
    first = make_challenge(domain_id="education")
    first.sdgs.set([4])
    second = make_challenge(commune=LILLE, ready=True)
    second.sdgs.set([13])
    for parameters, found in (
        ({}, {first.pk, second.pk}),
        ({"odd": "4"}, {first.pk}),
        ({"odd": ["4", "13"]}, {first.pk, second.pk}),
        ({"domaine": "education"}, {first.pk}),
        ({"departement": "59"}, {second.pk}),
        ({"departement": "59", "odd": "4"}, set()),
        ({"departement": ["23", "59"]}, {first.pk, second.pk}),
        ({"etat": "ready"}, {second.pk}),
        ({"etat": ["seeking", "ready"]}, {first.pk, second.pk}),
        ({"etat": "in_alliance"}, set()),
    ):
        assert {row["id"] for row in read(client, **parameters)["results"]} == found, parameters
        page = client.get("/problemes-communs/", parameters)
        assert {row.pk for row in page.context["page_obj"]} == found


@pytest.mark.parametrize(("query", "status"), [("odd=18", 400), ("x=1", 400), ("departement=999", 404)])
def test_a_wrong_filter_is_refused(client: Client, query: str, status: int) -> None:
    assert client.get(f"{CHALLENGES}?{query}").status_code == status


def test_rows_ask_nothing_more(client: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(CHALLENGES)
        return len(queries)

    make_challenge(ready=True)
    cost()
    one = cost()
    for _ in range(5):
        make_challenge(ready=True)
    assert cost() == one


@pytest.mark.parametrize("path", [CHALLENGES, "/api/v1/missions/", "/api/v1/alliances/", "/api/v1/"])
def test_head_gives_the_etag_of_get_and_304_when_nothing_changed(client: Client, path: str) -> None:
    make_challenge()
    make_mission(organisation=make_organisation())
    got, head = client.get(path), client.head(path)
    assert head.status_code == 200
    assert head["ETag"] == got["ETag"]
    assert head.content == b""
    for method in (client.get, client.head):
        again = method(path, headers={"If-None-Match": got["ETag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_a_refusal_has_no_etag(client: Client) -> None:
    assert not client.get(f"{CHALLENGES}?x=1").has_header("ETag")


def test_the_index_names_lists_that_all_answer(client: Client) -> None:
    index = read(client, "/api/v1/")
    assert index["lists"]["challenges"].endswith(CHALLENGES)
    for address in index["lists"].values():
        assert client.get(address[address.index("/api/") :]).status_code == 200


def test_a_format_that_we_do_not_have_is_refused_in_good_french(client: Client) -> None:
    response = client.get(CHALLENGES, headers={"Accept": "text/turtle"})
    assert response.status_code == 406
    assert "L’en-tête" in response.json()["detail"]
    assert "'" not in response.json()["detail"]
