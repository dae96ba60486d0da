"""The public API gives what the site shows to all, by pages, with the page's own filters."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jeveuxagir.accounts import limits
from jeveuxagir.common.clock import today
from missions import services
from missions.enums import MissionMode, SlotKind, State
from missions.models import Mission
from organisations.enums import State as OrganisationState
from tests.factories import GUERET, LILLE, make_mission, make_organisation, make_slot

pytestmark = pytest.mark.django_db

MISSIONS = "/api/v1/missions/"


@pytest.fixture
def client() -> Client:
    return Client()


def read(client: Client, path: str, **parameters: Any) -> Any:
    response = client.get(path, parameters)
    assert response.status_code == 200, response.content
    return response.json()


def titles(client: Client, **parameters: Any) -> list[str]:
    return [row["title"] for row in read(client, MISSIONS, **parameters)["results"]]


def test_a_mission_is_read_with_all_that_one_needs_to_show_it(client: Client) -> None:
    mission = make_mission(title="Lire avec des élèves")
    found = read(client, MISSIONS)
    assert (found["total"], found["total_is_capped"], found["page"]) == (1, False, 1)
    (row,) = found["results"]
    assert row["url"].endswith(mission.get_absolute_url())
    assert row["organisation"]["name"] == mission.organisation.name
    assert row["addresses"][0]["commune"] == GUERET
    assert row["next_slot"]["places_left"] == row["next_slot"]["places"] > 0
    detail = read(client, f"{MISSIONS}{mission.pk}/")
    assert detail["title"] == "Lire avec des élèves"
    assert len(detail["slots"]) == detail["slots_count"] == mission.slots.count()


def test_the_filters_of_the_page_work_under_the_same_names(client: Client) -> None:
    soon = today() + datetime.timedelta(days=3)
    here = make_mission(title="Ici", minimum_age=16)
    make_mission(title="Là-bas", commune=LILLE, minimum_age=18)
    make_mission(title="De chez soi", mode=MissionMode.REMOTE, minimum_age=18)
    services.set_search_extra(here)
    assert titles(client, commune=GUERET, rayon="20") == ["Ici"]
    assert titles(client, lieu="Guéret") == ["Ici"]
    assert titles(client, mineurs="true") == ["Ici"]
    assert titles(client, distance="true") == ["De chez soi"]
    assert titles(client, q="ici") == ["Ici"]
    assert titles(client, au=str(soon - datetime.timedelta(days=400))) == []
    assert titles(client, du=str(soon), au=str(soon - datetime.timedelta(days=2))) == []


@pytest.mark.parametrize(
    "state", [state for state in State if state != State.OPEN], ids=lambda state: state.value
)
def test_what_is_not_open_is_not_there(client: Client, state: State) -> None:
    mission = make_mission()
    Mission.objects.filter(pk=mission.pk).update(state=state)
    assert titles(client) == []
    assert client.get(f"{MISSIONS}{mission.pk}/").status_code == 404


def test_only_validated_organisations_are_listed(client: Client) -> None:
    shown = make_organisation(name="Les Amis du lavoir", commune=GUERET)
    hidden = make_organisation(name="Pas encore", state=OrganisationState.PENDING)
    found = read(client, "/api/v1/organisations/", q="amis LAVOIR", departement="23", type="association")
    assert [row["id"] for row in found["results"]] == [shown.pk]
    assert client.get(f"/api/v1/organisations/{hidden.pk}/").status_code == 404
    told = read(client, f"/api/v1/organisations/{shown.pk}/")
    assert not {"email", "phone", "state_reason", "created_by"} & set(told)


def test_communes_are_found_by_code_even_an_old_one_and_by_name(client: Client) -> None:
    assert read(client, f"/api/v1/territoires/communes/{GUERET}/")["name"] == "Guéret"
    found = read(client, "/api/v1/territoires/communes/", q="gueret", departement="23")
    assert GUERET in [row["code"] for row in found["results"]]
    assert client.get("/api/v1/territoires/communes/99999/").status_code == 404


def test_vocabularies_and_territories_are_listed_by_pages(client: Client) -> None:
    assert read(client, "/api/v1/vocabulaires/odd/")["total"] == 17
    assert read(client, "/api/v1/vocabulaires/domaines/")["results"][0]["sdgs"]
    for name in ("activites", "competences"):
        assert read(client, f"/api/v1/vocabulaires/{name}/", limit=100)["total"] > 20
    regions = read(client, "/api/v1/territoires/regions/", limit=5)
    assert len(regions["results"]) == 5
    assert "page=2" in regions["next"]
    assert read(client, "/api/v1/territoires/departements/", region="84")["total"] == 12


def test_pages_follow_one_another_without_a_hole(client: Client) -> None:
    organisation = make_organisation()
    made = {make_mission(organisation=organisation, title=f"Mission numéro {n}").pk for n in range(7)}
    seen, path = [], f"{MISSIONS}?limit=3&tri=recentes"
    while path:
        page = read(client, path)
        seen += [row["id"] for row in page["results"]]
        path = page["next"] and "/api" + page["next"].partition("/api")[2]
    assert len(seen) == 7
    assert set(seen) == made
    assert read(client, MISSIONS, page=400, limit=20)["results"] == []


@pytest.mark.parametrize(
    ("parameters", "name"),
    [
        ({"limit": 2**63}, "limit"),
        ({"limit": 0}, "limit"),
        ({"page": 10**9}, "page"),
        ({"page": "deux"}, "page"),
        ({"q": "a\x00b"}, "q"),
        ({"q": "x" * 8000}, "q"),
        ({"du": "2026-02-30"}, "du"),
        ({"rayon": "7"}, "rayon"),
        ({"domain": "education"}, "domain"),
        ({"tri": ""}, "tri"),
        ({"domaine": ["education", ""]}, "domaine"),
        ({"q": ["a", "b"]}, "q"),
    ],
)
def test_a_wrong_parameter_is_named_in_french(client: Client, parameters: Any, name: str) -> None:
    response = client.get(MISSIONS, parameters)
    assert response.status_code == 400
    assert response.json()["errors"][name]
    assert "mal formée" in response.json()["detail"]


@pytest.mark.parametrize(
    ("parameters", "name"),
    [({"domaine": "rien"}, "domaine"), ({"commune": "99999"}, "commune"), ({"lieu": "Zzyzx"}, "lieu")],
)
def test_a_value_that_names_nothing_is_not_found_rather_than_ignored(
    client: Client, parameters: Any, name: str
) -> None:
    response = client.get(MISSIONS, parameters)
    assert response.status_code == 404
    assert list(response.json()["errors"]) == [name]


def test_a_list_is_not_read_for_ever(client: Client) -> None:
    response = client.get(MISSIONS, {"page": 101, "limit": 100})
    assert response.status_code == 404
    assert "10" in response.json()["detail"]


@pytest.mark.parametrize(
    "path",
    ["/api/v1/rien/", "/api/v1/missions/abc/", f"/api/v1/missions/{2**70}/", "/api/v1/missions/1%00/"],
)  # fmt: skip
def test_any_other_address_answers_in_the_same_shape(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert set(response.json()) == {"detail", "errors"}


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
def test_nothing_is_written_and_the_refusal_says_what_is_allowed(client: Client, method: str) -> None:
    response = getattr(client, method)(MISSIONS)
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD"


def test_what_has_not_changed_is_not_sent_again(client: Client) -> None:
    mission = make_mission(title="Avant")
    first = client.get(MISSIONS)
    again = client.get(MISSIONS, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Mission.objects.filter(pk=mission.pk).update(title="Après")
    assert client.get(MISSIONS, headers={"if-none-match": first["ETag"]}).status_code == 200


def test_a_page_of_another_site_reads_what_is_public_and_nothing_of_a_key(client: Client) -> None:
    make_mission()
    for path in (MISSIONS, f"{MISSIONS}?inconnu=1", f"{MISSIONS}999999999/", "/api/v1/openapi.json"):
        answer = client.get(path)
        assert answer.headers["Access-Control-Allow-Origin"] == "*", path
        assert "Access-Control-Allow-Credentials" not in answer.headers
    again = client.get(MISSIONS, headers={"if-none-match": client.get(MISSIONS)["ETag"]})
    assert (again.status_code, again["Access-Control-Allow-Origin"]) == (304, "*")
    asks = {"origin": "https://exemple.fr", "access-control-request-method": "GET"}
    before = client.options(MISSIONS, headers=asks)
    assert (before.status_code, before["Access-Control-Allow-Methods"]) == (204, "GET, HEAD")
    assert "If-None-Match" in before["Access-Control-Allow-Headers"]
    refused = client.post(MISSIONS)
    assert (refused.status_code, refused["Access-Control-Allow-Origin"]) == (405, "*"), (
        "the reason is read too"
    )
    for answer in (client.get("/api/v1/own/"), client.options("/api/v1/own/", headers=asks)):
        assert not answer.has_header("Access-Control-Allow-Origin")


def test_one_address_may_not_ask_without_end(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.LIMITS, "api_address", limits.Limit(3, 60))
    answers = [client.get(MISSIONS) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1]["Retry-After"] == "60"
    assert "Trop de demandes" in answers[-1].json()["detail"]


@pytest.mark.parametrize("path", [MISSIONS, "/api/v1/organisations/", "/api/v1/vocabulaires/domaines/"])
def test_one_row_and_twenty_cost_the_same_number_of_queries(client: Client, path: str) -> None:
    make_mission()

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            read(client, path, limit=50)
        return len(found)

    with_one = queries()
    for number in range(19):
        mission = make_mission(organisation=make_organisation(), title=f"Mission numéro {number}")
        make_slot(mission, kind=SlotKind.UNDATED)
    assert queries() == with_one


def test_the_address_of_the_next_page_never_comes_from_the_host_header(client: Client, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    for _ in range(2):
        make_mission(organisation=make_organisation())
    found = client.get(MISSIONS, {"limit": 1}, headers={"host": "ailleurs.example"}).json()
    assert found["next"].startswith(settings.SITE_URL)


@pytest.mark.parametrize("sort", ["pertinence", "distance", "date", "recentes"])
@pytest.mark.parametrize(
    "more", [{}, {"q": "annulé"}, {"distance": "true"}, {"q": "lire", "distance": "true"}]
)
def test_every_order_makes_sense_with_every_place(client: Client, sort: str, more: Any) -> None:
    make_mission(mode=MissionMode.REMOTE)
    for where in ({}, {"commune": GUERET}, {"commune": "98735"}):  # the last one has no point
        for page in ("1", "150"):
            read(client, MISSIONS, tri=sort, page=page, **more, **where)
