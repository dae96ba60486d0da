"""Skill needs on a phone: no axe violation, nothing wider than the screen; one is said without JavaScript."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.test import Client
from playwright.sync_api import expect

from jeveuxagir.common.clock import today
from missions.skill_needs.models import SkillNeed
from tests.factories import make_member, make_organisation, make_skill_need
from tests.missions.test_browser import PHONE, look, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pytest_django.live_server_helper import LiveServer


def test_every_page_on_a_phone(site: LiveServer, page: Page) -> None:
    organisation = make_organisation()
    owner = make_member(organisation)
    need = make_skill_need(organisation=organisation, title="Anticonstitutionnellement " * 6)
    draft = make_skill_need(
        organisation=organisation, state="draft", project_type="site-internet", deliverable=""
    )
    late = make_skill_need(organisation=organisation, deadline=today() - timedelta(days=3))
    look(page, site, "/besoins/", "/besoins/?q=licorne&forme=flash&famille=zut", need.get_absolute_url())
    sign_in(page, site, owner)
    space = f"{organisation.space_url}besoins/"
    sections = ("projet", "livrable", "utilite", "competences", "volume", "date-et-lieu", "contact")
    look(page, site, space, f"{space}nouveau/", f"{space}{draft.pk}/relire/", f"{space}{late.pk}/")
    look(page, site, *(f"{space}{draft.pk}/modifier/{section}/?suite=1" for section in sections))


def test_a_need_is_said_to_its_end_without_javascript(site: LiveServer, browser: Browser) -> None:
    organisation = make_organisation()
    owner = make_member(organisation)
    context = browser.new_context(viewport=PHONE, java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    sign_in(page, site, owner)
    page.goto(f"{site.url}{organisation.space_url}besoins/")
    page.get_by_role("link", name="Dire un besoin").click()
    page.get_by_label("Votre besoin, en une ligne").fill("Relire notre bail")
    page.get_by_text("Droit :").click()

    def go_on() -> None:
        page.get_by_role("button", name="Enregistrer et continuer").click()

    go_on()
    expect(page.get_by_text("Pour vous aider : Droit")).to_be_visible()
    page.get_by_label("Ce qui sera rendu").fill("Une note de deux pages et une heure pour en parler.")
    go_on()
    page.get_by_label("Votre domaine").select_option("education")
    go_on()
    go_on()  # the skills of this kind of work are already ticked
    page.get_by_label("Nombre de jours").fill("beaucoup")
    go_on()
    expect(page.get_by_text("Écrivez un nombre de jours").first).to_be_visible()
    page.get_by_label("Nombre de jours").fill("une demi-journée")
    go_on()
    page.get_by_label("Pour quand").fill((today() + timedelta(days=30)).isoformat())
    go_on()
    go_on()  # who writes it is the contact
    expect(page.get_by_text("Tout est prêt")).to_be_visible()
    page.get_by_role("button", name="Envoyer à la brigade").click()
    expect(page.get_by_text("Votre besoin est envoyé")).to_be_visible()
    context.close()
    need = SkillNeed.objects.get()
    assert (need.state, need.minutes) == ("pending", 210)
    assert Client().get(need.get_absolute_url()).status_code == 404
