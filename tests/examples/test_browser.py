"""In a browser, on a phone: an example without pitfalls is refused, mended, read, found elsewhere, done again."""

import re

from django.test import Client
from playwright.sync_api import expect

from alliances.examples.models import Example
from alliances.models import Alliance
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from tests import factories as f
from tests.support.accessibility import axe


def sign_in(page, site, user):
    page.context.clear_cookies()
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page.context.add_cookies(
        [{"name": name, "value": kept.value, "url": site.url} for name, kept in client.cookies.items()]
    )


def look(page):
    page.wait_for_load_state()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, page.url


def go_on(page, button, words):
    page.get_by_role("main").get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_text(words).first).to_be_visible()
    look(page)


def test_refused_without_pitfalls_then_published_found_elsewhere_and_done_again(page, site):
    page.set_viewport_size({"width": 390, "height": 844})
    expect.set_options(timeout=30_000)
    guests = f.make_organisation(kind="company", commune="26281")
    sign_in(page, site, f.make_user(commune="23096"))
    page.goto(f"{site.url}/bibliotheque/exemples/")
    look(page)
    page.get_by_role("link", name="Proposer un exemple").first.click()
    look(page)
    page.get_by_label("Titre").fill("Un four pour trois villages")
    page.get_by_label("En deux phrases").fill("Trois communes ont rallumé un four. Le pain revient.")
    go_on(page, "Enregistrer et continuer", "Étape 2 sur 5")
    page.get_by_label("Dans quelle commune").fill("Guéret (23)")
    page.keyboard.press("Escape")
    page.get_by_text("Rural", exact=True).click()
    page.get_by_text("Une mairie ou une collectivité", exact=True).click()
    page.get_by_text("Associations", exact=True).click()
    go_on(page, "Enregistrer et continuer", "Étape 3 sur 5")
    page.get_by_text(re.compile("^Coopération économique")).click()
    page.get_by_label("Les étapes").fill("Réparer le four.\nTrouver deux boulangers.")
    go_on(page, "Enregistrer et continuer", "Étape 4 sur 5")
    page.get_by_label("Ce que cela a changé").fill("Quatre-vingts pains par semaine.")
    page.get_by_label("Ce que cela a coûté").select_option("petit")
    go_on(page, "Enregistrer et continuer", "Étape 5 sur 5")
    go_on(page, "Envoyer à la brigade", "aucun exemple n’est publié sans ses pièges")

    page.get_by_role("link", name="Résultats, coût et pièges").click()
    page.get_by_label("Ce qui a mal marché").fill("La cheminée tirait mal.")
    go_on(page, "Enregistrer et continuer", "Étape 5 sur 5")
    go_on(page, "Envoyer à la brigade", "La brigade lit sous 5 jours ouvrés")
    item = ModerationItem.objects.get(kind="example")
    moderation.decide(item, actor=f.make_staff("national"), decision="accept", version=item.version)

    sign_in(page, site, f.make_user(commune="26281"))
    page.goto(f"{site.url}/bibliotheque/exemples/?q=four")
    page.get_by_role("link", name="Un four pour trois villages").click()
    expect(page.get_by_text("La cheminée tirait mal.")).to_be_visible()
    look(page)
    page.get_by_role("link", name="Faire pareil ici", exact=True).click()
    expect(page.get_by_label("Dans quelle commune")).to_have_value("Romans-sur-Isère (26)")
    look(page)
    go_on(page, "Commencer l’alliance", "Votre alliance est née, avec 2 étapes")
    expect(page.get_by_text(guests.name).first).to_be_visible()
    alliance = Alliance.objects.get()
    assert list(alliance.guided_steps.values_list("title", flat=True)) == Example.objects.get().steps
    page.goto(f"{site.url}{alliance.space_url}parcours/")
    expect(page.get_by_text("Trouver deux boulangers.")).to_be_visible()
