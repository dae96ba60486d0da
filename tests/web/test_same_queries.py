"""Every list of the library and of what stands around it asks as many queries for a hundred rows as for one."""

import copy
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from alliances.library.models import Network
from alliances.programme.models import Measure
from alliances.statements.models import Statement
from jeveuxagir.common.clock import now
from jeveuxagir.findable import services
from jeveuxagir.taxonomies.models import PartnershipCategory
from jeveuxagir.territories.models import Commune
from tests import factories as f

pytestmark = pytest.mark.django_db

MANY = 100

LISTS = (
    "/bibliotheque/?q=essai",
    "/bibliotheque/",
    "/bibliotheque/exemples/",
    "/bibliotheque/exemples/?categorie=mecenat&fonction=accompagnements&odd=13",
    "/bibliotheque/methodes/",
    "/bibliotheque/methodes/?q=essai&fonction=accompagnements",
    "/bibliotheque/outils/",
    "/bibliotheque/donnees/",
    "/bibliotheque/competences/",
    "/bibliotheque/interets/co-construction/",
    "/bibliotheque/reseaux/",
    "/bibliotheque/kit/illustrations/",
    "/evenements/",
    "/evenements/?quand=passes",
    "/evenements/?vue=carte",
    "/glossaire/",
    "/rapport/",
    "/mesures/",
    "/mesures/1/",
    "/mesures/engagements/",
    "/temoignages/",
    "/recherche/",
    "/recherche/?q=essai",
    "/recherche/?sorte=example&vue=carte",
    "/recherche/suggestions/?q=ess",
    "/reperes/",
    "/odd/",
    "/odd/13-lutte-contre-les-changements-climatiques/",
    "/categories-de-partenariat/",
    "/categories-de-partenariat/mecenat/",
    "/fonctions-de-catalyseur/accompagnements/",
    "/territoires/communes/23096-gueret/",
    "/territoires/departements/23-creuse/",
    "/territoires/regions/75-nouvelle-aquitaine/",
    "/problemes-communs/",
    "/alliances/",
    "/api/v1/examples/?limit=100",
    "/api/v1/methods/?limit=100",
    "/api/v1/tools/?limit=100",
    "/api/v1/events/?limit=100",
    "/api/v1/measures/?limit=100",
    "/api/v1/glossary/?limit=100",
    "/flux/exemples.atom",
    "/flux/bibliotheque.atom",
    "/flux/evenements.atom",
    "/flux/territoires/d23.atom",
    "/mesures/preuves.atom",
)


def copies(row: Model, **links: list[Any]) -> None:
    """Ninety-nine more like this one, tagged alike."""
    model: Any = type(row)
    made = []
    for number in range(1, MANY):
        one: Any = copy.copy(row)
        one._state = copy.copy(row._state)
        one._state.adding, one.pk = True, None
        for name in ("title", "statement", "what", "name", "text"):
            if hasattr(one, name):
                setattr(one, name, f"{getattr(row, name)} {number}")
        if hasattr(one, "code"):
            one.code = None
        made.append(one)
    kept = model._default_manager.bulk_create(made)
    for name, targets in links.items():
        through = getattr(model, name).through
        own, other = (
            getattr(model, name).field.m2m_field_name(),
            getattr(model, name).field.m2m_reverse_field_name(),
        )
        through.objects.bulk_create(
            through(**{f"{own}_id": one.pk, f"{other}_id": target}) for one in kept for target in targets
        )


def test_a_hundred_rows_ask_as_many_queries_as_one(client: Any, settings: Any) -> None:
    person = f.make_user().person
    host = f.make_organisation()
    town = Commune.objects.get(pk=f.GUERET)
    category = PartnershipCategory.objects.get(pk="mecenat")
    words = {"functions": ["accompagnements"], "person": person}
    sorted_as = {"needs": ["agir"], "interests": ["co-construction"], "moments": ["envie"], "levels": ["1"]}
    tags = {"sdgs": [13], "domains": ["environnement"]}
    first: list[tuple[Any, dict[str, list[Any]]]] = [
        (f.make_example(title="Un essai", category=category, leader="elu", **words), tags),
        (f.make_method(title="Un essai", categories=["mecenat"], **words, **sorted_as), tags),
        *(
            (f.make_resource(title="Un essai", shelf=shelf, **words, **sorted_as), tags)
            for shelf in ("outils", "donnees", "competences")
        ),
        (f.make_event(title="Un essai", organisation=host), {"sdgs": [13]}),
        (
            f.make_event(
                title="Un essai passé",
                organisation=host,
                state="done",
                in_days=-20,
                followed_at=now(),
                replay_url="https://exemple.fr/revoir",
            ),
            {"sdgs": [13]},
        ),
        (f.make_challenge(statement="Un essai", person=person), {"sdgs": [13]}),
        (f.make_pledge(host, what="Un essai", measure=Measure.objects.get(pk=1)), {}),
        (
            Network.objects.create(
                title="Un essai",
                summary="Aide.",
                modes=["mecenat"],
                region=town.department.region,
                state="published",
                published_at=now(),
            ),
            {},
        ),
        (
            Statement.objects.create(
                commune=town,
                person=person,
                text="Un essai de bus le soir.",
                state="published",
                published_at=now(),
            ),
            {},
        ),
    ]
    for row, links in first:
        for name, values in links.items():
            getattr(row, name).set(values)
    f.make_alliance(name="Un essai", publication="public", published_at=now(), parties=1)
    services.rebuild()
    few = counted(client)
    for row, links in first:
        copies(row, **links)
    for number in range(12):
        f.make_alliance(name=f"Un essai {number}", publication="public", published_at=now(), parties=2)
    services.rebuild()
    many = counted(client)
    assert {path: (few[path][0], many[path][0]) for path in LISTS if few[path][0] != many[path][0]} == {}
    same = {path for path in LISTS if few[path][1] == many[path][1]}
    assert same <= UNCHANGED, "the rows are there"


#: what the product owns, whose rows are those of the vocabulary
UNCHANGED = {
    *("/glossaire/", "/rapport/", "/reperes/", "/mesures/preuves.atom"),
    *("/api/v1/glossary/?limit=100", "/recherche/suggestions/?q=ess"),
}


def counted(client: Any) -> dict[str, tuple[int, int]]:
    """{address: (statements, characters)}, what is kept for a while being kept already."""
    found = {}
    for path in LISTS:
        assert client.get(path).status_code == 200, path
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(path)
        found[path] = len(asked), len(answer.content)
    return found
