"""The public API gives the shared words as their pages do."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alliances.glossary.models import Term

pytestmark = pytest.mark.django_db

LIST = "/api/v1/glossary/"


def read(client: Client, path: str = LIST, **parameters: Any) -> Any:
    response = client.get(path, parameters)
    assert response.status_code == 200, response.content
    return response.json()


def test_each_word_has_its_variants_sources_neighbours_and_licence(client: Client) -> None:
    row = read(client, f"{LIST}alliance/")
    term = Term.objects.get(slug="alliance")
    assert row["url"].endswith(term.get_absolute_url())
    assert row["definition"].startswith(row["short"])
    assert "partie" in row["related"]
    assert (row["licence"], row["revision"]) == ("Licence Ouverte 2.0", 1)
    assert client.get(f"{LIST}nulle-part/").status_code == 404


def test_the_words_asked_are_those_of_the_page(client: Client) -> None:
    found = {row["slug"] for row in read(client, q="mecenat", limit=100)["results"]}
    assert {"mecenat", "mecenat-de-competences"} <= found
    assert read(client, q="zzzz")["results"] == []
    assert read(client)["total"] == Term.objects.public().count()


def test_rows_ask_nothing_more(client: Client) -> None:
    def cost(limit: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            read(client, limit=limit)
        return len(queries)

    cost(1)
    assert cost(1) == cost(50)
