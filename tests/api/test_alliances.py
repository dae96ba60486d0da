"""The public API gives the public alliances as their page does: the same filters, and what the parties show."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from alliances.enums import Section
from alliances.models import Alliance
from tests.alliances.test_directory import public
from tests.factories import GUERET, make_alliance, make_mission

pytestmark = pytest.mark.django_db

ALLIANCES = "/api/v1/alliances/"


def read(client: Client, path: str = ALLIANCES, **parameters: Any) -> Any:
    response = client.get(path, parameters)
    assert response.status_code == 200, response.content
    return response.json()


def test_public_alliances_are_listed_and_no_other(client: Client) -> None:
    shown = public("Lire ensemble", sdgs=[4], commune=GUERET)
    hidden = make_alliance(publication="pending")
    (row,) = read(client)["results"]
    assert (row["name"], row["sdgs"], row["colleges"]) == ("Lire ensemble", [4], ["associations"])
    assert row["places"][0]["commune"] == GUERET
    assert row["url"].endswith(shown.get_absolute_url())
    assert client.get(f"{ALLIANCES}{hidden.pk}/").status_code == 404
    assert read(client, f"{ALLIANCES}{shown.pk}/")["name"] == "Lire ensemble"


def test_parties_and_missions_are_given_when_the_parties_show_them(client: Client) -> None:
    alliance = public("Lire ensemble", shown=[])
    mission = make_mission(organisation=alliance.parties.first().organisation)
    alliance.carried.create(mission=mission)
    found = read(client, f"{ALLIANCES}{alliance.pk}/")
    assert (found["parties"], found["missions"], found["colleges"]) == ([], [], [])
    Alliance.objects.update(shown=[Section.PARTIES, Section.MISSIONS])
    found = read(client, f"{ALLIANCES}{alliance.pk}/")
    assert len(found["parties"]) == 2
    assert found["missions"] == [mission.pk]


def test_the_filters_are_those_of_the_page(client: Client) -> None:
    public("Climat", sdgs=[13], commune=GUERET, domain_id="education", category_id="mecenat")
    public("École", sdgs=[4], department="59")
    for parameters, found in (
        ({"odd": "13"}, {"Climat"}),
        ({"odd": ["13", "4"]}, {"Climat", "École"}),
        ({"domaine": "education"}, {"Climat"}),
        ({"categorie": "mecenat"}, {"Climat"}),
        ({"departement": "59"}, {"École"}),
        ({"departement": ["59", "23"]}, {"Climat", "École"}),
        ({"etape": "animated"}, set()),
    ):
        assert {row["name"] for row in read(client, **parameters)["results"]} == found, parameters


@pytest.mark.parametrize("query", ["odd=18", "etape=x", "sdg=4"])
def test_a_wrong_filter_is_refused(client: Client, query: str) -> None:
    assert client.get(f"{ALLIANCES}?{query}").status_code == 400


def test_a_place_that_does_not_exist_is_said(client: Client) -> None:
    assert client.get(f"{ALLIANCES}?departement=999").status_code == 404


def test_what_has_not_changed_is_not_sent_again_and_rows_ask_nothing_more(client: Client) -> None:
    public("Une", sdgs=[4], commune=GUERET)
    again = client.get(ALLIANCES, headers={"If-None-Match": client.get(ALLIANCES)["ETag"]})
    assert again.status_code == 304

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(ALLIANCES)
        return len(queries)

    one = cost()
    for number in range(19):
        public(f"Alliance {number}", sdgs=[4, 13], commune=GUERET)
    assert cost() == one
