"""The organisations' pages in a real browser, on a desk and on a phone."""

import os

import pytest
from django.test import Client
from django.urls import reverse

from organisations import services
from organisations.models import Organisation
from tests import factories as f
from tests.organisations.test_members import token_of
from tests.organisations.test_services import TEXT
from tests.support.accessibility import axe

SHOTS = os.environ.get("BRIGADE_SHOTS", "")


def sign_in(page, site, user):
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page.context.add_cookies(
        [{"name": n, "value": m.value, "url": site.url} for n, m in client.cookies.items()]
    )


#: Pages whose template another one shows better: looked at in the longer proof only.
LEFT = (
    "annuaire-vide",
    "identite",
    "adresse",
    "espace-entreprise",
    "espace-brouillon",
    "fermer",
    "invitation-autre",
)


def look(page, name, width=390):
    if width == 1280 and name in LEFT and not SHOTS:
        return
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/org-{name}-{page.viewport_size['width']}.png", full_page=True)
    axe(page)
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{page.url} is {overflow} px wider than the screen"


@pytest.mark.parametrize("width", [1280, pytest.param(390, marks=pytest.mark.proof)])
def test_every_page_passes_axe(page, site, width):
    page.set_viewport_size({"width": width, "height": 900})
    owner = f.make_user(first_name="Nadia", last_name="Ben Salem")
    organisation = f.make_organisation(
        owner=owner,
        name="Comité de sauvegarde du patrimoine rural et des savoir-faire de la Creuse",
        rna="W231234567",
        description=f"{TEXT}\n\nNotre site : https://exemple.fr",
        website="https://exemple.fr",
        phone="+33 5 55 00 00 00",
    )
    f.make_mission(organisation=organisation)
    f.make_member(
        organisation, role="manager", person=f.make_person(first_name="Ousmane", last_name="Diallo")
    )
    f.make_member(
        organisation, role="reader", person=f.make_person(first_name="Anne-Charlotte", last_name="de La Tour")
    )
    f.make_organisation(kind="company", name="Moulin SARL")
    services.invite(
        organisation, actor=owner, email="une.adresse.bien.longue@exemple-association.fr", role="reader"
    )
    token = token_of("une.adresse.bien.longue@exemple-association.fr")
    values = {
        **services.data_of(organisation).__dict__,
        "name": "Patrimoine en Creuse",
        "description": TEXT * 3,
    }
    services.update(organisation, actor=owner, version=None, data=services.OrganisationData(**values))
    draft = f.make_organisation(owner=owner, name="Les Jardins partagés", state="draft", description=TEXT)
    company = f.make_organisation(owner=owner, kind="company", name="Fonderie", siren="732829320")

    for name, path in {
        "annuaire": "/organisations/",
        "annuaire-vide": "/organisations/?nom=introuvable&departement=59",
        "page": organisation.get_absolute_url(),
        "inscription": "/organisations/inscription/?type=",
        "invitation": reverse("organisations:invitation", args=[token]),
    }.items():
        assert page.goto(site.url + path).status == 200
        look(page, name, width)
    sign_in(page, site, owner)
    for name, path in {
        "identite": "/organisations/inscription/identite/?type=association",
        "identite-entreprise": "/organisations/inscription/identite/?type=company",
        "adresse": f"/organisations/inscription/{draft.pk}/adresse/",
        "presentation": f"/organisations/inscription/{draft.pk}/presentation/",
        "resume": f"/organisations/inscription/{draft.pk}/resume/",
        "espace": organisation.space_url,
        "espace-entreprise": company.space_url,
        "espace-brouillon": draft.space_url,
        "equipe": f"{organisation.space_url}equipe/",
        "reglages": f"{organisation.space_url}reglages/",
        "fermer": f"{organisation.space_url}reglages/fermer/",
        "invitation-autre": reverse("organisations:invitation", args=[token]),
    }.items():
        assert page.goto(site.url + path).status == 200, path
        look(page, name, width)
    page.goto(f"{site.url}{organisation.space_url}reglages/")
    Organisation.objects.filter(pk=organisation.pk).update(version=99, email="autre@exemple.fr")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("Quelqu’un a modifié cette fiche entre-temps").wait_for()
    look(page, "reglages-conflit")
    page.goto(f"{site.url}/organisations/inscription/identite/?type=company")
    page.get_by_label("Nom de l’organisation").fill("Moulin")
    page.get_by_label("Numéro SIREN ou SIRET").fill("123 456")
    page.get_by_role("button", name="Continuer").click()
    page.get_by_text("Un numéro SIRET compte 14 chiffres, un SIREN 9").first.wait_for()
    look(page, "identite-erreur")
