"""Past its first 72 hours, an open offer is read by anybody: page, list, search, place, API, feed; never before, never
when it is not open any more, and with its employer's name only if the employer shows it."""

import datetime
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jeveuxagir.common.clock import now, today
from jeveuxagir.findable import services as index
from jeveuxagir.findable.models import Entry
from missions.offers import services
from missions.offers.models import Offer
from missions.offers.tasks import open_offers_to_all
from organisations.models import Organisation
from tests import factories as f

pytestmark = pytest.mark.django_db

NAME = "Isère Cuir"
HOURS = 1 / 24
BEFORE, AFTER = 71 * HOURS, 73 * HOURS


@pytest.fixture
def company() -> Organisation:
    return f.make_company(name=NAME, siren="732829320")


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def refreshed() -> None:
    while index.refresh():
        pass


def everywhere(offer: Offer) -> list[str]:
    """All the places where a stranger might read it."""
    return [
        offer.get_absolute_url(),
        "/mecenat/offres/",
        "/recherche/?q=comptabilite&sorte=offer",
        "/territoires/departements/23-creuse/",
        f"/api/v1/sponsorship-offers/{offer.pk}/",
        "/api/v1/sponsorship-offers/",
        "/flux/offres.atom",
        "/sitemap-offers.xml",
    ]


def read_by_a_stranger(offer: Offer) -> list[str]:
    client = Client()
    index.rebuild("offer")
    said = (offer.title, offer.get_absolute_url())
    return [path for path in everywhere(offer) if any(words in client.get(path).text for words in said)]


def test_for_72_hours_nobody_but_first_timers_reads_it_then_everybody_does(company):
    offer = f.make_offer(company, opened_days_ago=BEFORE, departments=["23"])
    services.settle(offer)
    assert read_by_a_stranger(offer) == []
    Offer.objects.update(opened_at=now() - datetime.timedelta(hours=73))
    offer.refresh_from_db()
    assert services.found_by_all() == services.found_by_all() == 1
    refreshed()
    assert Entry.objects.get(kind="offer").object_id == offer.pk
    assert read_by_a_stranger(offer) == everywhere(offer)


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "paused"},
        {"state": "exhausted", "committed": 10},
        {"state": "suspended"},
        {"state": "expired"},
        {"state": "draft"},
        {"state": "pending"},
        {"state": "open", "committed": 10},
        {"state": "open", "ends_on": datetime.date(2026, 1, 1)},
    ],
)
def test_what_is_not_proposed_any_more_is_read_by_nobody(company, fields):
    offer = f.make_offer(company, departments=["23"], **fields)
    assert read_by_a_stranger(offer) == []


def test_paused_by_its_employer_it_leaves_the_index_and_comes_back(company):
    offer = f.make_offer(company)
    services.settle(offer)
    refreshed()
    assert Entry.objects.filter(kind="offer", object_id=offer.pk).exists()
    services.pause(offer, actor=None)
    refreshed()
    assert not Entry.objects.filter(kind="offer").exists()
    services.resume(offer, actor=None)
    refreshed()
    assert Entry.objects.filter(kind="offer").exists()


def test_its_employer_is_named_to_all_only_if_it_says_so(company):
    offer = f.make_offer(company, departments=["23"])
    services.settle(offer)
    stranger = Client()
    refreshed()
    for path in everywhere(offer):
        if not path.startswith("/territoires/"):  # the directory of the place names every organisation
            assert NAME not in stranger.get(path).text, path
    assert NAME not in Entry.objects.get(kind="offer").note
    assert "Une entreprise" in stranger.get(offer.get_absolute_url()).text
    assert stranger.get(f"/api/v1/sponsorship-offers/{offer.pk}/").json()["organisation"] is None
    assert offer.title not in stranger.get(f"/recherche/?q={NAME}&sorte=offer").text
    shown = services.current_data(offer)
    services.update(offer, actor=None, data=type(shown)(**{**vars(shown), "shows_name": True}))
    refreshed()
    for path in (offer.get_absolute_url(), "/mecenat/offres/", "/flux/offres.atom"):
        assert NAME in stranger.get(path).text, path
    given = stranger.get(f"/api/v1/sponsorship-offers/{offer.pk}/").json()
    assert (given["organisation"]["name"], given["left_minutes"]) == (NAME, 4200)


def test_associations_the_brigade_and_its_own_people_read_its_name_all_the_same(client, company):
    offer = f.make_offer(company)
    for who in (f.make_member(f.make_organisation()), f.make_member(company)):
        client.force_login(who)
        assert NAME in client.get(offer.get_absolute_url()).text
    f.sign_in_staff(client, f.make_staff())
    assert NAME in client.get(offer.get_absolute_url()).text
    client.force_login(f.make_user())
    assert NAME not in client.get(offer.get_absolute_url()).text


def test_within_72_hours_an_association_never_served_alone_reads_it(client, company):
    offer = f.make_offer(company, opened_days_ago=BEFORE)
    client.force_login(f.make_member(f.make_organisation()))
    assert client.get(offer.get_absolute_url()).status_code == 200
    client.force_login(f.make_member(f.make_company()))
    assert client.get(offer.get_absolute_url()).status_code == 404
    assert Client().get(offer.get_absolute_url()).status_code == 404


def test_a_stranger_may_not_take_it_off(client, company):
    offer = f.make_offer(company)
    client.force_login(f.make_user())
    assert client.post(f"/mecenat/offres/{offer.pk}/suspendre/", {"reason": "Non."}).status_code == 403
    assert Offer.objects.get().state == "open"


def test_the_list_the_api_and_the_feed_filter_alike(client, company):
    f.make_offer(company, title="Comptabilité en Creuse", departments=["23"], mode="on_site")
    f.make_offer(company, title="Photo dans le Nord", skills=["photo"], departments=["59"], mode="on_site")
    for path in ("/mecenat/offres/", "/api/v1/sponsorship-offers/", "/flux/offres.atom"):
        shown = client.get(f"{path}?departement=59").text
        assert "Photo dans le Nord" in shown
        assert "Comptabilité en Creuse" not in shown
    for query, status in (
        ("famille=zut", 404),
        ("format=zut", 400),
        ("x=1", 400),
        ("commune=99999", 404),
        ("competence=zut", 404),
    ):
        assert client.get(f"/api/v1/sponsorship-offers/?{query}").status_code == status
    for query in ("competence=photo", "commune=59350"):
        (row,) = client.get(f"/api/v1/sponsorship-offers/?{query}").json()["results"]
        assert row["title"] == "Photo dans le Nord", query
    moments = [datetime.datetime.fromisoformat(row[name]) for name in ("public_since", "updated_at")]
    assert {one.utcoffset() for one in moments} <= {datetime.timedelta(hours=1), datetime.timedelta(hours=2)}
    assert client.get("/flux/offres.atom?departement=999").status_code == 400


def test_one_offer_or_many_cost_the_same(client, company):
    def cost(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    first = f.make_offer(company, departments=["23"])
    f.make_offer(company, departments=["23", "59"])
    paths = [first.get_absolute_url(), "/mecenat/offres/", "/api/v1/sponsorship-offers/", "/flux/offres.atom"]
    before = [(cost(path), cost(path))[1] for path in paths]
    for _ in range(6):
        f.make_offer(company, departments=["23", "59"], skills=("droit", "photo"))
    assert [cost(path) for path in paths] == before


def test_the_place_counts_it_and_leads_to_it(company):
    offer = f.make_offer(company, departments=["23"], ends_on=today() + datetime.timedelta(days=30))
    services.settle(offer)
    refreshed()
    page = text_of(Client().get("/territoires/departements/23-creuse/"))
    assert "Offres de mécénat de compétences" in page
    assert "sorte=offer" in page


def test_the_hour_that_opens_them_to_all_is_run_once(company):
    f.make_offer(company, opened_days_ago=AFTER)
    open_offers_to_all()
    refreshed()
    assert Entry.objects.filter(kind="offer").count() == 1
    open_offers_to_all()
    assert index.refresh() == 0
