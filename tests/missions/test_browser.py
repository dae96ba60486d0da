"""Missions and applications in a real browser, on a phone: nothing wider than the screen, no axe violation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.test import Client

from missions import services
from missions.participations import services as participations
from tests.factories import make_member, make_mission, make_organisation, make_person, make_user
from tests.support.accessibility import axe

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

PHONE = {"width": 390, "height": 844}


def sign_in(page: Page, site: LiveServer, user: Any) -> None:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": site.url}])


def look(page: Page, site: LiveServer, *paths: str) -> None:
    page.set_viewport_size(PHONE)
    for path in paths:
        answer = page.goto(site.url + path)
        assert answer is not None
        assert answer.status == 200, path
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        axe(page)


def test_the_public_pages_on_a_phone(site: LiveServer, page: Page) -> None:
    organisation = make_organisation(owner=make_person())
    mission = make_mission(organisation=organisation, slots=3, title="Anticonstitutionnellement " * 5)
    full = make_mission(title="Complète", capacity=1)
    participations.apply(person=make_person(), slot=full.slots.get(), actor=None)
    imported = make_mission(imported=True)
    for each in (mission, full, imported):
        services.set_search_extra(each)
    url, full_url = mission.get_absolute_url(), full.get_absolute_url()
    look(
        page, site, "/missions/", "/missions/?lieu=Gu%C3%A9ret&q=licorne&rayon=5", "/missions/?q=" + "a" * 150
    )
    look(
        page, site, url, full_url, imported.get_absolute_url(), url + "candidater/", full_url + "candidater/"
    )


def test_the_spaces_on_a_phone(site: LiveServer, page: Page) -> None:
    organisation = make_organisation()
    owner = make_member(organisation)
    mission = make_mission(organisation=organisation)
    person = make_person()
    application = participations.apply(person=person, slot=mission.slots.get(), actor=None)
    sign_in(page, site, owner)
    space, one = organisation.space_url, f"{organisation.space_url}missions/{mission.pk}/"
    look(page, site, f"{space}missions/", f"{space}missions/nouvelle/", one, f"{one}creneaux/")
    look(
        page,
        site,
        f"{one}modifier/ou/",
        f"{one}modifier/details/",
        f"{one}creneaux/{mission.slots.get().pk}/",
    )
    look(page, site, f"{space}candidatures/", f"{space}candidatures/{application.pk}/")
    page.context.clear_cookies()
    sign_in(page, site, make_user(person=person))
    look(page, site, "/mon-espace/candidatures/", f"/mon-espace/candidatures/{application.pk}/")


def test_the_filters_stand_open_on_a_wide_screen_and_only_the_chosen_kind_of_slot_shows(
    site: LiveServer, page: Page
) -> None:
    organisation = make_organisation()
    mission = make_mission(organisation=organisation, state="draft")
    page.goto(f"{site.url}/missions/")
    assert page.get_by_label("Domaine").is_visible()
    page.set_viewport_size(PHONE)
    page.reload()
    assert not page.get_by_label("Domaine").is_visible()
    page.get_by_text("Filtres", exact=True).first.click()
    assert page.get_by_label("Domaine").is_visible()
    sign_in(page, site, make_member(organisation))
    page.goto(f"{site.url}{organisation.space_url}missions/{mission.pk}/creneaux/")
    assert page.get_by_label("Date", exact=True).is_visible()
    assert not page.get_by_label("Jour de la semaine").is_visible()
    page.get_by_text("Chaque semaine, le même jour").click()
    assert page.get_by_label("Jour de la semaine").is_visible()
    assert not page.get_by_label("Date", exact=True).is_visible()
