"""« Moyens » and « Indicateurs » in a real browser, filled as two years fill them: no violation, no page too wide."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from alliances.indicators.enums import Rhythm
from alliances.indicators.periods import last_ended
from jeveuxagir.common.clock import now, today
from tests import factories as f
from tests.alliances.test_browser import look, sign_in
from tests.indicators.test_services import Table

#: where to leave pictures, for whoever looks at the pages
PICTURES = os.environ.get("PICTURES", "")


def filled() -> tuple[Table, Any, Any]:
    table = Table()
    row = f.make_indicator(table.parties[1], name="Enfants qui lisent chaque semaine", axis="performance")
    period = last_ended(Rhythm.QUARTERLY, last_ended(Rhythm.QUARTERLY, today()))
    for number in (74, 61, 66, 40, 31, 22, 18):
        value = f.make_value(row, period=period, amount=number)
        if number == 61:
            value.reviews.create(party=table.parties[2], verdict="disputed", reason="Deux listes manquent.")
        if number == 40:
            f.make_value(row, period=period, amount=52, party=table.parties[2])
        period = last_ended(Rhythm.QUARTERLY, period)
    f.make_result(table.parties[1].organisation)
    contribution = f.make_contribution(table.parties[1])
    f.make_delivery(contribution, quantity=60)
    f.make_contribution(
        table.parties[0], kind="days", unit="jours", what="Des ateliers", planned=Decimal("12.5")
    )
    f.make_funding(table.alliance)
    f.make_funding(table.alliance, state="paid", obtained=3000, funder="La Région")
    type(table.alliance).objects.update(
        publication="public", published_at=now(), shown=["indicators", "contributions"]
    )
    return table, row, contribution


@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.proof)])
def test_the_pages_are_read_by_all_and_fit_a_phone(page: Any, site: Any, width: int) -> None:
    table, row, contribution = filled()
    page.set_viewport_size({"width": width, "height": 844})
    sign_in(page, site, table.people[1])
    space = f"{site.url}{table.alliance.space_url}"
    addresses = {
        "home": space,
        "means": f"{space}moyens/",
        "contribution": f"{space}moyens/{contribution.pk}/",
        "add": f"{space}moyens/ajouter/",
        "dictionary": f"{space}indicateurs/",
        "indicator": f"{space}indicateurs/{row.pk}/",
        "enter": f"{space}indicateurs/{row.pk}/saisir/",
        "define": f"{space}indicateurs/ajouter/",
        "results": f"{space}indicateurs/resultats/",
        "public": f"{site.url}{table.alliance.get_absolute_url()}",
    }
    for name, address in addresses.items():
        page.goto(address)
        look(page)
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)


def test_a_value_is_disputed_by_keyboard_and_every_party_reads_why(page: Any, site: Any) -> None:
    table, row, _contribution = filled()
    page.set_viewport_size({"width": 390, "height": 844})
    sign_in(page, site, table.people[0])
    page.goto(f"{site.url}{table.alliance.space_url}indicateurs/{row.pk}/")
    summary = page.locator("summary", has_text="Contester").first
    summary.focus()
    page.keyboard.press("Enter")
    page.get_by_label("Pourquoi").first.fill("La liste de juin manque.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("La liste de juin manque.").first).to_be_visible()
    expect(page.get_by_text("Votre raison est visible de tous")).to_be_visible()
