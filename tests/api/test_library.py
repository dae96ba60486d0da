"""The public API and the feed give the sheets of the library as their pages do."""

from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from tests.factories import make_method, make_organisation, make_resource, make_user, now

pytestmark = pytest.mark.django_db

METHODS, TOOLS = "/api/v1/methods/", "/api/v1/tools/"
ATOM = "{http://www.w3.org/2005/Atom}"


def read(client: Client, path: str, **parameters: Any) -> Any:
    response = client.get(path, parameters)
    assert response.status_code == 200, response.content
    return response.json()


def test_public_sheets_are_given_with_their_licence_and_nobody_is_named(client: Client) -> None:
    person = make_user(first_name="Zénobie", last_name="Secrète").person
    method = make_method(person=person, needs=["agir"])
    make_method(state="draft")
    (row,) = read(client, METHODS)["results"]
    assert row == read(client, f"{METHODS}{method.pk}/")
    assert (row["title"], row["steps"], row["author"]) == (method.title, method.steps, "une personne")
    assert row["licence"] == "lo-2.0"
    assert row["licence_url"].startswith("https://")
    assert "Zénobie" not in client.get(METHODS).content.decode()


def test_an_organisation_signs_its_tool_and_a_dead_one_is_not_given(client: Client) -> None:
    organisation = make_organisation()
    tool = make_resource(organisation=organisation, shelf="donnees")
    dead = make_resource(failures=2, dead_since=now())
    (row,) = read(client, TOOLS)["results"]
    assert (row["id"], row["author"], row["shelf"]) == (tool.pk, organisation.name, "donnees")
    assert client.get(f"{TOOLS}{dead.pk}/").status_code == 404
    assert read(client, TOOLS, etagere="outils")["results"] == []


def test_a_page_of_ours_is_given_whole(client: Client, settings: Any) -> None:
    make_resource(link="/alliances/")
    (row,) = read(client, TOOLS)["results"]
    assert row["link"] == settings.SITE_URL.rstrip("/") + "/alliances/"


def test_the_filters_are_those_of_the_shelf(client: Client) -> None:
    kept = make_method(interests=["innovation"], levels=["2"], moments=["envie"], needs=["agir"])
    kept.sdgs.set([13])
    make_method(interests=["performance"])
    for name, value in (
        *(("interet", "innovation"), ("niveau", "2"), ("moment", "envie"), ("besoin", "agir"), ("odd", "13")),
        ("q", kept.title.split()[-1]),
    ):
        assert [row["id"] for row in read(client, METHODS, **{name: value})["results"]] == [kept.pk], name
    for name, value in (("interet", "x"), ("odd", "99"), ("domaine", "nulle-part"), ("rien", "1")):
        assert client.get(METHODS, {name: value}).status_code in (400, 404), name


def test_the_index_leads_to_both_lists(client: Client) -> None:
    lists = read(client, "/api/v1/")["lists"]
    assert lists["methods"].endswith(METHODS)
    assert lists["tools"].endswith(TOOLS)


def test_the_feed_gives_the_newest_of_a_shelf_or_of_a_domain(client: Client) -> None:
    method, tool = make_method(), make_resource()
    tool.domains.set(["education"])

    def titles(**parameters: str) -> set[str | None]:
        answer = client.get("/flux/bibliotheque.atom", parameters)
        assert answer.status_code == 200
        return {
            one.findtext(f"{ATOM}title")
            for one in ElementTree.fromstring(answer.content).iter(f"{ATOM}entry")  # noqa: S314  # our own
        }

    assert titles() == {method.title, tool.title}
    assert titles(etagere="methodes") == {method.title}
    assert titles(domaine="education") == {tool.title}
    assert titles(departement="26") == set()
    for wrong in ({"etagere": "x"}, {"domaine": "x"}, {"domaine": "a\x00b"}):
        assert client.get("/flux/bibliotheque.atom", wrong).status_code == 400
