"""The sheet of a place says each figure with its source and its date, or « non renseigné » (K46, K93)."""

import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jeveuxagir.common.clock import now
from jeveuxagir.findable import services
from jeveuxagir.territories.models import Commune
from jeveuxagir.web import territory_sheet
from tests import factories as f

pytestmark = pytest.mark.django_db
PLACES = {
    "a small town": "communes/23096-gueret",
    "Paris": "communes/75056-paris",
    "overseas": "communes/97411-saint-denis",
    "a department": "departements/23-creuse",
    "a department of one town": "departements/75-paris",
    "a region": "regions/75-nouvelle-aquitaine",
}
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(autouse=True)
def nothing_kept():
    cache.clear()


def html(client, path):
    response = client.get(f"/territoires/{path}/")
    assert response.status_code == 200
    return " ".join(re.sub("[\u00a0\u202f]", " ", response.content.decode()).split())


def figures(page):
    """{label: (value, source and date)} as the table says them."""
    table = page.split('id="chiffres"')[1].split("</table>")[0]
    rows = [
        [re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", cell)).strip() for cell in re.split("</t[hd]>", row)]
        for row in table.split("<tr>")[2:]
    ]
    return {row[0]: (row[1], row[2]) for row in rows}


def of(found, label):
    return next(row for name, row in found.items() if name.startswith(label))


@pytest.mark.parametrize("path", PLACES.values(), ids=list(PLACES))
def test_each_figure_has_its_source_and_its_date_and_the_unknown_is_said(client, path):
    found = figures(html(client, path))
    value, source = of(found, "Population")
    assert int(value.replace(" ", "")) > 5
    assert "INSEE" in source
    assert re.search(r"\b20\d\d\b", source)
    density, drawn = of(found, "Densité")
    assert re.fullmatch(r"[\d ]+ habitants? au km²", density)
    assert "contours de 2025" in drawn
    for label in ("Missions", "Besoins", "Organisations", "Alliances", "Problèmes", "Demandes"):
        value, source = of(found, label)
        assert value == "0"
        assert source.startswith("Jeveuxagir aujourd’hui, ")


def test_the_density_is_that_of_the_contour_within_a_few_percent_and_unknown_without_one(client):
    known = {"23096": 26.2, "75056": 105.4, "97411": 142.8, "13004": 758.9}
    drawn = dict(Commune.objects.filter(pk__in=known).values_list("pk", "area_km2"))
    for code, km in known.items():
        assert abs(drawn[code] / km - 1) < 0.03, code
    assert of(figures(html(client, "communes/98735-papeete")), "Densité")[0] == "non renseigné"


def test_where_so_few_live_the_density_says_nothing_of_them(client):
    Commune.objects.filter(pk="23096").update(population=3)
    assert of(figures(html(client, "communes/23096-gueret")), "Densité")[0] == "non renseigné"


def test_what_there_is_is_counted_and_leads_to_it(client):
    f.make_challenge(commune=f.GUERET)
    services.rebuild()
    page = html(client, "communes/23096-gueret")
    assert of(figures(page), "Problèmes communs")[0] == "1"
    assert "/recherche/?territoire=c23096&amp;sorte=challenge" in page


def test_few_people_are_not_counted_to_the_letter(client):
    week = now() - timedelta(days=8)
    for _ in range(4):
        f.make_request(commune=f.GUERET, state="qualified", without_proposal_since=week)
    assert of(figures(html(client, "communes/23096-gueret")), "Demandes")[0] == "moins de 5"
    f.make_request(commune=f.GUERET, state="qualified", without_proposal_since=week)
    f.make_request(commune=f.GUERET, state="qualified", without_proposal_since=now())
    cache.clear()
    assert of(figures(html(client, "communes/23096-gueret")), "Demandes")[0] == "entre 5 et 9"
    assert territory_sheet.by_fives(1_234) == "entre 1\u202f230 et 1\u202f234"
    assert territory_sheet.people(None) == "non renseigné"
    assert territory_sheet.people(0) == "0"


def test_the_department_less_its_other_towns_tells_nobody_s_figure(client):
    """Five here and three there: with the exact sum and one exact figure, the hidden three would be read."""
    week = now() - timedelta(days=8)
    for town, count in ((f.GUERET, 5), ("23008", 3)):
        for _ in range(count):
            f.make_request(commune=town, state="qualified", without_proposal_since=week)
    said = [
        of(figures(html(client, path)), "Demandes")[0]
        for path in ("departements/23-creuse", "communes/23096-gueret", "communes/23008-aubusson")
    ]
    assert said == ["entre 5 et 9", "entre 5 et 9", "moins de 5"]


def test_a_population_nobody_told_is_said_so_and_divides_nothing(client):
    town = Commune.objects.filter(population=None).select_related("department__region").first()
    page = html(client, f"communes/{town.pk}-{town.slug}")
    assert of(figures(page), "Population")[0] == "non renseigné"


def test_the_chart_stands_beside_its_table_and_says_wider_places_once(client):
    f.make_challenge(commune=f.GUERET)
    services.rebuild()
    page = html(client, "communes/23096-gueret")
    chart = page.split("ui-chart__svg")[1].split("</figure>")[0]
    table = chart.split("<table")[1]
    for label in ("Guéret (23)", "Creuse (23)", "Nouvelle-Aquitaine"):
        assert label in table
    assert re.search(r"<td>0,\d+</td>", table)
    paris = html(client, "communes/75056-paris").split("ui-chart__svg")[1].split("</figure>")[0]
    assert paris.split("<table")[1].count("Paris (75)") == 1, (
        "the town and its department are the same people"
    )


def test_a_former_arrondissement_leads_to_its_town(client):
    assert client.get("/territoires/communes/75111-paris-11e/").url.startswith("/territoires/communes/75056")


def test_as_many_statements_whatever_there_is(client):
    def statements():
        cache.clear()
        with CaptureQueriesContext(connection) as asked:
            html(client, "communes/23096-gueret")
        return len(asked)

    f.make_challenge(commune=f.GUERET)
    services.rebuild()
    few = statements()
    for _ in range(20):
        f.make_challenge(commune=f.GUERET)
    services.rebuild()
    assert statements() == few


def test_what_is_kept_has_one_key_for_each_place(client, monkeypatch):
    keys = []
    kept = cache.set
    monkeypatch.setattr(cache, "set", lambda key, *rest, **more: (keys.append(key), kept(key, *rest, **more)))
    html(client, "communes/23096-gueret")
    client.get("/territoires/communes/23096-gueret/?x=1&territoire=zzz")
    assert sorted(key for key in keys if "sheet" in key) == [
        f"web:sheet:2:{name}" for name in ("c23096", "d23", "r75")
    ]


# --- feeds and API --------------------------------------------------------------------------------------------


def entries(client, path):
    response = client.get(path)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("application/atom+xml")
    tree = ElementTree.fromstring(response.content)  # noqa: S314 (our own feed)
    return [entry.find(f"{ATOM}title").text for entry in tree.iter(f"{ATOM}entry")]


def test_a_place_and_a_theme_are_followed_by_a_feed(client):
    f.make_challenge(commune=f.GUERET, statement="Plus de car & plus de train", domain_id="education")
    f.make_challenge(commune=f.LILLE, statement="Trop chaud")
    services.rebuild()
    for area in ("c23096", "d23", "r75"):
        assert entries(client, f"/flux/territoires/{area}.atom") == ["Plus de car & plus de train"]
    assert entries(client, "/flux/domaines/education.atom") == ["Plus de car & plus de train"]
    assert "/flux/territoires/c23096.atom" in html(client, "communes/23096-gueret")


@pytest.mark.parametrize("path", ["territoires/c99999", "territoires/D23", "territoires/zz", "domaines/rien"])
def test_no_feed_of_what_is_not(client, path):
    assert client.get(f"/flux/{path}.atom").status_code == 404


def test_a_feed_that_did_not_change_is_not_sent_again(client):
    f.make_challenge(commune=f.GUERET)
    services.rebuild()
    first = client.get("/flux/territoires/d23.atom")
    services.rebuild()
    again = client.get("/flux/territoires/d23.atom", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304


def test_the_interface_counts_what_a_commune_has_by_kind(client):
    f.make_challenge(commune=f.GUERET)
    services.rebuild()
    answer = client.get("/api/v1/territoires/communes/23096/").json()
    assert answer["counts"] == {"challenge": 1}
