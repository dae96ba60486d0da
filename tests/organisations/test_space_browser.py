"""An organisation's space in a real browser: on a phone its menu is folded, and the way past it is short."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests import factories as f
from tests.support.accessibility import axe

pytestmark = pytest.mark.usefixtures("committed_db")


def sign_in(page: Page, site: Any, settings: Any, user: Any) -> None:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    key = client.session.session_key
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "url": site.url}])


@pytest.mark.parametrize("kind", ["association", "company"])
def test_on_a_phone_a_step_is_in_sight_and_the_menu_is_folded(
    page: Page, site: Any, settings: Any, kind: str
) -> None:
    organisation = f.make_organisation(kind=kind, name="Les Amis du Vallon")
    sign_in(page, site, settings, f.make_member(organisation))
    page.set_viewport_size({"width": 390, "height": 844})
    name = "skill_needs:create" if kind == "association" else "offers:create"
    page.goto(site.url + reverse(name, args=[organisation.pk, organisation.slug]))
    field = page.locator("main form .fr-input, main form .fr-radio-group").first
    box = field.bounding_box()
    assert box is not None
    assert box["y"] < 700
    axe(page)
    page.locator(".org-menu-phone summary").click()
    expect(page.locator(".org-menu-phone").get_by_role("link", name="Équipe", exact=True)).to_be_visible()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_way_to_the_content_goes_past_the_menu_of_the_space(page: Page, site: Any, settings: Any) -> None:
    organisation = f.make_organisation()
    sign_in(page, site, settings, f.make_member(organisation))
    page.goto(site.url + reverse("skill_needs:space", args=[organisation.pk, organisation.slug]))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#page")).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#page') !== null")


def test_a_title_that_is_pasted_is_counted_never_cut(page: Page, site: Any, settings: Any) -> None:
    company = f.make_company()
    sign_in(page, site, settings, f.make_member(company))
    page.goto(site.url + reverse("offers:create", args=[company.pk, company.slug]))
    title = page.get_by_label("Titre de l’offre")
    title.fill("a" * 150)
    expect(page.locator(".ui-left")).to_have_text("Encore 10\u00a0caractères")
    title.fill("a" * 163)
    expect(page.locator(".ui-left")).to_have_text("3\u00a0caractères de trop")
    page.get_by_role("button", name="continuer").click()
    expect(page.locator("#erreurs")).to_contain_text("160")
    assert len(page.get_by_label("Titre de l’offre").input_value()) == 163
