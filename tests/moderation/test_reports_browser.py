"""Reporting a page, sharing and keeping a mission, in a browser at both widths; the brigade decides without a mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from jeveuxagir.moderation import reports
from jeveuxagir.moderation.models import ModerationItem, Report
from tests.factories import make_mission, make_slot, make_staff, sign_in_staff
from tests.support.accessibility import axe

if TYPE_CHECKING:
    from playwright.sync_api import Page

WIDTHS = [390, 1280]


@pytest.mark.parametrize("width", WIDTHS)
def test_a_visitor_reports_a_mission_from_its_page(page: Page, site: Any, width: int, settings: Any) -> None:
    settings.BOT_MINIMUM_SECONDS = 0
    mission = make_mission()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(site.url + mission.get_absolute_url())
    axe(page)
    page.get_by_role("link", name="Signaler cette mission").click()
    page.wait_for_url("**/signaler/**")
    axe(page)
    page.get_by_role("button", name="Envoyer le signalement").click()
    page.get_by_role("heading", name="Une correction est nécessaire").wait_for()
    axe(page)
    page.get_by_text("On demande de l’argent").click()
    page.get_by_label("Précisions").fill("Quinze euros avant de commencer.")
    page.get_by_role("button", name="Envoyer le signalement").click()
    page.get_by_role("heading", name="Merci, c’est envoyé").wait_for()
    axe(page)
    assert Report.objects.get().why == "money"
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", WIDTHS)
def test_a_mission_with_many_slots_unfolds_and_is_shared_by_plain_links(
    page: Page, site: Any, width: int
) -> None:
    mission = make_mission(slots=0)
    for day in range(1, 81):
        make_slot(mission, in_days=day)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(site.url + mission.get_absolute_url())
    page.get_by_text("Voir 74 autres créneaux").click()
    page.locator("summary", has_text="Partager").click()
    page.locator("summary", has_text="Ajouter à mon agenda").click()
    axe(page)
    assert page.get_by_role("link", name="Par courriel").is_visible()
    assert page.get_by_role("link", name="Je candidate").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", WIDTHS)
def test_the_brigade_reads_and_decides(page: Page, site: Any, width: int) -> None:
    mission = make_mission()
    for why in ("money", "gone"):
        reports.report(reports.subject_of(mission.get_absolute_url()), why=why)
    client = Client()
    sign_in_staff(client, make_staff("national"))
    page.context.add_cookies(
        [{"name": name, "value": morsel.value, "url": site.url} for name, morsel in client.cookies.items()]
    )
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{site.url}/brigade/signalements/")
    axe(page)
    page.get_by_role("link", name="2 signalements").first.click()
    page.get_by_label("Rien à signaler").wait_for()
    axe(page)
    page.get_by_label("Rien à signaler").press("Space")
    page.get_by_role("button", name="Décider", exact=True).press("Enter")
    page.get_by_text("Les personnes qui ont signalé et donné une adresse sont prévenues").wait_for()
    assert ModerationItem.objects.get(kind="report").decision == "accept"
    page.goto(f"{site.url}/administration/conservation/")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
