"""The kit and the public pages in a real browser: axe, a phone's width, the keyboard, no JavaScript."""

import pytest
from django.test import Client
from playwright.sync_api import expect

from tests.factories import make_user
from tests.support.accessibility import axe

PAGES = [
    "/",
    "/aide/",
    "/accessibilite/",
    "/confidentialite/",
    "/mentions-legales/",
    "/introuvable/",
    "/kit/",
]


@pytest.fixture
def kit(settings, site):
    settings.ROOT_URLCONF = "tests.ui.kit_urls"
    return site


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_nothing_overflows(kit, page, path, width):
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(kit.url + path)
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_refused_form_puts_the_reader_on_the_corrections(kit, page):
    page.goto(kit.url + "/kit/form/")
    axe(page)
    page.fill("#id_first_name", "Claire")
    page.click("button:text('Envoyer')")
    page.wait_for_selector("#erreurs")
    assert page.evaluate("document.activeElement.id") == "erreurs"
    assert page.title().startswith("Erreur – Formulaire")
    assert page.input_value("#id_first_name") == "Claire"
    axe(page)
    page.click("#erreurs a:text('Quand ?')")
    expect(page.locator("#id_when_0")).to_be_focused()


def test_the_first_tab_offers_to_skip_to_the_content(kit, page):
    page.goto(kit.url + "/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Contenu"
    page.keyboard.press("Enter")
    expect(page.locator("#contenu")).to_be_focused()


def test_the_phone_menu_opens_and_closes(kit, page):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(kit.url + "/")
    page.click("#bouton-menu")
    page.wait_for_selector("nav#navigation >> text=Trouver une mission", state="visible")
    axe(page)
    page.keyboard.press("Escape")
    page.wait_for_selector("nav#navigation >> text=Trouver une mission", state="hidden")


def test_the_menu_is_there_without_javascript_on_a_phone(kit, browser):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(kit.url + "/")
    assert page.is_visible("#pied-de-page >> text=Trouver une mission")
    page.goto(kit.url + "/kit/form/")
    page.click("button:text('Envoyer')")
    page.wait_for_selector("#erreurs", state="visible")
    context.close()


def test_on_a_phone_without_javascript_the_header_keeps_its_search_and_its_account(kit, browser):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(kit.url + "/")
    header = page.locator("header")
    for name in ("Se connecter", "Trouver une mission", "Mécénat de compétences"):
        expect(header.get_by_role("link", name=name)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    axe(page)
    header.get_by_role("searchbox").fill("compta")
    header.get_by_role("button", name="Rechercher").last.click()
    page.wait_for_url("**/recherche/?q=compta")
    context.close()


@pytest.mark.usefixtures("committed_db")
def test_on_a_phone_without_javascript_somebody_signed_in_reaches_their_space(site, browser, settings):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    client = Client()
    client.force_login(make_user())
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": client.session.session_key, "url": site.url}]
    )
    page = context.new_page()
    page.goto(site.url + "/")
    expect(page.locator("header").get_by_role("link", name="Mon espace")).to_be_visible()
    expect(page.locator("header").get_by_role("button", name="Se déconnecter")).to_be_visible()
    context.close()
