"""Evaluations and axes in a real browser: answered by hand, read side by side; no violation, no page too wide."""

from __future__ import annotations

import datetime
import os
from pathlib import Path
from typing import Any

import pytest
import time_machine
from playwright.sync_api import expect

from alliances.evaluations.models import Round
from alliances.models import Party
from jeveuxagir.common.clock import now
from tests import factories as f
from tests.alliances.test_browser import look, sign_in

from .test_services import Table

#: where to leave pictures, for whoever looks at the pages
PICTURES = os.environ.get("PICTURES", "")
NAMES = (
    "Les Mots passants",
    "Isère Cuir",
    "Communauté de communes des Deux Collines et du Haut-Pays romanais",
)
WORDS = "L’inscription des familles prend trop de place chez nous, et les réparations tombent sur les mêmes personnes."


def filled() -> tuple[Table, Round, Round]:
    """A first evaluation revealed, one more revealed, one abandoned."""
    table = Table(publication="public", published_at=now(), shown=["axes"])
    for party, name in zip(table.parties, NAMES, strict=True):
        Party.objects.filter(pk=party.pk).update(name=name)
    with time_machine.travel(now() - datetime.timedelta(days=200), tick=False):
        table.revealed(1, 3, 5, label="Bilan de la première année")
    second = table.open(label="Bilan du printemps")
    for number, scores in enumerate(((4, 2, 4, 4, 4), (4, 5, 5, 4, 4), (3, 4, 3, 4, 5))):
        said = zip(f.said_of(), scores, strict=True)
        table.answer(second, number, said={question: (score, WORDS) for question, score in said})
    f.make_evidence(table.alliance)
    f.make_evidence(table.alliance, axis="performance", link="", evaluation=second)
    return table, second, table.open(label="Bilan de l’année")


@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.proof)])
def test_an_evaluation_is_answered_by_hand_and_read_by_all(page: Any, site: Any, width: int) -> None:
    table, revealed, opened = filled()
    page.set_viewport_size({"width": width, "height": 844})
    sign_in(page, site, table.people[0])
    space = f"{site.url}{table.alliance.space_url}"
    addresses = {
        "home": space,
        "rounds": f"{space}evaluations/",
        "revealed": f"{site.url}{revealed.page_url}",
        "open-one": f"{site.url}{opened.page_url}",
        "open": f"{space}evaluations/ouvrir/",
        "abandon": f"{space}evaluations/{opened.pk}/abandonner/",
        "axes": f"{space}preuves/",
        "prove": f"{space}preuves/ajouter/",
        "public": f"{site.url}{table.alliance.get_absolute_url()}",
        "answer": f"{space}evaluations/{opened.pk}/repondre/{table.parties[0].pk}/",
    }
    for name, address in addresses.items():
        page.goto(address)
        look(page)
        if PICTURES:
            page.screenshot(path=Path(PICTURES) / f"{name}-{width}.png", full_page=True)
    page.get_by_role("button", name="Envoyer la réponse").click()
    expect(page.get_by_text("Donnez une note sur l’équilibre.").first).to_be_visible()
    look(page)
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"errors-{width}.png", full_page=True)
    for group in page.get_by_role("group").all():
        for radio in group.get_by_label("4 – bien").all():
            radio.check(force=True)
    for field in page.locator("textarea").all():
        field.fill("Nous tenons parole.")
    page.get_by_label("Vous répondez en qualité de").fill("présidente")
    page.get_by_role("button", name="Envoyer la réponse").click()
    expect(page.get_by_text("Elle reste cachée jusqu’à ce que chaque partie ait répondu")).to_be_visible()
    look(page)
