"""One box finds everything public, by kind, by place, on a map; nothing found leads on."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jeveuxagir.common.clock import now
from jeveuxagir.findable import services
from jeveuxagir.territories.models import Commune, Department
from tests import factories as f

pytestmark = pytest.mark.django_db


def html(client, query=""):
    response = client.get(f"/recherche/{query}")
    assert response.status_code == 200
    return " ".join(response.content.decode().replace("\u00a0", " ").split())


def test_one_box_answers_with_all_kinds_grouped_and_their_counts(client):
    f.make_mission(title="Lire avec des enfants et un accordéon")
    f.make_challenge(statement="Trop peu d’enfants ont un accordéon")
    f.make_method(title="Accorder un budget, sans accordéon")
    services.rebuild()
    page = html(client, "?q=accordéon")
    for words in ("Missions (1)", "Problèmes communs (1)", "Méthodes (1)", "Tout (3)"):
        assert words in page
    assert "Lire avec des enfants et un accordéon" in page


def test_a_commune_shows_the_kinds_that_exist_there_with_counts_without_javascript(client):
    f.make_mission(commune=f.GUERET, title="À Guéret")
    f.make_mission(commune=f.LILLE, title="À Lille")
    alliance = f.make_alliance(
        department="23", publication="public", published_at=now(), name="La Creuse à table"
    )
    alliance.places.all().delete()
    alliance.places.create(department=Department.objects.get(pk="23"))
    services.rebuild()
    page = html(client, "?commune=23096")
    assert "À Guéret" in page
    assert "La Creuse à table" in page, "what covers the commune is the commune's"
    assert "À Lille" not in page
    assert "Événements (" not in page


@pytest.mark.parametrize(
    "path", ["communes/23096-gueret", "departements/23-creuse", "regions/75-nouvelle-aquitaine"]
)
def test_the_page_of_a_place_counts_each_kind_and_leads_to_the_rest(client, path):
    f.make_challenge(commune=f.GUERET, statement="Plus de car le soir")
    services.rebuild()
    page = client.get(f"/territoires/{path}/").content.decode()
    assert "Plus de car le soir" in page
    assert "/recherche/?territoire=" in page


def test_an_intercommunality_has_its_page_and_a_wrong_slug_redirects(client):
    town = Commune.objects.select_related("epci").get(pk=f.GUERET)
    f.make_challenge(commune=f.GUERET, statement="Plus de car le soir")
    services.rebuild()
    moved = client.get(f"/territoires/epci/{town.epci.pk}-x/")
    assert moved.status_code == 301
    page = client.get(moved.url).content.decode()
    assert town.epci.name in page
    assert "Plus de car le soir" in page
    assert "23096-gueret" in page
    assert client.get("/territoires/epci/999999999-x/").status_code == 404


def test_a_kind_is_read_by_pages_and_a_filter_narrows_it(client):
    for number in range(25):
        f.make_mission(title=f"Planter des haies {number}")
    services.rebuild()
    page = html(client, "?q=haies&sorte=mission&page=2")
    assert page.count('class="ui-entry"') == 5
    assert "25 missions" in page
    sdg = f.make_mission(title="Planter des haies autrement")
    sdg.sdgs.set([13])
    services.rebuild()
    assert html(client, "?q=haies&odd=13").count('class="ui-entry"') == 1


def test_nothing_found_offers_the_nearest_words_a_wider_place_and_an_alert(client):
    f.make_mission(title="Jardinage au foyer", commune=f.LILLE)
    services.rebuild()
    page = html(client, "?q=jardinnage&commune=23096")
    assert "Rien ne répond" in page
    assert "Jardinage au foyer" in page
    assert "territoire=d23" in page
    assert "Être prévenu" in page


@pytest.mark.parametrize(
    "query",
    [
        "?q=%00",
        "?q=" + "a" * 7000,
        "?q=%27%3B--&sorte=zzz",
        "?page=1000000000",
        "?page=-1&sorte=mission",
        "?territoire=d23'--",
        "?territoire=zzzzzzzzzz",
        "?odd=99&domaine=%00",
        "?vue=carte",
        "?commune=99999",
        "?q=<script>alert(1)</script>",
    ],
)
def test_whatever_is_asked_the_page_answers(client, query):
    f.make_mission(commune=f.GUERET)
    services.rebuild()
    assert "<script>alert" not in html(client, query)


def test_the_map_shows_what_the_list_does(client):
    f.make_mission(commune=f.GUERET, title="À Guéret")
    services.rebuild()
    page = html(client, "?q=gueret&vue=carte")
    assert "<svg" in page
    assert "À Guéret" in page


def test_words_are_suggested_as_one_types_whatever_their_kind(client):
    f.make_mission(title="Lire avec des enfants")
    f.make_method(title="Lire ensemble un budget")
    services.rebuild()
    results = client.get("/recherche/suggestions/?q=lir").json()["results"]
    assert {line["kind"] for line in results} == {"Mission", "Méthode"}
    assert all(line["url"].startswith("/") for line in results)
    assert client.get("/recherche/suggestions/?q=%00").json() == {"results": []}


def test_one_and_twenty_results_ask_the_same_number_of_queries(client):
    f.make_mission(title="Lire un")
    services.rebuild()
    client.get("/recherche/?q=lire")
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get("/recherche/?q=lire")
    for number in range(20):
        f.make_mission(title=f"Lire {number}")
        f.make_challenge(statement=f"Lire manque {number}")
    services.rebuild()
    with CaptureQueriesContext(connection) as many:
        client.get("/recherche/?q=lire")
    assert len(many) == len(one)
