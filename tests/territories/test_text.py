"""French words in the database: search, order, names."""

import pytest
from django.contrib.postgres.search import SearchVector
from django.db import connection

from jeveuxagir.common import text
from jeveuxagir.territories.models import Region
from jeveuxagir.territories.text import SEARCH_CONFIG, FrenchQuery, SortName, normalise

pytestmark = pytest.mark.django_db


def found(text: str, query: str) -> bool:
    Region.objects.create(code="zz", name=text, zone="metro")
    rows = Region.objects.annotate(words=SearchVector("name", config=SEARCH_CONFIG))
    return rows.filter(code="zz", words=FrenchQuery(query)).exists()


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Aide aux élèves", "eleve"),
        ("Aide aux eleves", "Élève"),
        ("Jardins partagés", "jardin partagé"),
        ("Bénévolat à l’hôpital", "bénévole"),
        ("Devenir bénévole", "BENEVOLAT"),
        ("Épicerie solidaire", "solidarité"),
        ("Aller à l’école", "scolaire"),
        ("Soutien scolaire le soir", '"soutien scolaire"'),
        ("Chevaux et ânes", "cheval"),
        ("Lire ou écrire", "danser or lire"),
    ],
)
def test_a_text_is_found_whatever_the_accents_plurals_and_family(text, query):
    assert found(text, query)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Soutien du soir, scolaire ou non", '"soutien scolaire"'),
        ("Jardin", "cuisine"),
        ("Lire et écrire", "lire -écrire"),
        ("Jardin", ""),
        ("Jardin", "le la les"),
        ("Jardin", "\"' & | ! :* <->"),
    ],
)
def test_what_was_not_asked_is_not_found(text, query):
    assert not found(text, query)


def test_names_are_sorted_the_french_way():
    names = ["zèbre", "École", "eau", "Étang", "Zoo"]
    Region.objects.bulk_create(Region(code=f"z{i}", name=name, zone="metro") for i, name in enumerate(names))
    rows = Region.objects.filter(code__startswith="z").order_by(SortName("name"))
    assert [row.name for row in rows] == ["eau", "École", "Étang", "zèbre", "Zoo"]


@pytest.mark.parametrize(
    ("name", "normal"),
    [
        ("L’Haÿ-les-Roses", "l hay les roses"),
        ("Œuilly", "oeuilly"),
        ("ST ÉTIENNE", "saint etienne"),
        ("Chalon s/Saône", "chalon sur saone"),
        ("Castres", "castres"),
        ("  ", ""),
    ],
)
def test_names_are_compared_without_what_fingers_forget(name, normal):
    assert normalise(name) == normal


def test_the_sql_functions_work_with_an_empty_search_path():
    """As during a restore, or when an index is rebuilt by maintenance."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL search_path = ''")
        cursor.execute(
            "SELECT public.f_unaccent('École'), public.f_distance_km(0, 0, 0, 1),"
            " public.f_earth_box(45, 5, 10) OPERATOR(public.@>) public.f_earth(45, 5),"
            " public.f_french_query('bénévolat')::text"
        )
        word, km, inside, query = cursor.fetchone()
    assert (word, inside) == ("Ecole", True)
    assert km == pytest.approx(111.19, abs=0.01)
    assert "benevol" in query


@pytest.mark.parametrize(
    ("name", "of", "at"),
    [
        ("Guéret", "de Guéret", "à Guéret"),
        ("Orléans", "d’Orléans", "à Orléans"),
        ("Échirolles", "d’Échirolles", "à Échirolles"),
        ("Le Havre", "du Havre", "au Havre"),
        ("Les Abymes", "des Abymes", "aux Abymes"),
        ("La Rochelle", "de La Rochelle", "à La Rochelle"),
        ("LES JARDINS DU BAC", "des JARDINS DU BAC", "aux JARDINS DU BAC"),
        ("Lesieur", "de Lesieur", "à Lesieur"),
        ("Les", "de Les", "à Les"),
    ],
)
def test_a_town_and_an_organisation_are_named_as_one_speaks(name, of, at):
    assert (text.of(name), text.to(name)) == (of, at)
