"""The glossary and the programme in a real browser: no violation at two widths, nothing wider than a phone, no script
needed; a word's definition comes by keyboard and goes by Escape."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from alliances.programme.models import Evidence
from tests import factories as f
from tests.brigades.test_browser import sign_in
from tests.support.accessibility import axe

WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def looked_at(page: Page, site: Any, *paths: str) -> None:
    for path in paths:
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            response = page.goto(site.url + path)
            assert response is not None
            assert response.status == 200, path
            assert page.evaluate(WIDE) <= 0, (path, width)
            axe(page)


@pytest.fixture
def pledge(site: Any) -> Any:
    Evidence.objects.create(
        measure_id=1, on=datetime.date(2021, 1, 1), text="Ouvert.", source="Bilan", status="started"
    )
    late = datetime.date(2021, 3, 1)
    return f.make_pledge(until=late, asked_at=datetime.datetime(2021, 3, 2, 9, tzinfo=datetime.UTC))


def test_what_anybody_reads_has_no_violation(page: Page, site: Any, pledge: Any) -> None:
    looked_at(
        page,
        site,
        "/glossaire/",
        "/glossaire/catalyseur-territorial/",
        "/rapport/",
        "/rapport/plateforme/brigades/",
        "/mesures/",
        "/mesures/1/",
        pledge.get_absolute_url(),
    )


def test_what_a_member_and_national_staff_write_has_no_violation(page: Page, site: Any, pledge: Any) -> None:
    client = Client()
    client.force_login(f.make_member(pledge.organisation, role="owner"))
    page.context.add_cookies(
        [{"name": name, "value": morsel.value, "url": site.url} for name, morsel in client.cookies.items()]
    )
    looked_at(
        page,
        site,
        "/glossaire/charte/contester/",
        "/mesures/2/engagements/nouveau/",
        pledge.get_absolute_url(),
    )
    page.context.clear_cookies()
    sign_in(page, site, f.make_staff("national"))
    looked_at(page, site, "/brigade/mesures/", "/brigade/mesures/1/")


def test_a_definition_comes_by_keyboard_and_goes_by_escape(page: Page, site: Any) -> None:
    page.goto(site.url + "/glossaire/catalyseur-territorial/")
    word = page.locator("a.ui-word").first
    definition = page.locator(f"#{word.get_attribute('aria-describedby')}")
    expect(definition).to_be_hidden()
    word.focus()
    expect(definition).to_be_visible()
    page.keyboard.press("Escape")
    expect(definition).to_be_hidden()
    word.click()
    expect(page.locator("h1")).to_have_text("Dialogue territorial")


def test_without_javascript_one_filters_and_reads_the_chart(browser: Browser, site: Any, pledge: Any) -> None:
    context = browser.new_context(locale="fr-FR", java_script_enabled=False)
    page = context.new_page()
    page.goto(site.url + "/mesures/?dimension=strategic")
    expect(page.locator("table.pr-table tbody tr")).to_have_count(7)
    expect(page.locator(".ui-chart__table table")).to_be_visible()
    page.get_by_role("link", name="Retirer le filtre Stratégique").click()
    expect(page.locator("table.pr-table tbody tr")).to_have_count(21)
    context.close()
