"""Applying together, following and answering many, in a browser: both widths, by keyboard, without JavaScript."""

import datetime
from typing import Any

import pytest
from django.test import Client

from jeveuxagir.common.clock import now
from missions.enums import SlotKind
from missions.participations.enums import State
from missions.participations.models import Participation
from tests.factories import (
    LILLE,
    make_member,
    make_mission,
    make_organisation,
    make_participation,
    make_person,
    make_slot,
    make_user,
)
from tests.support.accessibility import axe

LONG = "Association des amis de la lecture et de l’écriture du quartier de la Gare de Romans-sur-Isère"


def sign_in(page: Any, site: Any, user: Any) -> None:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    page.context.clear_cookies()
    page.context.add_cookies(
        [{"name": name, "value": cookie.value, "url": site.url} for name, cookie in client.cookies.items()]
    )


def look(page: Any) -> None:
    axe(page)
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0, f"{page.url} is {overflow} px wider than the screen"


class World:
    def __init__(self) -> None:
        self.organisation = make_organisation(name=LONG)
        self.owner = make_member(self.organisation)
        self.mission = make_mission(
            organisation=self.organisation, prerequisites="Savoir lire à voix haute.", capacity=30, slots=2
        )
        weekly = make_slot(self.mission, kind=SlotKind.WEEKLY, capacity=400)
        for n in range(22):
            name = "Maximilienne-Alexandra-Constance" if n % 2 else "Ali"
            when = now() - datetime.timedelta(days=n % 8)
            make_participation(slot=weekly, person=make_person(first_name=name), applied_at=when)
        soon = make_slot(self.mission, in_days=2)
        make_participation(
            slot=soon, state=State.ACCEPTED, places=4, group_kind="company", group_name="Menuiserie Delorme"
        )
        make_participation(slot=make_slot(self.mission, in_days=-2), state=State.ACCEPTED)
        self.person = make_user(commune=LILLE)
        for state in (State.APPLIED, State.IN_TALK, State.ACCEPTED, State.DECLINED, State.ABSENT):
            make_participation(person=self.person.person, mission=make_mission(), state=state)

    @property
    def apply_path(self) -> str:
        return f"/missions/{self.mission.pk}-{self.mission.slug}/candidater/"


@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.proof)])
def test_every_page_passes_axe_and_fits(page: Any, site: Any, width: int) -> None:
    world = World()
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(page, site, world.owner)
    space = world.organisation.space_url
    for path in (space, f"{space}candidatures/", f"{space}candidatures/?mission={world.mission.pk}&cocher=1"):
        page.goto(site.url + path)
        look(page)
    page.get_by_text("Refuser", exact=True).click()
    page.get_by_role("button", name="Refuser les candidatures choisies").click()
    page.get_by_text("Choisissez la raison").first.wait_for()
    look(page)
    sign_in(page, site, world.person)
    for path in ("/mon-espace/candidatures/", world.apply_path, "/demandes/nouvelle/ou/"):
        page.goto(site.url + path)
        look(page)
    page.goto(site.url + world.apply_path)
    page.get_by_label("En famille").check(force=True)
    look(page)


def test_what_concerns_a_group_shows_when_there_is_one(page: Any, site: Any) -> None:
    world = World()
    sign_in(page, site, world.person)
    page.goto(site.url + world.apply_path)
    places, under_16 = page.get_by_label("Combien serez-vous"), page.get_by_label("moins de 16 ans")
    assert not places.is_visible()
    page.get_by_label("En famille").check(force=True)
    assert places.is_visible()
    assert under_16.is_visible()
    page.get_by_label("collègues de mon").check(force=True)
    assert not under_16.is_visible()
    assert page.get_by_label("Nom de l’association").is_visible()


def test_a_family_applies_and_its_place_is_answered_with_others_without_javascript(
    browser: Any, site: Any
) -> None:
    world = World()
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    sign_in(page, site, make_user())
    page.goto(site.url + world.apply_path)
    page.get_by_label("30").first.check(force=True)
    page.get_by_label("J’ai lu ce qui est demandé").check(force=True)
    page.get_by_label("En famille").check(force=True)
    page.get_by_label("Combien serez-vous").fill("3")
    page.get_by_role("button", name="Envoyer ma candidature").press("Enter")
    page.wait_for_url("**/mon-espace/candidatures/*/")
    page.get_by_text("3 places gardées ensemble").wait_for()
    sign_in(page, site, world.owner)
    page.goto(f"{site.url}{world.organisation.space_url}candidatures/")
    page.get_by_role("link", name="Tout cocher sur cette page").press("Enter")
    page.get_by_text("Accepter", exact=True).press("Enter")
    page.get_by_role("button", name="Accepter les candidatures choisies").press("Enter")
    page.get_by_text("20 candidatures acceptées").wait_for()
    assert Participation.objects.filter(mission=world.mission, state=State.ACCEPTED).count() == 22
    context.close()
