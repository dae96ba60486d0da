"""An offer names communes too: chosen by their name, without JavaScript, and carried wherever departments are."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from jeveuxagir.audit.models import Event
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.findable import services as index
from jeveuxagir.findable.models import Entry
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.territories.models import Commune, Department
from jeveuxagir.web.territories import commune_url
from missions.offers import directory, services
from missions.offers import moderation as offers_moderation
from missions.offers.models import Offer
from missions.offers.services import MOST_COMMUNES
from missions.pairings.rows import offer_rows
from missions.sponsorships.services import outside_territory
from organisations.models import Organisation
from tests import factories as f

pytestmark = pytest.mark.django_db

GUERET, AUBUSSON, LILLE, ROMANS = "23096", "23008", "59350", "26281"


@pytest.fixture
def company() -> Organisation:
    """In the Drôme."""
    return f.make_company(name="Isère Cuir", siren="732829320", commune=ROMANS)


@pytest.fixture
def rose(client: Client, company: Organisation) -> Client:
    client.force_login(f.make_member(company))
    return client


def where(offer: Offer) -> str:
    company = offer.organisation
    return reverse("offers:edit", args=[company.pk, company.slug, offer.pk, "ou"])


def typed(offer: Offer, **fields: Any) -> dict[str, Any]:
    return {"mode": "on_site", "version": Offer.objects.get(pk=offer.pk).version} | fields


def named(offer: Offer) -> set[str]:
    return set(offer.communes.values_list("pk", flat=True))


def test_communes_are_added_one_by_one_and_kept_once_saved(rose, company):
    offer = f.make_offer(company, state="draft")
    page = rose.post(where(offer), typed(offer, commune="Guéret", ajouter="1"))
    assert page.status_code == 200
    assert "Guéret (23) est dans la liste. Enregistrez pour la garder." in page.text
    assert f'name="communes" value="{GUERET}"' in page.text
    assert named(offer) == set()
    page = rose.post(where(offer), typed(offer, communes=[GUERET], commune="23200", ajouter="1"))
    assert page.status_code == 422  # several have this postal code
    assert "choisissez la vôtre dans la liste" in page.text
    assert f'name="communes" value="{GUERET}"' in page.text
    chosen = {"commune": "23200", "commune_pour": "23200", "commune_choix": "Aubusson (23)"}
    page = rose.post(where(offer), typed(offer, communes=[GUERET], ajouter="1", **chosen))
    assert "Aubusson (23) est dans la liste" in page.text
    # What stands in the field is added by the button that saves too.
    done = rose.post(where(offer), typed(offer, communes=[GUERET, AUBUSSON], commune="Lille"))
    assert done.status_code == 302
    assert named(offer) == {GUERET, AUBUSSON, LILLE}
    again = rose.get(where(offer)).text
    assert again.count('name="communes"') == again.count('name="communes" value=') == 3
    rose.post(where(offer), typed(offer, communes=[AUBUSSON]))
    assert named(offer) == {AUBUSSON}
    rose.post(where(offer), typed(offer, communes=[AUBUSSON], everywhere="on"))
    assert named(offer) == set()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"commune": "Xqzwkj", "ajouter": "1"}, "Nous ne connaissons pas ce lieu"),
        ({"commune": "Xqzwkj"}, "Nous ne connaissons pas ce lieu"),
        ({"commune": "", "ajouter": "1"}, "Indiquez une commune"),
        ({"communes": ["00000"]}, "fr-message--error"),
        ({"communes": ["x\x00y"]}, "fr-message--error"),
    ],
)
def test_a_commune_that_cannot_be_is_told_and_what_was_typed_stays(rose, company, fields, said):
    offer = f.make_offer(company, state="draft")
    page = rose.post(where(offer), typed(offer, **fields))
    assert page.status_code in (400, 422)
    if page.status_code == 422:
        assert said in page.text
        assert f'value="{fields["commune"]}"' in page.text if fields.get("commune") else True
    assert named(offer) == set()


def test_an_offer_names_twenty_communes_at_most(rose, company):
    offer = f.make_offer(company, state="draft")
    codes = list(Commune.objects.filter(department="26").values_list("pk", flat=True)[: MOST_COMMUNES + 1])
    page = rose.post(where(offer), typed(offer, communes=codes))
    assert page.status_code == 422
    assert "20 communes au plus" in page.text
    page = rose.post(
        where(offer), typed(offer, communes=codes[:MOST_COMMUNES], commune="Guéret", ajouter="1")
    )
    assert (page.status_code, "20 communes au plus" in page.text) == (422, True)
    assert rose.post(where(offer), typed(offer, communes=codes[:MOST_COMMUNES])).status_code == 302
    assert len(named(offer)) == MOST_COMMUNES
    data = services.current_data(offer)
    with pytest.raises(RuleBroken, match="20 communes au plus"):
        services.update(
            offer,
            actor=None,
            data=type(data)(**vars(data) | {"communes": Commune.objects.filter(pk__in=codes)}),
        )


def test_its_pages_the_api_and_the_brigade_say_them(client, company):
    offer = f.make_offer(company, departments=["87"], communes=[GUERET, LILLE], mode="on_site")
    said = "Haute-Vienne, Guéret (23), Lille (59)"
    assert said in client.get(offer.get_absolute_url()).text
    assert said in client.get("/mecenat/offres/").text
    shown = client.get(f"/api/v1/sponsorship-offers/{offer.pk}/").json()
    assert (shown["departments"], sorted(shown["communes"])) == (["87"], [GUERET, LILLE])
    services._open_item(offer, None)
    facts = offers_moderation.describe(ModerationItem.objects.open().get(kind="offer"))["facts"]
    assert ("Où", said) in facts


def test_with_communes_alone_the_department_of_its_employer_is_not_added(client, company):
    offer = f.make_offer(company, communes=[GUERET], mode="on_site")
    assert "Guéret (23)" in client.get(offer.get_absolute_url()).text
    assert "Drôme" not in client.get("/mecenat/offres/").text.split("mi-rows")[1]
    assert client.get(f"/api/v1/sponsorship-offers/{offer.pk}/").json()["departments"] == []
    for code, is_there in (("23", True), ("26", False)):
        wanted = directory.Wanted(departments=[Department.objects.get(pk=code)])
        assert directory.found(wanted).exists() == is_there
        assert (offer.title in client.get(f"/flux/offres.atom?departement={code}").text) == is_there
    [row] = offer_rows(Offer.objects.all())
    assert (row.departments, row.communes) == (frozenset(), {GUERET})


def test_it_is_found_on_the_page_of_its_commune_and_no_other(client, company):
    offer = f.make_offer(company, communes=[GUERET], mode="on_site")
    services.settle(offer)
    while index.refresh():
        pass
    assert {"c23096", "d23"} <= set(Entry.objects.get(kind="offer").areas)
    assert "sorte=offer" in client.get(commune_url(Commune.objects.get(pk=GUERET))).text
    assert "sorte=offer" not in client.get(commune_url(Commune.objects.get(pk=AUBUSSON))).text


def test_a_change_of_communes_is_in_its_history(company):
    offer = f.make_offer(company, communes=[GUERET])
    data = services.current_data(offer)
    done = services.update(
        offer,
        actor=None,
        data=type(data)(**vars(data) | {"communes": Commune.objects.filter(pk=LILLE)}),
    )
    assert done.applied == ["communes"]
    assert Event.objects.filter(verb="offer.changed").get().data["fields"] == ["communes"]


def test_a_need_in_one_of_its_communes_is_within_reach_and_another_is_not(company):
    offer = f.make_offer(company, communes=[GUERET], mode="on_site")
    for commune, is_outside in ((GUERET, False), (AUBUSSON, True), (ROMANS, True)):
        need = f.make_skill_need(commune=commune, mode="on_site")
        row = f.make_sponsorship(offer=offer, need=need, state="drafted")
        assert outside_territory(row) == is_outside
