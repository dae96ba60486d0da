"""The commune field in a real browser: keyboard, mouse, phone, no script."""

import pytest
from playwright.sync_api import expect

from tests.support.accessibility import axe


@pytest.fixture
def field(site, page, settings):
    settings.ROOT_URLCONF = "tests.territories.field_page"
    page.goto(f"{site.url}/essai/")
    return page.get_by_role("combobox", name="Commune")


def test_one_chooses_a_suggestion_with_the_keyboard(field, page):
    field.press_sequentially("romans")
    options = page.get_by_role("option")
    expect(options.first).to_contain_text("Romans-sur-Isère (26)")
    expect(field).to_have_attribute("aria-expanded", "true")
    field.press("ArrowDown")
    chosen = page.get_by_role("option", selected=True)
    expect(chosen).to_contain_text("Romans-sur-Isère (26)")
    assert field.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    axe(page)
    field.press("Enter")
    expect(field).to_have_value("Romans-sur-Isère (26)")
    expect(page.get_by_role("listbox")).to_be_hidden()
    field.press("Enter")
    expect(page.locator("#place")).to_have_text("Romans-sur-Isère (26)")


def test_one_chooses_with_a_finger_on_a_phone(field, page):
    page.set_viewport_size({"width": 390, "height": 844})
    field.press_sequentially("st denis")
    page.get_by_role("option", name="Saint-Denis (93)").click()
    expect(field).to_have_value("Saint-Denis (93)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_escape_closes_and_keeps_what_was_typed(field, page):
    field.press_sequentially("gueret")
    expect(page.get_by_role("option").first).to_contain_text("Guéret (23)")
    field.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field).to_have_value("gueret")


def test_nothing_found_is_said(field, page):
    field.press_sequentially("zzzzqqqq")
    expect(page.get_by_role("status").filter(has_text="Aucune commune trouvée.")).to_be_attached()


def test_without_script_several_matches_become_radios(site, browser, settings):
    settings.ROOT_URLCONF = "tests.territories.field_page"
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{site.url}/essai/")
    page.get_by_label("Commune").fill("Saint-Denis")
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_label("Commune")).to_have_value("Saint-Denis")
    page.locator("label", has_text="Saint-Denis (93)").click()
    page.get_by_role("button", name="Envoyer").click()
    expect(page.locator("#place")).to_have_text("Saint-Denis (93)")
    context.close()


def test_the_refused_field_and_the_sources_page_are_accessible(site, page, settings):
    settings.ROOT_URLCONF = "tests.territories.field_page"
    page.goto(f"{site.url}/essai/?place=Saint-Denis")
    expect(page.get_by_role("radio").first).to_be_visible()
    axe(page)
    page.goto(f"{site.url}/donnees/")
    axe(page)
