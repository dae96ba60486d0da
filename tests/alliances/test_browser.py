"""An alliance in a real browser, on a phone: begun by a stranger, an invitation answered without an account, joined."""

import re

import pytest
from django.test import Client
from playwright.sync_api import expect

from alliances.models import Alliance, Party
from jeveuxagir.notifications.models import Message
from tests import factories as f
from tests.support.accessibility import axe


def sign_in(page, site, user):
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page.context.add_cookies(
        [{"name": name, "value": kept.value, "url": site.url} for name, kept in client.cookies.items()]
    )


def look(page):
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, page.url


def go_on(page, button, words):
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_text(words).first).to_be_visible()
    look(page)


@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.proof)])
def test_from_the_home_page_to_a_second_party(page, site, width):
    page.set_viewport_size({"width": width, "height": 844})
    user = f.make_user(first_name="Hélène")
    page.goto(site.url)
    page.locator(".home-intents a", has_text="Nous nous allions").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Commencer")
    look(page)
    go_on(page, "Commencer", "Étape 1 sur 5")
    page.get_by_label("Nom de l’alliance").fill("Lire ensemble")
    page.get_by_label("Que voulez-vous changer").fill("Que chaque enfant lise une heure par semaine.")
    go_on(page, "Continuer", "Étape 2 sur 5")
    page.get_by_label("Ajouter une commune").fill("Guéret (23)")
    page.keyboard.press("Escape")
    go_on(page, "Ajouter", "Votre territoire")
    page.get_by_label("Ajouter une commune").fill("")
    go_on(page, "Continuer", "Étape 3 sur 5")
    go_on(page, "Continuer", "Étape 4 sur 5")
    go_on(page, "Continuer", "Étape 5 sur 5")
    sign_in_here = page.locator("main").get_by_role("link", name="Se connecter")
    expect(sign_in_here).to_be_visible()

    # the draft follows whoever signs in
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    client = Client()
    client.cookies["sessionid"] = cookies.get("sessionid", "")
    sign_in_here.click()
    page.wait_for_url("**/compte/connexion/**")
    draft = client.session.get("alliance_draft")
    assert draft["name"] == "Lire ensemble"
    sign_in(page, site, user)
    page.goto(f"{site.url}/alliances/nouvelle/")
    page.get_by_role("button", name="Commencer", exact=True).click()
    page.get_by_label("Nom de l’alliance").fill("Lire ensemble")
    page.get_by_label("Que voulez-vous changer").fill("Que chaque enfant lise une heure par semaine.")
    page.get_by_role("button", name="Continuer", exact=True).click()
    page.get_by_label("Ajouter une commune").fill("Guéret (23)")
    page.keyboard.press("Escape")
    for number in ("3", "4", "5"):
        page.get_by_role("button", name="Continuer", exact=True).click()
        expect(page.get_by_text(f"Étape {number} sur 5")).to_be_visible()
    go_on(page, "Créer l’alliance", "Qui doit quoi")
    alliance = Alliance.objects.get()
    assert alliance.places.get().commune_id == f.GUERET

    if width == 390:  # the menu is folded there
        page.get_by_text("Dans cette alliance").click()
    page.get_by_role("link", name="Parties", exact=True).click()
    page.get_by_label("Organisation ou personne").fill("La Recyclerie")
    page.get_by_label("De quel monde").select_option("associations")
    page.get_by_label("Adresse électronique").fill("contact@exemple.fr")
    go_on(page, "Envoyer l’invitation", "L’invitation est partie")

    link = re.search(r"(/alliances/invitation/[^/\s]+/)", Message.objects.get(kind="alliances.invited").text)[
        1
    ]
    page.context.clear_cookies()
    page.goto(site.url + link)
    look(page)
    page.get_by_text("Oui, cela nous intéresse").click()
    page.get_by_label("Votre nom").fill("Claire")
    go_on(page, "Envoyer ma réponse", "Pour rejoindre l’alliance")
    other = f.make_user()
    organisation = f.make_organisation(owner=other, name="La Recyclerie")
    sign_in(page, site, other)
    page.goto(site.url + link)
    look(page)
    go_on(page, "Rejoindre l’alliance", "Vous faites maintenant partie de l’alliance")
    assert Party.objects.filter(alliance=alliance, organisation=organisation).exists()

    page.context.clear_cookies()
    page.goto(site.url + link)
    expect(page.get_by_text("a déjà servi")).to_be_visible()
    look(page)


def test_every_state_of_the_space_on_a_phone(page, site):
    """Asleep, about to close, closed, a public page, an edit that waits."""
    from alliances import services
    from tests.alliances.test_services import ANSWERS, begun, data, with_another

    page.set_viewport_size({"width": 390, "height": 844})
    alliance, owner = begun(name="Une alliance au nom assez long pour tenir sur deux lignes d’un téléphone")
    _party, other = with_another(alliance)
    sign_in(page, site, owner)
    Alliance.objects.update(activity="asleep")
    page.goto(site.url + alliance.space_url)
    expect(page.get_by_role("heading", name="L’alliance s’est endormie")).to_be_visible()
    look(page)
    page.get_by_role("button", name="Réveiller l’alliance").click()
    expect(page.get_by_text("L’alliance est réveillée")).to_be_visible()
    alliance = services.ask_publication(alliance, actor=owner)
    page.goto(f"{site.url}{alliance.space_url}page-publique/")
    look(page)
    services.publish(alliance, actor=None)
    services.update(alliance, actor=owner, version=None, data=data(name="Lire partout"))
    page.goto(f"{site.url}{alliance.space_url}reglages/")
    expect(page.get_by_text("Lire partout")).to_be_visible()
    look(page)
    alliance = Alliance.objects.get()
    for path in ("", "clore/"):
        page.goto(f"{site.url}{alliance.space_url}{path}")
        look(page)
    services.close(alliance, actor=None, **ANSWERS)
    for path in ("", "clore/", "parties/", "parcours/"):
        page.goto(f"{site.url}{alliance.space_url}{path}")
        expect(page.get_by_text("Cette alliance est close").first).to_be_visible()
        look(page)
    assert other
