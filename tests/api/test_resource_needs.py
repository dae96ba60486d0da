"""Needs of means and instruments in the API: what their pages say, with the filters of the page."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import factories as f

pytestmark = pytest.mark.django_db
NEEDS = "/api/v1/resource-needs/"
INSTRUMENTS = "/api/v1/instruments/"


def read(client: Client, path: str = NEEDS, **parameters: Any) -> Any:
    response = client.get(path, parameters)
    assert response.status_code == 200, response.content
    return response.json()


def test_a_public_need_is_read_with_what_is_promised_by_unit_and_never_who_wrote(client: Client) -> None:
    need = f.make_resource_need(created_by=f.make_user(first_name="Zénobie"))
    need.sdgs.set([3])
    f.make_promise(need, note="Un mot pour vous")
    f.make_promise(need, state="received")
    f.make_promise(need, kind="days", unit="jours", quantity=4, per="once", what="Installer")
    hidden = f.make_resource_need(state="pending")
    (row,) = read(client)["results"]
    assert (row["kind"], row["quantity"], row["unit"], row["sdgs"]) == ("money", "5000.00", "€", [3])
    assert row["promises"] == [
        {"kind": "goods", "unit": "repas", "per": "week", "planned": "400.00", "real": "180.00"},
        {"kind": "days", "unit": "jours", "per": "once", "planned": "4.00", "real": "0.00"},
    ]
    content = client.get(NEEDS).content.decode()
    assert "Zénobie" not in content
    assert "Un mot pour vous" not in content
    assert client.get(f"{NEEDS}{hidden.pk}/").status_code == 404
    assert read(client, f"{NEEDS}{need.pk}/") == row


def test_the_filters_are_those_of_the_page(client: Client) -> None:
    first = f.make_resource_need(title="Une table à langer", in_days=3)
    first.sdgs.set([4])
    second = f.make_resource_need(
        commune=f.LILLE, kind="goods", unit="vélos", quantity=20, domain_id="sport", in_days=4
    )
    met = f.make_resource_need(state="met")
    f.make_resource_need(in_days=-1)
    for parameters, found in (
        ({}, [first.pk, second.pk]),
        ({"odd": "4"}, [first.pk]),
        ({"nature": "goods"}, [second.pk]),
        ({"q": "tables"}, [first.pk]),
        ({"domaine": "sport"}, [second.pk]),
        ({"departement": "59"}, [second.pk]),
        ({"lieu": "Guéret"}, [first.pk]),
        ({"etat": "satisfaits"}, [met.pk]),
    ):
        assert [row["id"] for row in read(client, **parameters)["results"]] == found, parameters
        page = client.get("/moyens/", parameters)
        assert [need.pk for need in page.context["needs"]] == found, parameters


@pytest.mark.parametrize(
    ("query", "status"), [("odd=18", 400), ("x=1", 400), ("nature=or", 400), ("departement=999", 404)]
)
def test_a_wrong_filter_is_refused(client: Client, query: str, status: int) -> None:
    assert client.get(f"{NEEDS}?{query}").status_code == status


def test_instruments_are_read_with_their_rules_their_source_and_their_dates(client: Client) -> None:
    rows = read(client, INSTRUMENTS)["results"]
    assert len(rows) >= 8
    sheet = read(client, f"{INSTRUMENTS}leader/")
    assert (sheet["gives"], sheet["checked_on"], sheet["is_stale"]) == (["money"], None, False)
    assert sheet["link"].startswith("https://")
    assert "93" in sheet["without"]
    goods = read(client, INSTRUMENTS, nature="goods", qui="association")["results"]
    assert {row["slug"] for row in goods} >= {"dons-solidaires", "dons-de-l-etat"}
    assert client.get(f"{INSTRUMENTS}?qui=company").status_code == 400
    assert client.get(f"{INSTRUMENTS}aucun/").status_code == 404


def test_a_search_is_followed_as_a_feed(client: Client) -> None:
    need = f.make_resource_need(title="Un four & <une hotte>")
    f.make_resource_need(kind="goods", unit="vélos", quantity=20)
    atom = client.get("/flux/moyens.atom", {"nature": "money"})
    assert atom["Content-Type"].startswith("application/atom+xml")
    content = atom.content.decode()
    assert "Un four &amp; &lt;une hotte&gt;" in content
    assert need.get_absolute_url() in content
    assert content.count("<entry>") == 1
    assert client.get("/flux/moyens.atom", {"nature": "or"}).status_code == 400
    again = client.get("/flux/moyens.atom", {"nature": "money"}, headers={"If-None-Match": atom["ETag"]})
    assert again.status_code == 304


def test_rows_ask_nothing_more(client: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(NEEDS)
        return len(queries)

    f.make_promise(f.make_resource_need())
    cost()
    one = cost()
    for _ in range(6):
        f.make_promise(f.make_resource_need())
    assert cost() == one
