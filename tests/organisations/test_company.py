"""A company opens its space: its number is verified by the registry, and sponsorship comes first (K02)."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Browser, expect

from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from organisations.models import Organisation
from tests import factories as f
from tests.e2e.keyboard import Keyboard
from tests.organisations.test_browser import sign_in
from tests.organisations.test_services import SIREN, SIRET, TEXT
from tests.support.accessibility import axe
from tests.support.hostile_server import Server, body, status

MILL = {
    "siren": SIREN,
    "nom_complet": "LE MOULIN BANAL",
    "etat_administratif": "A",
    "siege": {
        "siret": SIRET,
        "etat_administratif": "A",
        "numero_voie": "3",
        "type_voie": "RUE",
        "libelle_voie": "DU MOULIN",
        "code_postal": "23000",
        "commune": "23096",
        "libelle_commune": "GUERET",
    },
}


def test_a_company_with_a_siret_is_verified_by_the_registry_and_its_first_step_is_sponsorship(
    browser: Browser, site: Any, registry: Server
) -> None:
    registry.serve(f"/{SIRET}", status(503))
    owner, staff = f.make_user(first_name="Rose"), f.make_staff()
    context = browser.new_context(
        locale="fr-FR",
        viewport={"width": 390, "height": 844},
        base_url=site.url,
        java_script_enabled=False,
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    sign_in(page, site, owner)
    keys = Keyboard(page)

    # It says what it is, and reads what a company may do here before it types anything.
    page.goto("/organisations/inscription/")
    keys.choose(page.get_by_role("radio", name="Entreprise"))
    keys.enter("button", "Continuer")
    expect(page.get_by_text("Une entreprise n’accueille pas de bénévoles")).to_be_visible()

    # The registry is down: nothing typed is lost. It is back: it fills nothing over what was typed.
    keys.type(page.get_by_label("Nom de l’organisation"), "Moulin banal")
    keys.type(page.get_by_label("Numéro SIREN ou SIRET"), "732 829 320 00074")
    keys.enter("button", "Remplir depuis le registre")
    expect(page.get_by_text("Le registre ne répond pas. Continuez sans lui")).to_be_visible()
    expect(page.get_by_label("Nom de l’organisation")).to_have_value("Moulin banal")
    expect(page.get_by_label("Numéro SIREN ou SIRET")).to_have_value("732 829 320 00074")
    registry.serve(f"/{SIRET}", body(json.dumps({"results": [MILL]}).encode()))
    keys.enter("button", "Remplir depuis le registre")
    expect(page.get_by_text("Ce que dit le registre public")).to_be_visible()
    expect(page.get_by_label("Nom de l’organisation")).to_have_value("Moulin banal")
    axe(page)

    # The address comes from the registry; the rest is read again, and sent.
    keys.enter("button", "Continuer")
    expect(page.locator("input[name=street]")).to_have_value("3 rue du moulin")
    expect(page.get_by_label("Commune")).to_have_value("Guéret (23)")
    keys.enter("button", "Continuer")
    keys.type(page.get_by_label("Présentation"), TEXT)
    keys.enter("button", "Continuer")
    expect(page.get_by_text("Vérifiée dans un registre")).to_be_visible()
    axe(page)
    keys.enter("button", "Envoyer à la brigade")
    expect(page.get_by_text("Votre inscription est chez la brigade")).to_be_visible()

    # Validated: the first thing to do is to give time, and nothing there offers to host volunteers.
    item = ModerationItem.objects.open().get(kind="organisation")
    moderation.decide(item, actor=staff, decision="accept", version=item.version)
    company = Organisation.objects.get()
    assert (company.state, company.proof_level, company.may_host) == ("validated", "registry", False)
    page.goto(company.space_url)
    expect(page.get_by_role("main").get_by_role("heading", level=2).first).to_have_text(
        "Mécénat de compétences"
    )
    if page.get_by_text("Menu de l’espace").is_visible():  # folded on a phone
        page.get_by_text("Menu de l’espace").click()
    menu = page.get_by_role("navigation", name="Espace de Moulin banal")
    expect(menu.get_by_role("link")).to_have_text(
        [
            "À faire",
            "Réseau",
            "Mécénat",
            "Moyens",
            "Alliances",
            "Événements",
            "Équipe",
            "Réglages",
        ]
    )
    axe(page)
    keys.enter("link", "Proposer une équipe")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.url.startswith(f"{site.url}/demandes/nouvelle/")
    context.close()
