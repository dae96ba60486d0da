"""An event in a real browser: written, filled; somebody gives a place back in one click, who waits first is served."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from alliances.events import services
from alliances.events.models import Event, Registration
from jeveuxagir.common.clock import today
from jeveuxagir.notifications.models import Message
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
def test_an_event_is_filled_and_its_waiting_list_is_served(page: Page, site: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    organisation = f.make_organisation(name="Roue libre")
    sign_in(page, site, f.make_member(organisation))
    page.goto(f"{site.url}/evenements/proposer/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Proposer un événement")
    look(page)
    page.get_by_label("Sorte d’événement").select_option("workshop")
    page.get_by_label("Titre").fill("Réparer son vélo ensemble")
    page.get_by_label("Présentation").fill(
        "On apprend à changer une chambre à air, puis chacun répare le sien."
    )
    page.get_by_label("Quel jour").fill((today() + datetime.timedelta(days=12)).isoformat())
    page.get_by_label("Il commence à").fill("14:00")
    page.get_by_label("Il finit à").fill("16:00")
    page.get_by_label("Lieu", exact=False).last.fill("Maison des associations")
    page.get_by_label("Nombre de places sur place").fill("1")
    page.get_by_role("button", name="Garder en brouillon").click()
    expect(page.get_by_text("Votre brouillon est gardé")).to_be_visible()
    look(page)
    page.get_by_role("button", name="Envoyer à la brigade").click()
    expect(page.get_by_text("C’est envoyé.")).to_be_visible()
    event = Event.objects.get()
    services.publish(event, actor=None)

    # the first takes the only place, the second waits
    first, second = f.make_user(first_name="Nadia"), f.make_user(first_name="Karim")
    for user, words in ((first, "Votre place est prise."), (second, "Vous êtes sur la liste d’attente.")):
        sign_in(page, site, user)
        page.goto(f"{site.url}/evenements/?lieu=Gu%C3%A9ret+(23)")
        look(page)
        page.get_by_role("link", name="Réparer son vélo ensemble").click()
        page.get_by_role("link", name=re.compile("M’inscrire")).click()
        look(page)
        page.get_by_role("button", name=re.compile("Prendre une place|M’inscrire sur la liste")).click()
        expect(page.get_by_text(words)).to_be_visible()
        look(page)

    # one click from the mail, without signing in
    mail = Message.objects.get(kind="events.registered", person=first.person)
    match = re.search(r"/evenements/mon-inscription/\S+", mail.text)
    assert match
    page.context.clear_cookies()
    page.goto(site.url + match[0])
    look(page)
    page.get_by_role("button", name="Annuler mon inscription").click()
    expect(page.get_by_text("Votre inscription est annulée")).to_be_visible()
    look(page)
    served = Registration.objects.get(person=second.person)
    assert served.state == "registered"
    assert Message.objects.filter(kind="events.promoted", person=second.person).count() == 1

    # the organisation sees who comes
    sign_in(page, site, organisation.memberships.get().person.user)
    page.goto(site.url + event.manage_url)
    expect(page.get_by_text("Karim", exact=False).first).to_be_visible()
    look(page)


def test_registering_works_without_javascript(browser: Browser, site: Any) -> None:
    event = f.make_event(mode="both", capacity=3)
    context = browser.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{site.url}{event.get_absolute_url()}")
    page.get_by_role("link", name="M’inscrire").click()
    page.get_by_role("button", name="Prendre une place").click()
    expect(page.get_by_text("Dites comment vous venez.").first).to_be_visible()
    look(page)
    page.locator("label", has_text="En ligne").click()
    page.get_by_label("Prénom").fill("Sam")
    page.get_by_label("Adresse électronique").fill("sam@exemple.fr")
    page.get_by_role("button", name="Prendre une place").click()
    expect(page.get_by_text("ouvrez votre messagerie")).to_be_visible()
    look(page)
    context.close()
    assert Registration.objects.get().state == "to_confirm"
