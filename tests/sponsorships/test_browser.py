"""Both sides in a real browser, on a phone and on a desk: a day noted, refused, corrected, validated, and the end."""

from __future__ import annotations

import os
from typing import Any

from django.urls import reverse
from playwright.sync_api import Page, expect

from missions.sponsorships import services
from missions.sponsorships.enums import Side
from missions.sponsorships.models import DayEntry
from tests.alliances.test_browser import look, sign_in

from .builders import story
from .test_pages import url, working_day


def seen(page: Page, path: str, site: Any, name: str = "") -> None:
    """Looked at by axe, on a desk then on a phone."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(site.url + path)
        look(page)
        if os.environ.get("PICTURES"):
            page.screenshot(path=f"{os.environ['PICTURES']}/{name}-{width}.png", full_page=True)


def test_a_day_is_noted_refused_corrected_and_validated(page: Page, site: Any) -> None:
    s = story()
    row = s.agreed(4)
    text = s.proposed(row)
    sign_in(page, site, s.manager)
    seen(page, url("convention", s.association, row.pk, text.pk), site, "convention")
    expect(page.get_by_text("Zoé Martin")).to_have_count(0)
    page.goto(site.url + url("convention", s.association, row.pk, text.pk))
    page.get_by_label("En quelle qualité signez-vous").fill("présidente")
    page.get_by_role("button", name="J’ai lu, je signe").click()
    expect(page.get_by_text("Vous avez signé pour votre organisation")).to_be_visible()
    services.sign(text, actor=s.coordinator, side=Side.COMPANY, seen_hash=text.text_hash)

    page.context.clear_cookies()
    sign_in(page, site, s.coordinator)
    seen(page, url("all", s.company), site, "all")
    seen(page, url("prepare", s.company), site, "prepare")
    day = working_day(2)
    seen(page, url("log_day", s.company, row.pk), site, "log")
    page.get_by_label("Quel jour").fill(day.isoformat())
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("L’association valide à son tour")).to_be_visible()
    entry = DayEntry.objects.get()
    services.refuse_day(entry, actor=s.manager, side=Side.ASSOCIATION, reason="Le matin seulement.")
    seen(page, url("one", s.company, row.pk), site, "one-company")
    page.get_by_role("link", name="Corriger").first.click()
    page.get_by_text("Matin", exact=True).click()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Corrige ce qui était noté")).to_be_visible()

    page.context.clear_cookies()
    sign_in(page, site, s.manager)
    seen(page, url("one", s.association, row.pk), site, "one-association")
    page.get_by_role("button", name="Valider le").first.click()
    expect(page.get_by_text("La journée est validée")).to_be_visible()
    seen(page, url("debrief", s.association, row.pk), site, "debrief")
    s.debriefed(row)

    page.context.clear_cookies()
    sign_in(page, site, s.coordinator)
    seen(page, url("one", s.company, row.pk), site, "one-end")
    page.get_by_role("button", name="Terminer").click()
    expect(page.get_by_text("C’est terminé. Merci.").first).to_be_visible()
    seen(page, url("statement", s.company), site, "statement")
    page.context.clear_cookies()
    sign_in(page, site, s.worker)
    seen(page, reverse("sponsorships:mine"), site, "mine")
    seen(page, reverse("sponsorships:rules"), site, "rules")
