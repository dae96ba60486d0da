"""The public API and the feed give examples as their pages do: the cost and the pitfalls with the rest."""

from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from tests.factories import make_example, make_user

pytestmark = pytest.mark.django_db

EXAMPLES = "/api/v1/examples/"
ATOM = "{http://www.w3.org/2005/Atom}"


def read(client: Client, path: str, **parameters: Any) -> Any:
    response = client.get(path, parameters)
    assert response.status_code == 200, response.content
    return response.json()


def test_public_examples_are_given_with_their_cost_and_pitfalls_and_nobody_is_named(client: Client) -> None:
    person = make_user(first_name="Zénobie", last_name="Secrète").person
    example = make_example(person=person)
    make_example(state="draft")
    (row,) = read(client, EXAMPLES)["results"]
    assert row == read(client, f"{EXAMPLES}{example.pk}/")
    assert (row["cost"], row["reviewed"], row["place"]) == ("moyen", True, "Guéret (23)")
    assert row["pitfalls"] == example.pitfalls.split("\n")
    assert row["licence"] == "lo-2.0"
    assert "Zénobie" not in client.get(EXAMPLES).content.decode()
    assert read(client, "/api/v1/")["lists"]["examples"].endswith(EXAMPLES)


def test_the_filters_are_those_of_the_list(client: Client) -> None:
    kept = make_example(ground="outre-mer", size="petite", cost="petit", commune="97209", leader="entreprise")
    kept.domains.set(["education"])
    kept.sdgs.set([13])
    make_example(category=None, colleges=["research"])
    for name, value in (
        *(("type", "outre-mer"), ("taille", "petite"), ("cout", "petit"), ("region", "02"), ("odd", "13")),
        *(("domaine", "education"), ("porteur", "entreprise"), ("monde", "public")),
        ("categorie", "cooperation-economique"),
    ):
        assert [row["id"] for row in read(client, EXAMPLES, **{name: value})["results"]] == [kept.pk], name
    for name, value in (("type", "x"), ("odd", "99"), ("region", "zz"), ("categorie", "rien")):
        assert client.get(EXAMPLES, {name: value}).status_code in (400, 404), name


def test_the_feed_gives_the_newest_of_a_region_or_of_a_domain(client: Client) -> None:
    here, there = make_example(), make_example(commune="97209")
    there.domains.set(["education"])

    def titles(**parameters: str) -> set[str | None]:
        answer = client.get("/flux/exemples.atom", parameters)
        assert answer.status_code == 200
        found = ElementTree.fromstring(answer.content).iter(f"{ATOM}entry")  # noqa: S314  # our own
        return {one.findtext(f"{ATOM}title") for one in found}

    assert titles() == {here.title, there.title}
    assert titles(region="75") == {here.title}
    assert titles(domaine="education") == {there.title}
    for wrong in ({"region": "zz"}, {"domaine": "x"}, {"domaine": "a\x00b"}):
        assert client.get("/flux/exemples.atom", wrong).status_code == 400
