"""The name of a place, typed in any box, leads to the page of that place."""

import pytest

from jeveuxagir.findable import services
from jeveuxagir.web import named_places
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "labels"),
    [
        ("Guéret", ["Guéret (23)"]),
        ("gueret", ["Guéret (23)"]),
        ("Guéret (23)", ["Guéret (23)"]),
        ("23000", ["Guéret (23)"]),
        ("la Creuse", ["Creuse (23)"]),
        ("creuse", ["Creuse (23)"]),
        ("23", ["Creuse (23)"]),
        ("nouvelle aquitaine", ["Nouvelle-Aquitaine"]),
        ("Romans", ["Romans-sur-Isère (26)"]),
        ("lire", []),
        ("", []),
        ("\x00", []),
        ("x" * 5000, []),
    ],
)
def test_a_name_a_number_or_a_postal_code_names_its_place(typed, labels):
    found = [one.label for one in named_places.of(typed)]
    assert found[:1] == labels


def test_a_name_being_typed_may_go_on_but_a_word_is_no_place():
    assert [one.label for one in named_places.of("orléa", begun=True)] == ["Orléans (45)"]
    assert named_places.of("orléa") == []
    assert [one.label for one in named_places.of("Romans")][1:] == ["Romans (79)", "Romans (01)"]


def test_the_one_search_leads_to_the_page_of_the_place_it_names(client):
    f.make_mission(commune=f.GUERET, title="Un atelier")
    services.rebuild()
    page = client.get("/recherche/?q=Guéret").content.decode()
    assert 'href="/territoires/communes/23096-gueret/"' in page
    label, address = client.get("/recherche/?q=23000").context["ways"][0]
    assert label.startswith("Ce qui se passe là : Guéret (23) (")
    assert "Un atelier" in client.get(f"/recherche/{address}").content.decode()
    lines = client.get("/recherche/suggestions/?q=Guéret").json()["results"]
    assert lines[0] == {
        "kind": "Lieu",
        "label": "Guéret (23)",
        "name": "q",
        "value": "",
        "url": "/territoires/communes/23096-gueret/",
    }


def test_the_page_of_territories_leads_to_a_commune(client):
    assert client.get("/territoires/?lieu=Guéret (23)").url == "/territoires/communes/23096-gueret/"
    unknown = client.get("/territoires/?lieu=Nullepart-les-Oies")
    assert unknown.status_code == 422
    assert "Nous ne connaissons pas ce lieu" in unknown.content.decode()
    assert client.get("/territoires/").status_code == 200


def test_the_name_of_a_kind_finds_its_things(client):
    f.make_method(title="Tenir une assemblée courte")
    f.make_mission(title="Préparer une assemblée")
    services.rebuild()
    page = client.get("/recherche/?q=méthode assemblée").content.decode()
    assert "Tenir une assemblée courte" in page
    assert "Préparer une assemblée" not in page


def test_an_empty_search_shows_no_filters_to_apply(client):
    assert "Appliquer les filtres" not in client.get("/recherche/?q=xkqzzt").content.decode()
