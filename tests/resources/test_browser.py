"""A need in a real browser: tried without an account, said, read, contributed to, confirmed; by both sides."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from jeveuxagir.common.clock import today
from missions.resources import services
from missions.resources.models import Need
from tests import factories as f
from tests.support.accessibility import axe


def sign_in(page: Page, site: Any, user: Any) -> None:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page.context.clear_cookies()
    page.context.add_cookies(
        [{"name": name, "value": kept.value, "url": site.url} for name, kept in client.cookies.items()]
    )


def look(page: Page) -> None:
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, page.url


@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.proof)])
def test_a_need_is_said_contributed_to_and_confirmed(page: Page, site: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{site.url}/moyens/orienter/")
    page.get_by_label("De l’argent, en euros").check(force=True)
    page.get_by_label("Combien, en euros").fill("5 000")
    page.get_by_label("Dans quel domaine").select_option("sante")
    page.get_by_role("button", name="Voir ce qui peut m’aider").click()
    expect(page.get_by_text("Il aide ce domaine : Santé.").first).to_be_visible()
    look(page)
    page.goto(f"{site.url}/moyens/instruments/leader/")
    look(page)

    association = f.make_organisation(name="La Table ouverte")
    member = f.make_member(association)
    sign_in(page, site, member)
    page.goto(f"{site.url}/moyens/dire/")
    look(page)
    page.get_by_label("Des biens", exact=True).check(force=True)
    page.get_by_label("Votre besoin, en une phrase").fill("Des repas pour le soir")
    page.get_by_label("Combien").fill("200")
    page.get_by_label("Unité, pour des biens").fill("repas")
    page.get_by_label("Pour quoi faire").fill(
        "Quarante personnes repartent chaque soir avec du pain seulement."
    )
    page.get_by_label("Jusqu’à quand").fill((today() + datetime.timedelta(days=30)).isoformat())
    page.get_by_label("Domaine").select_option("solidarite-insertion")
    page.get_by_role("button", name="Garder en brouillon").click()
    expect(page.get_by_text("Votre brouillon est gardé")).to_be_visible()
    look(page)
    page.get_by_role("button", name="Envoyer à la brigade").click()
    expect(page.get_by_text("C’est envoyé.")).to_be_visible()
    need = Need.objects.get()
    services.publish(need, actor=None)

    page.goto(f"{site.url}/moyens/")
    look(page)
    company = f.make_organisation(kind="company", name="Boulangerie du Pont")
    sign_in(page, site, f.make_member(company))
    page.goto(f"{site.url}{need.get_absolute_url()}")
    look(page)
    page.get_by_role("link", name="Promettre une contribution").click()
    page.get_by_label("En quelques mots").fill("Des repas livrés")
    page.get_by_label("Combien").fill("40")
    page.get_by_label("Unité").fill("repas")
    page.get_by_label("À quel rythme").select_option("week")
    look(page)
    page.get_by_role("button", name="Promettre").click()
    expect(page.get_by_text("C’est noté : La Table ouverte est prévenue")).to_be_visible()
    look(page)

    sign_in(page, site, member)
    page.goto(f"{site.url}{need.manage_url}")
    page.get_by_text("Confirmer ce que nous avons reçu").click()
    page.get_by_label("Quantité reçue, en repas par semaine").fill("35")
    look(page)
    page.get_by_role("button", name="Confirmer").click()
    expect(page.get_by_text("C’est noté, et Boulangerie du Pont est prévenue.")).to_be_visible()
    expect(page.get_by_text("35 repas par semaine", exact=False).first).to_be_visible()
