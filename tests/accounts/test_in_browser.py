"""The pages of an account in a real browser: usable, accessible at both widths, with and without JavaScript."""

from __future__ import annotations

import re
from typing import Any

import pyotp
import pytest
from playwright.sync_api import expect

from jeveuxagir.accounts import services
from jeveuxagir.notifications.models import Message
from tests import factories as f
from tests.support.accessibility import axe

pytestmark = pytest.mark.xdist_group("browser")

WIDTHS = (390, 1280)


def check(page: Any) -> None:
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        axe(page)


def last_code() -> str:
    message = Message.objects.filter(subject__contains="code").latest("created_at")
    found = re.search(r"\d{4}-\d{4}", message.subject)
    assert found
    return found[0]


def test_somebody_signs_up_with_the_proof_of_work_and_looks_around(site, page):
    page.goto(f"{site.url}/compte/inscription/")
    check(page)
    page.get_by_label("Prénom").fill("Nour")
    page.get_by_label("Adresse électronique", exact=True).fill("nour@exemple.fr")
    guardian = page.get_by_label("parent ou tuteur")
    expect(guardian).to_be_hidden()
    page.get_by_label("Date de naissance").fill(f.born_for(17).isoformat())
    expect(guardian).to_be_visible()
    page.get_by_label("Date de naissance").fill(f.born_for(30).isoformat())
    expect(guardian).to_be_hidden()
    expect(page.locator("input[name=proof]")).to_have_value(re.compile(".{40}"), timeout=30_000)
    page.get_by_label("J’accepte les conditions").check(force=True)
    page.get_by_role("button", name="Créer mon compte").click()
    page.wait_for_url("**/compte/adresse/confirmer/")
    check(page)
    page.get_by_label("Code reçu par courriel").fill(last_code())
    page.get_by_role("button", name="Valider le code").click()
    page.wait_for_url("**/mon-espace/")
    expect(page.get_by_role("heading", name="Bonjour Nour")).to_be_visible()
    for path in (
        *("/mon-espace/", "/mon-espace/profil/", "/mon-espace/donnees/", "/compte/appareils/"),
        *("/compte/adresse/", "/compte/mot-de-passe/choisir/", "/compte/double-verification/"),
        *("/compte/double-verification/activer/", "/compte/deconnexion/"),
    ):
        page.goto(site.url + path)
        check(page)


def test_a_form_with_errors_says_so_and_stays_accessible(site, page):
    page.goto(f"{site.url}/compte/inscription/")
    page.get_by_role("button", name="Créer mon compte").click()
    page.wait_for_selector(".fr-error-text, .fr-message--error")
    assert page.title().startswith("Erreur")
    check(page)


def test_somebody_signs_in_without_javascript(site, browser):
    f.make_user(email="nour@exemple.fr")
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    page.goto(f"{site.url}/compte/connexion/")
    page.get_by_label("Adresse électronique").fill("nour@exemple.fr")
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("Code reçu par courriel").fill(last_code())
    page.get_by_role("button", name="Valider le code").click()
    page.wait_for_url("**/mon-espace/")
    context.close()


def test_an_agent_gives_both_factors(site, page):
    agent = f.make_staff("brigade_member", email="agent@exemple.fr")
    secret = pyotp.random_base32()
    services.seed_totp(agent, secret)
    page.goto(f"{site.url}/brigade/")
    check(page)
    page.get_by_label("Adresse électronique").fill("agent@exemple.fr")
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("Code reçu par courriel").fill(last_code())
    page.get_by_role("button", name="Valider le code").click()
    page.wait_for_url("**/double-verification/code/**")
    check(page)
    page.get_by_label("Code de votre application").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Continuer").click()
    page.wait_for_url("**/brigade/")


def test_a_guardian_reads_and_objects(site, page):
    from jeveuxagir.accounts.tokens import new_token

    token, token_hash = new_token()
    f.make_person(age=17, first_name="Léo").guardian_notices.update(token_hash=token_hash)
    page.goto(f"{site.url}/tuteur/{token}/")
    check(page)
    page.get_by_role("button", name="Je m’oppose").click()
    expect(page.get_by_role("heading", name="Votre opposition est enregistrée")).to_be_visible()
    check(page)


def test_on_a_phone_one_sees_in_the_menu_where_one_is_and_reads_what_waits(site, page, client):
    user = f.make_user(first_name="Nour")
    for number in range(7):
        f.make_idea(person=user.person, what=f"{'Une très longue idée ' * 6}{number}", state="problem")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page.context.add_cookies(
        [{"name": name, "value": morsel.value, "url": site.url} for name, morsel in client.cookies.items()]
    )
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(f"{site.url}/mon-espace/donnees/")
    folded = page.locator(".my-menu-phone")
    expect(folded.locator("summary")).to_contain_text("Mes données")
    folded.locator("summary").press("Enter")
    for link in folded.get_by_role("link").all():
        box = link.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    page.goto(f"{site.url}/mon-espace/")
    expect(page.locator(".my-tasks > li")).to_have_count(5)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    check(page)
    page.set_viewport_size({"width": 390, "height": 900})
    page.get_by_role("link", name="Voir tout (7)").press("Enter")
    expect(page.locator(".my-tasks > li")).to_have_count(7)
    expect(page.locator("#a-faire")).to_be_in_viewport()
