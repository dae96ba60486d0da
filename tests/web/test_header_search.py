"""In a browser: the search of the header proposes as one types, on any page, and one is not thrown out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jeveuxagir.findable import services
from tests import factories as f
from tests.support.accessibility import axe

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer


def test_the_search_of_the_header_proposes_things_and_places_as_one_types(
    site: LiveServer, page: Page
) -> None:
    f.make_mission(title="Lire avec des enfants")
    services.rebuild()
    page.goto(f"{site.url}/glossaire/")
    box = page.locator("#recherche-du-site-quoi")
    box.click()
    box.press_sequentially("lire av", delay=20)
    option = page.get_by_role("option", name="Lire avec des enfants")
    option.wait_for()
    assert box.input_value() == "lire av"
    axe(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/missions/*-lire-avec-des-enfants/")

    box = page.locator("#recherche-du-site-quoi")
    box.click()
    box.press_sequentially("Guéret", delay=20)
    page.get_by_role("option", name="Guéret (23)").click()
    page.wait_for_url("**/territoires/communes/23096-gueret/")

    box = page.locator("#recherche-du-site-quoi")
    box.fill("lire")
    page.keyboard.press("Enter")
    page.wait_for_url("**/recherche/?q=lire")
