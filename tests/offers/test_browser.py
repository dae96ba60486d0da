"""A first offer on a phone, by keyboard, without JavaScript; then an association reads it, an employee joins."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, expect

from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from missions.offers.models import Offer
from organisations.companies.models import Employee, JoinCode
from tests import factories as f
from tests.e2e.keyboard import Keyboard
from tests.organisations.test_browser import sign_in
from tests.support.accessibility import axe


def test_a_company_writes_its_first_offer_and_opens_its_doors_by_keyboard(
    browser: Browser, site: Any
) -> None:
    company = f.make_company(name="Moulin banal", siren="732829320")
    rose, marie, helene = f.make_member(company), f.make_user(), f.make_member(f.make_organisation())
    context = browser.new_context(
        locale="fr-FR",
        viewport={"width": 390, "height": 844},
        base_url=site.url,
        java_script_enabled=False,
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    keys = Keyboard(page)
    sign_in(page, site, rose)

    # The offer: what is missing is told, what was typed stays.
    page.goto(company.space_url)
    keys.enter("link", "Écrire une offre")
    keys.type(page.get_by_label("Titre de l’offre"), "Comptabilité et budget")
    keys.type(page.get_by_label("Combien de jours en tout"), "beaucoup")
    keys.enter("button", "Enregistrer et continuer")
    expect(page.get_by_text("Écrivez un nombre de jours").first).to_be_visible()
    expect(page.get_by_label("Titre de l’offre")).to_have_value("Comptabilité et budget")
    axe(page)
    keys.type(page.get_by_label("Combien de jours en tout"), "2,5")
    keys.tick(page.get_by_label("Quelques jours répartis"))
    keys.enter("button", "Enregistrer et continuer")
    family = page.locator("summary").filter(has_text="Gestion").first
    keys.reach(family)
    page.keyboard.press("Enter")
    keys.tick(page.get_by_label("Comptabilité", exact=True))
    axe(page)
    keys.enter("button", "Enregistrer et continuer")
    # where: a commune by its name, added by the Enter key, not saved yet; another is saved with the page
    keys.type(page.get_by_label("Ajouter une commune"), "Guéret")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Guéret (23) est dans la liste")).to_be_visible()
    expect(page.get_by_label("Guéret (23)")).to_be_checked()
    axe(page)
    keys.type(page.get_by_label("Ajouter une commune"), "Lille")
    keys.enter("button", "Enregistrer et continuer")
    expect(page.get_by_text("Tout est prêt")).to_be_visible()
    expect(page.get_by_text("Guéret (23), Lille (59) ou à distance")).to_be_visible()
    expect(page.get_by_text("2 jours et demi")).to_be_visible()
    axe(page)
    keys.enter("button", "Envoyer à la brigade")
    expect(page.get_by_text("La brigade relit votre offre")).to_be_visible()

    # A code for its people.
    page.goto(f"{company.space_url}mecenat/acces/")
    keys.enter("button", "Faire un code")
    code = JoinCode.objects.get()
    expect(page.get_by_text(code.in_words).first).to_be_visible()

    # The brigade says yes; an association that was never served reads the offer at once.
    item = ModerationItem.objects.open().get(kind="offer")
    moderation.decide(item, actor=f.make_staff(), decision="accept", version=item.version)
    sign_in(page, site, helene)
    page.goto("/mecenat/")
    keys.enter("link", "Lire les offres des employeurs")
    keys.enter("link", "Comptabilité et budget")
    expect(page.get_by_role("heading", level=1)).to_have_text("Comptabilité et budget")
    axe(page)
    assert Offer.objects.get().state == "open"

    # An employee types the code, and shows nothing of herself.
    sign_in(page, site, marie)
    page.goto("/mecenat/rejoindre/")
    keys.type(page.get_by_label("Code donné par votre employeur"), code.in_words.lower())
    keys.enter("button", "Continuer")
    axe(page)
    keys.enter("button", "Rejoindre")
    expect(page.get_by_text("Vous avez rejoint Moulin banal")).to_be_visible()
    axe(page)
    assert Employee.objects.get().shown == "nothing"
    context.close()
