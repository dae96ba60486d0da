"""The search in a real browser: filters apply at once, suggestions by keyboard, a map; and without JavaScript."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jeveuxagir.taxonomies.models import Activity
from missions import services
from tests.factories import LILLE, make_mission
from tests.support.accessibility import axe

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pytest_django.live_server_helper import LiveServer

PHONE = {"width": 390, "height": 844}


def some_missions() -> None:
    gardening = Activity.objects.get(name="Jardinage")
    for title, domain, place in (
        ("Lire à voix haute", "education", None),
        ("Jardiner ensemble", "environnement", None),
        ("Lire loin d’ici", "education", LILLE),
    ):
        made = make_mission(title=title, domain=domain, **({"commune": place} if place else {}))
        made.activities.set([gardening] if "Jardiner" in title else [])
        services.set_search_extra(made)


def test_a_filter_applies_at_once_keeps_the_focus_and_the_way_back(site: LiveServer, page: Page) -> None:
    some_missions()
    page.goto(f"{site.url}/missions/")
    page.get_by_role("checkbox", name="Éducation pour tous").focus()
    page.keyboard.press("Space")
    page.wait_for_url("**domaine=education**")
    page.get_by_role("heading", name="2 missions").wait_for()
    assert page.evaluate("document.activeElement.id") == "f-domaine-education"
    assert page.locator("body > [role=status]").inner_text() == "2\u00a0missions"
    page.get_by_role("link", name="Retirer le filtre Éducation pour tous").click()
    page.get_by_role("heading", name="3 missions").wait_for()
    assert not page.get_by_role("checkbox", name="Éducation pour tous").is_checked()
    page.go_back()
    page.get_by_role("heading", name="2 missions").wait_for()
    assert page.get_by_role("checkbox", name="Éducation pour tous").is_checked()


def test_suggestions_are_chosen_by_keyboard(site: LiveServer, page: Page) -> None:
    some_missions()
    page.goto(f"{site.url}/missions/")
    what = page.get_by_role("combobox", name="Quoi ?")
    what.fill("jardi")
    page.get_by_role("option", name="Jardinage").wait_for()
    axe(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**activite=jardinage**")
    page.get_by_role("heading", name="1 mission").wait_for()
    page.get_by_role("link", name="Retirer le filtre Jardinage").wait_for()
    what = page.get_by_role("combobox", name="Quoi ?")
    what.fill("lire")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=lire**")


def test_the_map_is_a_list_too_and_no_wider_than_a_phone(site: LiveServer, page: Page) -> None:
    some_missions()
    page.set_viewport_size(PHONE)
    for path in (
        "/missions/?vue=carte",
        "/missions/?vue=carte&lieu=Gu%C3%A9ret+(23)",
        "/missions/?q=jardinnage",
        "/missions/?q=licorne&lieu=Gu%C3%A9ret+(23)&domaine=sport",
        "/missions/?domaine=education&avant=domaine%3Dsport",
    ):
        page.goto(site.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        axe(page)
    page.goto(f"{site.url}/missions/?vue=carte&lieu=Lille+(59)")
    page.get_by_role("link", name="1. Lire loin d’ici").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Lire loin d’ici", level=1).wait_for()


def test_everything_works_without_javascript(site: LiveServer, browser: Browser) -> None:
    some_missions()
    context = browser.new_context(java_script_enabled=False, locale="fr-FR", viewport=PHONE)
    page = context.new_page()
    page.goto(f"{site.url}/missions/")
    page.get_by_text("Filtres", exact=True).first.click()
    page.get_by_text("Éducation pour tous").first.click()
    page.get_by_role("button", name="Appliquer les filtres").click()
    page.get_by_role("heading", name="2 missions").wait_for()
    page.get_by_role("link", name="Carte").click()
    page.locator("svg.ui-map__svg").wait_for()
    page.get_by_label("Quoi ?").fill("licorne")
    page.locator("#recherche").get_by_role("button", name="Rechercher").click()
    page.get_by_role("link", name="Sans les mots « licorne »").click()
    page.get_by_text("Nous avons élargi").wait_for()
    page.get_by_role("link", name="Revenir à ma recherche").click()
    page.get_by_role("heading", name="Aucune mission trouvée").wait_for()
    context.close()
