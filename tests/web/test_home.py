"""The home page and the public pages around it."""

import pytest
from django.test import Client

from jeveuxagir.common.registries import PersonalData, personal_data
from tests.factories import make_mission

pytestmark = pytest.mark.django_db


def test_the_home_page_leads_to_the_journeys(client):
    html = client.get("/").content.decode()
    for address in ("/demandes/nouvelle/", "/missions/", "/organisations/inscription/", "/organisations/"):
        assert f'"{address}"' in html


def test_the_home_page_stands_with_no_data_at_all(client):
    assert client.get("/").status_code == 200


def test_an_anonymous_visitor_costs_no_query_once_the_figures_are_cached(client, django_assert_num_queries):
    client.get("/")
    with django_assert_num_queries(0):
        client.get("/")


@pytest.mark.parametrize("path", ["/aide/", "/mentions-legales/", "/accessibilite/", "/confidentialite/"])
def test_public_pages_need_no_query(client, path, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get(path).status_code == 200


def test_no_page_carries_inline_code(client):
    for path in ("/", "/aide/", "/confidentialite/", "/introuvable/"):
        html = client.get(path).content.decode()
        assert " style=" not in html
        assert " onclick=" not in html
        assert "<style" not in html
        assert html.count("<script") == html.count('<script type="module" src=') + html.count(
            "<script defer src="
        )


def test_the_privacy_page_is_made_from_the_registry(client, monkeypatch):
    entry = PersonalData(
        model="x.Y",
        label="Carnet de bord",
        kept="Un an, puis effacé.",
        rows=lambda person: [],
        export=lambda row: {},
        erase=lambda person: None,
    )
    monkeypatch.setitem(personal_data._entries, "x.Y", entry)
    html = client.get("/confidentialite/").content.decode()
    assert "Carnet de bord" in html
    assert "Un an, puis effacé." in html


def test_the_demo_says_that_its_data_is_invented(client, settings):
    assert "données inventées" not in client.get("/aide/").content.decode()
    settings.DEMO = True
    assert "Démonstration&nbsp;: données inventées." in client.get("/aide/").content.decode()
    assert client.get("/robots.txt").content.decode() == "User-agent: *\nDisallow: /\n"


def test_only_reading_is_answered():
    assert Client().post("/aide/").status_code == 405


def test_the_home_page_shows_what_is_open_and_only_that(client):
    make_mission(title="Lire avec des élèves", commune="26281")
    make_mission(title="Mission en attente", state="pending")
    html = client.get("/").content.decode()
    assert "Lire avec des élèves" in html
    assert "Romans-sur-Isère (26)" in html
    assert "Mission en attente" not in html


def test_figures_say_nothing_rather_than_zero(client):
    assert "candidature acceptée" not in client.get("/").content.decode()


def test_the_home_page_costs_few_queries_however_many_missions(client, django_assert_max_num_queries):
    for number in range(6):
        make_mission(title=f"Mission {number}")
    with django_assert_max_num_queries(14):
        client.get("/")
