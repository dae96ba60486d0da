"""Saying what one lives through, in a browser."""

import pytest
from playwright.sync_api import expect

from alliances.statements.models import Statement
from tests import factories as f
from tests.alliances.test_browser import sign_in
from tests.support.accessibility import axe


@pytest.mark.parametrize("width", [390, 1280])
def test_from_the_page_of_a_commune_to_a_text_that_waits(site, page, width):
    page.set_viewport_size({"width": width, "height": 800})
    user = f.make_user(first_name="Rose")
    said = f.make_statement(text="Le soir, tout est fermé. " * 20, signed=True)
    sign_in(page, site, user)
    page.goto(f"{site.url}/territoires/communes/23096-gueret/")
    axe(page)
    page.get_by_role("link", name="Dire ce que je vis ici").click()
    expect(page.get_by_label("Dans quelle commune")).to_have_value("Guéret (23)")
    axe(page)
    page.get_by_label("Qu’est-ce que vous vivez ici").fill("Le dernier car part à 17 h.")
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_text("C’est envoyé.")).to_be_visible()
    axe(page)
    page.get_by_text("Retirer mon témoignage").first.click()
    assert Statement.objects.get(person=user.person).text == "Le dernier car part à 17 h."
    page.goto(site.url + said.get_absolute_url())
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
