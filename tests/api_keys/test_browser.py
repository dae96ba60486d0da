"""In a real browser: a key is made, copied, used by a program, revoked, and used no more."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.alliances.test_browser import look, sign_in
from tests.sponsorships.builders import story


def looked_at(page: Page) -> None:
    """The page as it stands, on a desk then on a phone: a key is shown once, nothing is asked again."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        look(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_key_is_made_copied_used_and_revoked(page: Page, site: Any) -> None:
    s = story()
    row = s.signed(3)
    s.validated(row)
    sign_in(page, site, s.coordinator)
    page.goto(site.url + reverse("sponsorships:all", args=[s.company.pk, s.company.slug]))
    page.get_by_role("link", name="Clés d’API").click()
    looked_at(page)
    page.get_by_label("À quoi sert cette clé").fill("Tableau de bord RSE")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Copiez votre clé maintenant")).to_be_visible()
    looked_at(page)
    key = page.get_by_label("Clé « Tableau de bord RSE »").input_value()

    def ask() -> Any:
        bearer = {"Authorization": f"Bearer {key}"}
        return page.request.get(f"{site.url}/api/v1/own/sponsorships/{row.pk}/days/", headers=bearer)

    assert [day["person"] for day in ask().json()["results"]] == ["Zoé Martin"]
    page.get_by_role("link", name="C’est copié, voir les clés").click()
    expect(page.get_by_text("a servi le")).to_be_visible()
    expect(page.get_by_text(key)).to_have_count(0)
    page.get_by_role("link", name="Retirer la clé Tableau de bord RSE").click()
    looked_at(page)
    page.get_by_role("button", name="Retirer cette clé").click()
    expect(page.get_by_role("heading", name="Ne servent plus")).to_be_visible()
    refused = ask()
    assert refused.status == 401
    assert "retirée" in refused.json()["detail"]
    page.goto(f"{site.url}/api/#cle")
    looked_at(page)
