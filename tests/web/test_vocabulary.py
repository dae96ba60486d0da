"""Each word that the founding report fixes has its page and its filter."""

import csv
import re
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from alliances.library import reference
from alliances.library.enums import Shelf
from alliances.library.models import Method, Resource
from alliances.programme.models import Measure
from jeveuxagir.common.clock import now
from jeveuxagir.findable import services
from jeveuxagir.taxonomies.models import (
    CATEGORY_CODES,
    FUNCTION_CODES,
    CatalystFunction,
    PartnershipCategory,
    Sdg,
)
from tests import factories as f

pytestmark = pytest.mark.django_db


def html(client: Any, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return plain(response.content.decode())


def plain(text: str) -> str:
    """With ordinary spaces."""
    return " ".join(text.replace("\u00a0", " ").replace("\u202f", " ").split())


def titles(page: str) -> list[str]:
    """Those of the lines of a page of the search, or of a word."""
    return re.findall(r'<article class="ui-entry"> <h\d[^>]*><a href="[^"]*">([^<]*)</a>', page)


def test_there_are_17_goals_4_categories_4_functions_5_shelves_and_21_measures(client: Any) -> None:
    assert Sdg.objects.count() == 17
    assert sorted(PartnershipCategory.objects.values_list("pk", flat=True)) == sorted(CATEGORY_CODES)
    assert sorted(CatalystFunction.objects.values_list("pk", flat=True)) == sorted(FUNCTION_CODES)
    assert len(Shelf) == 5
    assert Measure.objects.count() == 21
    page = html(client, "/reperes/")
    words: list[Any] = [
        *Sdg.objects.all(),
        *PartnershipCategory.objects.all(),
        *CatalystFunction.objects.all(),
        *Measure.objects.all(),
    ]
    for address in [word.get_absolute_url() for word in words] + [f"/bibliotheque/{s.value}/" for s in Shelf]:
        assert f'href="{address}"' in page
        assert client.get(address).status_code == 200


@pytest.fixture
def tagged() -> dict[str, Any]:
    """For each goal, category and function, one of each kind that carries it."""
    for sdg in Sdg.objects.all():
        made = [
            f.make_mission(title=f"Mission du but {sdg.pk}"),
            f.make_challenge(statement=f"Problème du but {sdg.pk}"),
            f.make_example(title=f"Exemple du but {sdg.pk}", category=None),
            f.make_method(title=f"Méthode du but {sdg.pk}"),
            f.make_event(title=f"Rencontre du but {sdg.pk}"),
        ]
        for row in made:
            row.sdgs.set([sdg])
    for category in PartnershipCategory.objects.all():
        f.make_example(title=f"Exemple {category.pk}", category=category)
        f.make_method(title=f"Méthode {category.pk}", categories=[category.pk])
        alliance(f"Alliance {category.pk}", category=category)
    for function in CatalystFunction.objects.all():
        f.make_example(title=f"Exemple {function.pk}", functions=[function.pk], category=None)
        f.make_resource(title=f"Outil {function.pk}", functions=[function.pk])
        held = alliance(f"Alliance {function.pk}")
        held.parties.order_by("pk")[0].functions.set([function])
    services.rebuild()
    return {}


def alliance(name: str, **fields: Any) -> Any:
    fields |= {"publication": "public", "published_at": now(), "shown": ["parties"], "parties": 1}
    return f.make_alliance(name=name, **fields)


#: kind → where its list is, under the name of the page's filter
LISTS = {
    "mission": "/missions/",
    "challenge": "/problemes-communs/",
    "example": "/bibliotheque/exemples/",
    "method": "/bibliotheque/methodes/",
    "event": "/evenements/",
    "alliance": "/alliances/",
}


def test_each_word_has_its_page_that_leads_to_each_list_filtered_by_it(client: Any, tagged: Any) -> None:
    for sdg in Sdg.objects.all():
        page = html(client, sdg.get_absolute_url())
        assert plain(sdg.description) in page
        assert {title for title in titles(page) if title.endswith(f" but {sdg.pk}")} == {
            f"{kind} du but {sdg.pk}" for kind in ("Mission", "Problème", "Exemple", "Méthode", "Rencontre")
        }
        for kind in ("mission", "challenge", "example", "method", "event"):
            address = f"{LISTS[kind]}?odd={sdg.pk}"
            assert f'href="{address}"' in page
            listed = html(client, address)
            assert f"but {sdg.pk}<" in listed.replace(" <", "<"), address
            assert f"but {sdg.pk % 17 + 1}<" not in listed.replace(" <", "<"), address
    for name, model in (("categorie", PartnershipCategory), ("fonction", CatalystFunction)):
        rows: list[Any] = list(model._default_manager.all())
        for row in rows:
            page = html(client, row.get_absolute_url())
            assert plain(row.description) in page
            third = f"Méthode {row.pk}" if name == "categorie" else f"Outil {row.pk}"
            assert {f"Exemple {row.pk}", f"Alliance {row.pk}", third} <= set(titles(page))
            other = next(one for one in rows if one != row)
            for kind in ("example", "alliance"):
                listed = html(client, f"{LISTS[kind]}?{name}={row.pk}")
                assert f"{row.pk}<" in listed
                assert f"{'Exemple' if kind == 'example' else 'Alliance'} {other.pk}<" not in listed
            searched = html(client, f"/recherche/?{name}={row.pk}")
            assert f"Exemple {row.pk}" in titles(searched)
            assert f"Exemple {other.pk}" not in titles(searched)


def test_the_api_has_the_same_words_and_the_same_filters(client: Any, tagged: Any) -> None:
    for path, total in (("odd", 17), ("categories", 4), ("fonctions", 4)):
        answer = client.get(f"/api/v1/vocabulaires/{path}/").json()
        assert answer["total"] == total
        assert all(row["description"] for row in answer["results"])
    for path, query in (
        ("examples", "categorie=mecenat"),
        ("methods", "categorie=mecenat"),
        ("alliances", "categorie=mecenat"),
        ("examples", "fonction=gestion-lieu"),
        ("tools", "fonction=gestion-lieu"),
        ("alliances", "fonction=gestion-lieu"),
    ):
        rows = client.get(f"/api/v1/{path}/?{query}").json()["results"]
        word = query.partition("=")[2]
        assert any(word in (row.get("title") or row["name"]) for row in rows), (path, query)
        assert client.get(f"/api/v1/{path}/?{query[:-1]}").status_code == 404, "a word that does not exist"


def test_the_shelves_are_a_filter_of_the_search(client: Any) -> None:
    f.make_resource(title="Une carte des fontaines", shelf="donnees")
    f.make_resource(title="Un carnet des fontaines", shelf="outils")
    services.rebuild()
    page = html(client, "/recherche/?q=fontaines&etagere=donnees")
    assert titles(page) == ["Une carte des fontaines"]
    assert "Jeu de données" in page
    assert "Étagère de la bibliothèque" in page
    wrong = html(client, "/recherche/?q=fontaines&etagere=cave")
    assert "Nous ne connaissons pas cette étagère." in wrong
    assert len(titles(wrong)) == 2


def test_who_does_what_is_filtered_by_measure(client: Any) -> None:
    for number in (1, 4):
        f.make_pledge(what=f"Tenir la mesure {number}", measure=Measure.objects.get(pk=number))
    f.make_pledge(what="Un brouillon", state="pending", opened_at=None)
    page = html(client, "/mesures/engagements/")
    assert "Tenir la mesure 1" in page
    assert "Tenir la mesure 4" in page
    assert "Un brouillon" not in page
    page = html(client, "/mesures/engagements/?mesure=4&etat=open")
    assert "Tenir la mesure 4" in page
    assert "Tenir la mesure 1" not in page
    assert "Nous ne connaissons pas cette mesure." in html(client, "/mesures/engagements/?mesure=99")
    assert "Aucun engagement" in html(client, "/mesures/engagements/?mesure=2")


def test_parties_that_do_not_show_themselves_give_no_function_away(client: Any) -> None:
    hidden = f.make_alliance(name="Discrète", publication="public", published_at=now(), shown=[], parties=1)
    hidden.parties.get().functions.set(CatalystFunction.objects.filter(pk="gestion-lieu"))
    services.rebuild()
    for path in (
        "/fonctions-de-catalyseur/gestion-lieu/",
        "/alliances/?fonction=gestion-lieu",
        "/recherche/?fonction=gestion-lieu",
    ):
        assert "Discrète" not in html(client, path)
    assert "Gestion d’un lieu" not in html(client, hidden.get_absolute_url())


def test_the_pages_of_what_carries_a_word_lead_to_its_page(client: Any) -> None:
    category = PartnershipCategory.objects.get(pk="mecenat")
    example = f.make_example(category=category, functions=["accompagnements"])
    method = f.make_method(categories=["mecenat"], functions=["accompagnements"])
    mission, event, challenge = f.make_mission(), f.make_event(), f.make_challenge()
    shown = alliance("Les mots")
    shown.category = category
    shown.save(update_fields=["category"])
    for row in (example, method, mission, event, challenge, shown):
        row.sdgs.set([13])
        page = html(client, row.get_absolute_url())
        assert "/odd/13-lutte-contre-les-changements-climatiques/" in page, row
        if row in (example, method, shown):
            assert "/categories-de-partenariat/mecenat/" in page, row
        if row in (example, method):
            assert "/fonctions-de-catalyseur/accompagnements/" in page, row


def test_the_database_takes_no_other_word() -> None:
    method = f.make_method()
    for column in ("categories", "functions"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Method.objects.filter(pk=method.pk).update(**{column: ["autre"]})


def test_what_comes_with_the_product_answers_each_category_and_each_function() -> None:
    reference.load()
    for column, codes in (("categories", CATEGORY_CODES), ("functions", FUNCTION_CODES)):
        for code in codes:
            held = [model.objects.filter(**{f"{column}__contains": [code]}) for model in (Method, Resource)]
            assert any(rows.exists() for rows in held), code


def test_an_unknown_word_is_not_found_and_a_wrong_slug_leads_to_the_right_one(client: Any) -> None:
    assert client.get("/odd/18-rien/").status_code == 404
    assert client.get("/odd/99999999999999999999-rien/").status_code == 404
    assert client.get("/categories-de-partenariat/troc/").status_code == 404
    moved = client.get("/odd/13-climat/")
    assert moved.status_code == 301
    assert moved["Location"] == "/odd/13-lutte-contre-les-changements-climatiques/"


def test_the_colours_of_the_goals_are_those_of_the_vocabulary() -> None:
    style = (settings.BASE_DIR / "static/ui/vocabulary.css").read_text()
    with (settings.BASE_DIR / "jeveuxagir/taxonomies/data/sdgs.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            text = "#161616" if row["dark_text"] == "true" else "#fff"
            assert f".vo-sdg--{row['number']} {{ background: {row['colour']}; color: {text}; }}" in style
