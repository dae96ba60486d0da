"""Pages of needs of means: the list and its filters, one need, promising, the organisation's space, the sheets."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from jeveuxagir.audit import deliveries
from jeveuxagir.common.clock import today
from jeveuxagir.findable import services as findable
from jeveuxagir.moderation.models import ModerationItem
from missions.resources import services
from missions.resources.models import Instrument, Need, Promise
from tests import factories as f

pytestmark = pytest.mark.django_db
LIST = "/moyens/"


def text(client: Client, path: str, **parameters: Any) -> str:
    response = client.get(path, parameters)
    assert response.status_code == 200, response.status_code
    return response.content.decode().replace("\xa0", " ").replace("\u202f", " ")


def found(client: Client, **parameters: Any) -> list[int]:
    return [need.pk for need in client.get(LIST, parameters).context["needs"]]


def signed_in(organisation: Any, role: str = "owner") -> Client:
    client = Client()
    client.force_login(f.make_member(organisation, role=role))
    return client


def typed(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "goods",
        "title": "Vingt vélos d’enfant",
        "quantity": "20",
        "unit": "vélos",
        "purpose": "Que chaque enfant du quartier apprenne à rouler avant l’été, avec nos bénévoles.",
        "deadline": (today() + datetime.timedelta(days=40)).isoformat(),
        "domain": "sport",
        "commune": "Guéret",
    } | changes


def promise(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "goods",
        "what": "Des repas du soir",
        "quantity": "200",
        "unit": "repas",
        "per": "week",
    } | changes


# --- the list -----------------------------------------------------------------------------------------------------


def test_needs_are_found_by_words_place_and_kind_and_leave_once_met_or_past(client: Client) -> None:
    money = f.make_resource_need(title="Un appareil auditif", in_days=5)
    bikes = f.make_resource_need(
        kind="goods", quantity=20, unit="vélos", title="Des bicyclettes", commune=f.LILLE, in_days=9
    )
    f.make_resource_need(state="pending")
    f.make_resource_need(in_days=-1)
    met = f.make_resource_need(state="met")
    f.make_resource_need(f.make_organisation(state="suspended"))
    assert found(client) == [money.pk, bikes.pk]
    assert found(client, q="bicyclette") == [bikes.pk]
    assert found(client, lieu="Guéret") == [money.pk]
    assert found(client, nature="money") == [money.pk]
    assert found(client, etat="satisfaits") == [met.pk]
    assert "Aucun argent ne passe par Jeveuxagir" in text(client, LIST)


@pytest.mark.parametrize("query", ["nature=or", "domaine=x", "lieu=zzzz", "odd=99", "q=%00"])
def test_a_wrong_filter_is_said_in_french_and_the_page_stands(client: Client, query: str) -> None:
    f.make_resource_need()
    assert client.get(f"{LIST}?{query}").status_code in (200, 400)


def test_the_list_costs_the_same_with_one_and_many(client: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        return len(queries)

    f.make_resource_need()
    cost()
    one = cost()
    for _ in range(19):
        f.make_resource_need()
    assert cost() == one


def test_a_need_is_found_by_the_search_of_the_whole_site_until_it_is_met(client: Client) -> None:
    need = f.make_resource_need(title="Un ostensoir pour le musée")
    findable.rebuild()
    assert need.get_absolute_url() in text(client, "/recherche/", q="ostensoir")
    member = f.make_member(need.organisation)
    services.meet(need, actor=member)
    deliveries.deliver()
    findable.refresh()
    assert need.get_absolute_url() not in text(client, "/recherche/", q="ostensoir")


# --- one need -----------------------------------------------------------------------------------------------------


def test_the_page_says_what_is_asked_and_promised_and_names_only_who_accepted(client: Client) -> None:
    need = f.make_resource_need()
    named = f.make_organisation(kind="company", name="Boulangerie du Pont")
    silent = f.make_organisation(kind="company", name="Garage discret")
    f.make_promise(need, organisation=named, named=True, note="Secret")
    f.make_promise(need, organisation=silent)
    page = text(client, need.get_absolute_url())
    assert "5 000 €" in page
    assert "400 repas par semaine" in page
    assert "Boulangerie du Pont" in page
    assert "Garage discret" not in page
    assert "Secret" not in page
    assert "Signaler cette page" in page


def test_a_draft_is_shown_to_its_team_alone(client: Client) -> None:
    need = f.make_resource_need(state="draft")
    assert client.get(need.get_absolute_url()).status_code == 404
    assert "Aperçu" in text(signed_in(need.organisation), need.get_absolute_url())
    assert signed_in(f.make_organisation()).get(need.get_absolute_url()).status_code == 404


# --- promising ----------------------------------------------------------------------------------------------------


def test_a_company_promises_once_even_if_the_form_is_sent_twice() -> None:
    need = f.make_resource_need()
    company = f.make_organisation(kind="company")
    client = signed_in(company)
    path = f"{need.get_absolute_url()}contribuer/"
    page = client.get(path)
    assert "Aucun argent ne passe par Jeveuxagir" in page.content.decode()
    sent = promise(nonce=page.context["form"]["nonce"].value(), organisation=str(company.pk))
    for _ in range(2):
        assert client.post(path, sent).status_code == 302
    made = Promise.objects.get()
    assert (made.organisation, made.promised_words) == (company, "200\xa0repas par semaine")


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"unit": ""}, "unit"),
        ({"unit": "€"}, "unit"),
        ({"quantity": "-4"}, "quantity"),
        ({"quantity": "1e9"}, "quantity"),
        ({"kind": "vent"}, "kind"),
        ({"per": "siècle"}, "per"),
        ({"starts_on": "2026-03-01", "ends_on": "2026-02-01"}, "ends_on"),
        ({"organisation": "0"}, "organisation"),
    ],
)
def test_what_is_wrong_in_a_promise_is_said_where_it_is_and_nothing_is_lost(
    changes: dict[str, str], name: str
) -> None:
    need = f.make_resource_need()
    company = f.make_organisation(kind="company")
    response = signed_in(company).post(
        f"{need.get_absolute_url()}contribuer/", promise(organisation=str(company.pk)) | changes
    )
    assert response.status_code in (409, 422)
    assert name in response.context["form"].errors
    assert "Des repas du soir" in response.content.decode()
    assert not Promise.objects.exists()


def test_who_has_no_organisation_is_told_how_to_contribute() -> None:
    client = Client()
    client.force_login(f.make_user())
    need = f.make_resource_need()
    path = f"{need.get_absolute_url()}contribuer/"
    assert "Inscrire mon organisation" in text(client, path)
    assert client.post(path, promise()).status_code == 200
    assert not Promise.objects.exists()


# --- the space ----------------------------------------------------------------------------------------------------


def test_an_association_says_sends_and_follows_a_need() -> None:
    organisation = f.make_organisation()
    client = signed_in(organisation)
    response = client.get("/moyens/dire/")
    assert response.status_code == 302
    created = client.post(response["Location"], typed())
    assert created.status_code == 302
    page = text(client, created["Location"])
    assert "Envoyer à la brigade" in page
    assert "Il donne des biens." in page  # instruments are proposed from the draft on
    client.post(f"{created['Location']}envoyer/")
    assert ModerationItem.objects.get().title == "Vingt vélos d’enfant"
    need = Need.objects.get()
    services.publish(need, actor=None)
    made = f.make_promise(need)
    page = text(client, created["Location"])
    assert "200 repas par semaine" in page
    answer = client.post(
        f"{organisation.space_url}moyens/contributions/{made.pk}/recue/",
        {"quantity": "180,5", "on": today().isoformat(), "version": "1"},
    )
    assert answer.status_code == 302
    made.refresh_from_db()
    assert str(made.real) == "180.50"
    again = client.post(
        f"{organisation.space_url}moyens/contributions/{made.pk}/recue/", {"quantity": "x", "on": "hier"}
    )
    assert again.status_code == 422
    assert "Écrivez un nombre" in again.content.decode()


def test_a_company_is_told_that_it_says_no_need() -> None:
    company = f.make_organisation(kind="company")
    client = signed_in(company)
    assert "Une entreprise ne dit pas de besoin" in text(client, "/moyens/dire/")
    refused = client.post(f"{company.space_url}moyens/nouveau/", typed())
    assert refused.status_code == 403
    assert "Une entreprise ne dit pas de besoin" in refused.content.decode()
    assert not Need.objects.exists()
    assert "Nos contributions" in text(client, f"{company.space_url}moyens/")


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"title": "Vélos"}, "title"),
        ({"unit": ""}, "unit"),
        ({"unit": "euros"}, "unit"),
        ({"quantity": "beaucoup"}, "quantity"),
        ({"quantity": "0"}, "quantity"),
        ({"deadline": "2020-01-01"}, "deadline"),
        ({"deadline": "31/02/2027"}, "deadline"),
        ({"domain": "x"}, "domain"),
        ({"commune": "zzzz"}, "commune"),
        ({"purpose": "Court."}, "purpose"),
    ],
)
def test_what_is_wrong_in_a_need_is_said_where_it_is_and_nothing_is_lost(
    changes: dict[str, str], name: str
) -> None:
    organisation = f.make_organisation()
    response = signed_in(organisation).post(f"{organisation.space_url}moyens/nouveau/", typed(**changes))
    assert response.status_code in (409, 422)
    assert name in response.context["form"].errors
    assert not Need.objects.exists()


def test_what_waits_for_the_brigade_is_shown_and_may_be_taken_back() -> None:
    need = f.make_resource_need()
    client = signed_in(need.organisation)
    answer = client.post(
        f"{need.manage_url}modifier/", typed(kind="money", unit="", quantity="7 500", domain="sante")
    )
    assert answer.status_code == 302
    page = text(client, need.manage_url)
    assert "Des changements attendent la brigade" in page
    assert "7 500 €" in page
    assert 'value="7500"' in text(client, f"{need.manage_url}modifier/")
    client.post(f"{need.manage_url}retirer-les-changements/")
    assert "Des changements attendent" not in text(client, need.manage_url)


def test_the_giver_says_that_it_will_not_come_and_cannot_confirm_in_the_other_s_place() -> None:
    made = f.make_promise()
    client = signed_in(made.organisation)
    path = f"{made.organisation.space_url}moyens/contributions/{made.pk}/"
    client.post(f"{path}recue/", {"quantity": "1", "on": today().isoformat()})
    made.refresh_from_db()
    assert made.state == "planned"
    client.post(f"{path}abandonner/", {"reason": "Four en panne.", "version": "1"})
    made.refresh_from_db()
    assert (made.state, made.reason) == ("dropped", "Four en panne.")


def test_pages_of_the_space_cost_the_same_with_one_and_many() -> None:
    need = f.make_resource_need()
    client = signed_in(need.organisation)
    pages = (f"{need.organisation.space_url}moyens/", need.manage_url, "/mon-espace/")

    def cost(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    f.make_promise(need)
    f.make_promise(organisation=need.organisation, need=f.make_resource_need())
    f.make_resource_need(need.organisation, in_days=-1)
    before = []
    for path in pages:
        cost(path)
        before.append(cost(path))
    for _ in range(6):
        f.make_promise(need)
        f.make_promise(f.make_resource_need(need.organisation))
        f.make_resource_need(need.organisation, in_days=-1)
        f.make_promise(f.make_resource_need(), organisation=need.organisation)
    assert [cost(path) for path in pages] == before


def test_a_need_stands_on_the_page_of_its_organisation_and_waits_in_one_s_space() -> None:
    need = f.make_resource_need(title="Une marmite géante")
    f.make_promise(need)
    client = signed_in(need.organisation)
    assert "Une marmite géante" in text(client, need.organisation.get_absolute_url())
    assert "Une marmite géante" in text(client, need.organisation.space_url)
    f.make_resource_need(need.organisation, title="Un rideau de scène", in_days=-2)
    space = text(client, "/mon-espace/")
    assert "à confirmer une fois reçu" in space
    assert "La date de votre besoin est passée : « Un rideau de scène »" in space


# --- the brigade --------------------------------------------------------------------------------------------------


def test_national_staff_check_correct_and_hide_a_sheet_on_the_brigade_s_site(client: Client) -> None:
    f.sign_in_staff(client, f.make_staff("national"))
    sheet = Instrument.objects.get(slug="leader")
    base = f"/brigade/instruments/{sheet.pk}/"
    assert "À vérifier" in text(client, "/brigade/instruments/")
    client.post(f"{base}verifier/")
    assert "Fiche vérifiée à sa source" in text(client, f"{base}historique/")
    wrong = client.post(f"{base}corriger/", {"name": "LEADER", "departments": "23 99"})
    assert wrong.status_code == 422
    assert "Nous ne connaissons pas ce département" in wrong.content.decode()
    form = wrong.context["edit_form"]
    assert {"operator", "gives", "audiences", "link"} <= set(form.errors)
    client.post(f"{base}cacher/")
    assert client.get(sheet.get_absolute_url()).status_code == 404
    client.post(f"{base}montrer/")
    assert "Vérifié" in text(client, sheet.get_absolute_url()) or "vérifié" in text(
        client, sheet.get_absolute_url()
    )


def test_the_brigade_reads_a_need_in_its_queue_and_decides(client: Client) -> None:
    need = f.make_resource_need(state="draft")
    services.submit(need, actor=f.make_member(need.organisation))
    f.sign_in_staff(client, f.make_staff("brigade_member"))
    item = ModerationItem.objects.get(kind="resource_need")
    assert need.title in text(client, "/brigade/besoins-et-offres/", sorte="resource_need")
    page = text(client, f"/brigade/besoins-et-offres/{item.pk}/")
    assert "5 000 €" in page
    client.post(
        f"/brigade/besoins-et-offres/{item.pk}/decider/",
        {"decision": "accept", "version": str(item.version), "reason": ""},
    )
    need.refresh_from_db()
    assert need.state == "open"
