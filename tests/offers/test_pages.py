"""An employer writes an offer by the pages; associations and the brigade read it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jeveuxagir.accounts import nonces
from jeveuxagir.taxonomies.models import Skill
from jeveuxagir.ui.dates import day_of
from missions.offers.models import Offer
from missions.sponsorships import rules
from organisations.models import Organisation
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Organisation:
    return f.make_company(name="Isère Cuir", siren="732829320")


@pytest.fixture
def rose(client: Client, company: Organisation) -> Client:
    client.force_login(f.make_member(company))
    return client


def url(name: str, company: Organisation, *more: Any) -> str:
    return reverse(f"offers:{name}", args=[company.pk, company.slug, *more])


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def first_page(**fields: Any) -> dict[str, Any]:
    values = {
        "title": "Comptabilité et budget",
        "total_minutes": "2,5",
        "formats": ["split"],
        "nonce": nonces.new_nonce(),
    }
    return values | fields


def test_an_offer_is_written_page_by_page_and_sent(rose, company):
    assert rose.get(url("create", company)).status_code == 200
    done = rose.post(url("create", company), first_page())
    offer = Offer.objects.get()
    assert (offer.total_minutes, offer.state, offer.draft_step) == (1050, "draft", 2)
    assert done["Location"].endswith("/competences/?suite")
    skill = Skill.objects.get(code="comptabilite")
    rose.post(done["Location"], {"skills": [skill.pk], "description": "Un budget.", "version": offer.version})
    offer.refresh_from_db()
    where = url("edit", company, offer.pk, "ou") + "?suite"
    done = rose.post(
        where, {"mode": "on_site", "departments": ["23", "87"], "version": offer.version, "precedent": ""}
    )
    page = text_of(rose.get(url("review", company, offer.pk)))
    assert "Tout est prêt" in page
    assert "2 jours et demi" in page.replace("\u00a0", " ")
    assert "Creuse" in page
    offer.refresh_from_db()
    rose.post(url("submit", company, offer.pk), {"version": offer.version})
    assert Offer.objects.get().state == "pending"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": ""}, "fr-message--error"),
        ({"total_minutes": "beaucoup"}, "Écrivez un nombre de jours"),
        ({"total_minutes": "0"}, "trop court"),
        ({"total_minutes": "9" * 40}, "trop long"),
        ({"starts_on": "2027-05-01", "ends_on": "2027-04-01"}, "La fin vient après le début"),
        ({"ends_on": "9999-12-31"}, "Choisissez une date"),
        ({"formats": ["lune"]}, "fr-message--error"),
    ],
)
def test_what_cannot_be_is_told_and_what_was_typed_stays(rose, company, fields, said):
    response = rose.post(url("create", company), first_page(**{"title": "Budget d’une année"} | fields))
    assert response.status_code == 422
    assert said in text_of(response)
    assert "Budget d’une année" in text_of(response) or fields.get("title") == ""
    assert not Offer.objects.exists()


def test_the_same_form_sent_twice_makes_one_offer(rose, company):
    posted = first_page()
    for _ in range(2):
        assert rose.post(url("create", company), posted).status_code == 302
    assert Offer.objects.count() == 1


def test_a_form_shown_too_long_ago_is_told_and_sent_again_it_goes(rose, company):
    offer = f.make_offer(company, state="draft", version=3)
    path = url("edit", company, offer.pk, "competences")
    posted = {"skills": ["comptabilite"], "description": "Ni procès.", "version": "2"}
    response = rose.post(path, posted)
    assert response.status_code == 422
    assert "Quelqu’un a modifié cette offre" in text_of(response)
    assert "Ni procès." in text_of(response)
    version = re.search(r'name="version" value="(\d+)"', response.content.decode())
    assert version
    assert rose.post(path, posted | {"version": version[1]}).status_code == 302
    assert Offer.objects.get().description == "Ni procès."


def test_two_left_of_ten_is_read_in_the_list_and_less_than_committed_is_refused(rose, company):
    offer = f.make_offer(company, days=10, committed=8)
    assert "10 jours · 8 jours engagés · 2 jours restants" in text_of(
        rose.get(url("space", company))
    ).replace("\u00a0", " ")
    posted = first_page(title=offer.title, total_minutes="7", version=offer.version)
    response = rose.post(url("edit", company, offer.pk, "temps"), posted)
    assert response.status_code == 422
    assert "8 jours sont déjà engagés" in text_of(response).replace("\u00a0", " ")


def test_a_public_employer_reads_the_rule_where_it_writes(client):
    town = f.make_organisation(kind="local_authority")
    client.force_login(f.make_member(town))
    page = text_of(client.get(url("create", town)))
    found = rules.of_employer("local_authority")
    assert any("27 décembre 2027" in rule.title for rule in found)
    for rule in found:
        for said in (rule.title, rule.text, rule.source, f"lu le {day_of(rule.checked_on)}"):
            assert " ".join(said.split()) in page
    draft = Offer.objects.create(organisation=town, title="Un juriste", total_minutes=420)
    assert found[0].title in text_of(client.get(url("review", town, draft.pk)))


def test_a_company_does_not_read_the_rule_of_public_agents(rose, company):
    assert "27 décembre 2027" not in text_of(rose.get(url("create", company)))


def test_the_entry_says_what_it_is_to_anybody(client):
    page = text_of(client.get("/mecenat/"))
    for words in (
        "Vous êtes une association",
        "Vous êtes un employeur",
        "Comment une journée compte",
        "fiscal",
    ):
        assert words in page
    assert "Lire les offres" in page


def test_an_association_filters_the_offers(client, company):
    client.force_login(f.make_member(f.make_organisation()))
    f.make_offer(company, title="Comptabilité en Creuse")
    f.make_offer(
        company,
        title="Photo dans le Nord",
        skills=["photo"],
        departments=["59"],
        formats=["flash"],
        mode="on_site",
    )
    f.make_offer(company, title="Vidéo partout", skills=["video"], everywhere=True, mode="remote")

    def found(query: str) -> set[str]:
        page = text_of(client.get(f"/mecenat/offres/?{query}"))
        return {title for title in Offer.objects.values_list("title", flat=True) if title in page}

    assert len(found("")) == 3
    assert found("departement=59") == {"Photo dans le Nord", "Vidéo partout"}
    assert found("departement=23") == {"Comptabilité en Creuse", "Vidéo partout"}
    f.make_offer(
        company, title="Menuiserie à Guéret", skills=["menuiserie"], departments=["23"], mode="on_site"
    )
    assert found("ou=Lille") == {"Photo dans le Nord", "Vidéo partout", "Comptabilité en Creuse"}, (
        "by distance"
    )
    creuse = {"Comptabilité en Creuse", "Vidéo partout", "Menuiserie à Guéret"}
    assert found("ou=Gu%C3%A9ret+(23)") == creuse
    assert "Nous ne connaissons pas ce lieu" in client.get("/mecenat/offres/?ou=Ici+ou+là").text
    assert found("format=flash") == {"Photo dans le Nord"}
    assert found("distance=on") == {"Comptabilité en Creuse", "Vidéo partout"}
    assert found(f"famille={Skill.objects.get(code='comptabilite').group_id}") == {"Comptabilité en Creuse"}
    assert client.get("/mecenat/offres/?departement=zz&famille=%00&page=-3").status_code == 200


def test_the_need_comes_first_for_the_association_and_for_the_employer(client, company):
    association = f.make_organisation()
    client.force_login(f.make_member(association))
    assert f"{association.space_url}besoins/nouveau/" in text_of(client.get("/mecenat/offres/"))
    client.force_login(f.make_member(company))
    assert "besoins/nouveau/" not in text_of(client.get("/mecenat/offres/"))
    assert 'href="/besoins/"' in text_of(client.get(url("space", company)))


def test_lists_ask_as_many_questions_for_one_offer_as_for_many(client, company):
    reader = Client()
    reader.force_login(f.make_member(f.make_organisation()))
    client.force_login(f.make_member(company))
    pages = [(reader, "/mecenat/offres/"), (client, url("space", company)), (client, "/mon-espace/")]
    counts: list[list[int]] = []
    for more in (1, 22):
        for _ in range(more):
            f.make_offer(company, departments=["23", "59"])
            f.make_offer(company, state="refused")
        for who, path in pages:
            who.get(path)
        asked = []
        for who, path in pages:
            with CaptureQueriesContext(connection) as queries:
                assert who.get(path).status_code == 200
            asked.append(len(queries))
        counts.append(asked)
    assert counts[0] == counts[1]


def test_what_waits_stands_on_the_home_of_the_space_and_in_ones_own(rose, company):
    f.make_offer(company, state="refused", title="Une offre à corriger")
    assert "Une offre à corriger" in text_of(rose.get(company.space_url))
    assert "Offre de mécénat à corriger" in text_of(rose.get("/mon-espace/")).replace("\u00a0", " ")


def test_staff_suspend_an_offer_with_a_reason(client, company):
    offer = f.make_offer(company)
    f.sign_in_staff(client, f.make_staff())
    path = reverse("offers:suspend", args=[offer.pk])
    assert client.post(path, {"reason": ""}).status_code == 422
    client.post(path, {"reason": "Un doute."})
    assert Offer.objects.get().state == "suspended"
    assert "Rouvrir cette offre" in text_of(client.get(offer.get_absolute_url()))
    client.post(reverse("offers:lift", args=[offer.pk]))
    assert Offer.objects.get().state == "open"


def test_the_entry_leads_whoever_is_signed_in_to_write(rose, company):
    page = rose.get("/mecenat/").text
    assert reverse("offers:create", args=[company.pk, company.slug]) in page
    assert "Inscrire mon organisation" not in page
    association = f.make_organisation()
    rose.force_login(f.make_member(association))
    page = rose.get("/mecenat/").text
    assert reverse("skill_needs:create", args=[association.pk, association.slug]) in page
    assert "Inscrire mon association" not in page
