"""Regions, departments and communes: what is there, near there, and where to go when nothing is."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jeveuxagir.territories.models import OldCommune
from tests import factories as f

pytestmark = pytest.mark.django_db

CREUSE = "/territoires/departements/23-creuse/"
GUERET = "/territoires/communes/23096-gueret/"


def test_a_department_shows_its_missions_towns_and_organisations(client):
    organisation = f.make_organisation(commune=f.GUERET, name="Les Lecteurs de Guéret")
    f.make_mission(organisation=organisation, commune=f.GUERET, title="Lire à voix haute")
    f.make_mission(commune=f.LILLE, title="Loin d’ici")
    html = client.get(CREUSE).content.decode()
    assert "Lire à voix haute" in html
    assert "Les Lecteurs de Guéret" in html
    assert f'href="{GUERET}"' in html
    assert "Loin d’ici" not in html
    assert "Haute-Vienne (87)" in html, "the other departments of the region"


def test_a_department_without_a_mission_proposes_a_request(client):
    html = client.get(CREUSE).content.decode()
    assert "Aucune mission ouverte aujourd’hui" in html
    assert "/demandes/nouvelle/" in html


def test_a_commune_shows_what_is_near_and_its_neighbours(client):
    f.make_mission(commune=f.GUERET, title="Lire à voix haute")
    html = client.get(GUERET).content.decode()
    assert "Lire à voix haute" in html
    assert "Communes voisines" in html
    assert "/idees/nouvelle/?commune=23096" in html


def test_a_commune_with_nothing_near_shows_the_nearest_thing(client):
    f.make_mission(commune="87085", title="À Limoges")  # some 80 km away
    html = client.get(GUERET).content.decode()
    assert "Aucune mission à moins de 20" in html
    assert "À Limoges" in html
    assert "Être prévenu" in html


def test_a_region_counts_the_missions_of_each_department(client):
    f.make_mission(commune=f.GUERET)
    html = client.get("/territoires/regions/75-nouvelle-aquitaine/").content.decode()
    assert f'href="{CREUSE}"' in html
    assert "1\u00a0mission" in html


def test_every_department_is_two_clicks_from_the_home_page(client):
    assert '"/territoires/"' in client.get("/").content.decode()
    html = client.get("/territoires/").content.decode()
    for path in (
        CREUSE,
        "/territoires/departements/974-la-reunion/",
        "/territoires/departements/2A-corse-du-sud/",
    ):
        assert f'"{path}"' in html


@pytest.mark.parametrize(
    ("asked", "right"),
    [
        ("/territoires/departements/23-la-creuse/", CREUSE),
        ("/territoires/communes/23096-ancien-nom/", GUERET),
        ("/territoires/regions/75-aquitaine/", "/territoires/regions/75-nouvelle-aquitaine/"),
        ("/territoires/communes/75101-paris-1er/", "/territoires/communes/75056-paris/"),
    ],
)
def test_a_former_address_leads_to_the_present_one(client, asked, right):
    response = client.get(asked)
    assert (response.status_code, response.url) == (301, right)


def test_a_commune_that_merged_leads_to_the_new_one(client):
    old = OldCommune.objects.exclude(code=None).select_related("commune").first()
    response = client.get(f"/territoires/communes/{old.code}-x/")
    assert response.status_code == 301
    assert f"/{old.commune_id}-" in response.url


@pytest.mark.parametrize(
    "path",
    [
        "/territoires/communes/99999-nulle-part/",
        "/territoires/departements/99-rien/",
        "/territoires/regions/999-rien/",
        "/territoires/communes/%00-x/",
        "/territoires/communes/23096/",
    ],
)
def test_an_unknown_place_is_a_missing_page(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("path", [CREUSE, GUERET, "/territoires/regions/75-nouvelle-aquitaine/"])
def test_a_place_costs_the_same_with_three_missions_and_with_six(client, path):
    counts = []
    for _ in range(2):
        for _ in range(3):
            f.make_mission(commune=f.GUERET, slots=2)
        cache.clear()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(path)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 22
