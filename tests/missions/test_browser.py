"""Missions and applications in a real browser, on a phone: nothing wider than the screen, no axe violation."""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.test import Client

from jeveuxagir.audit import deliveries
from jeveuxagir.common.clock import today
from missions import services
from missions.models import Mission
from missions.participations import services as participations
from missions.schedule import SlotSpec
from tests.factories import make_member, make_mission, make_organisation, make_person, make_user
from tests.support.accessibility import axe

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
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
    draft = make_mission(organisation=organisation, state="draft", title="Aide", slots=2, draft_step=4)
    person = make_person()
    application = participations.apply(person=person, slot=mission.slots.get(), actor=None)
    later = SlotSpec("dated", 5, today() + timedelta(days=20), start_time=time(9), end_time=time(11))
    services.move_slot(mission.slots.get(), actor=owner, spec=later)
    deliveries.deliver()
    sign_in(page, site, owner)
    space, one = organisation.space_url, f"{organisation.space_url}missions/{mission.pk}/"
    look(page, site, f"{space}missions/", f"{space}missions/nouvelle/", one, f"{one}creneaux/")
    look(
        page,
        site,
        f"{one}modifier/ou/",
        f"{one}modifier/details/",
        f"{one}creneaux/{mission.slots.get().pk}/",
        f"{space}missions/{draft.pk}/relire/",
        draft.get_absolute_url(),
    )
    look(page, site, f"{space}candidatures/", f"{space}candidatures/{application.pk}/")
    page.context.clear_cookies()
    sign_in(page, site, make_user(person=person))
    look(page, site, "/mon-espace/candidatures/", f"/mon-espace/candidatures/{application.pk}/")


def test_the_filters_stand_open_on_a_wide_screen(site: LiveServer, page: Page) -> None:
    page.goto(f"{site.url}/missions/")
    assert page.locator(".ui-filters__body").is_visible()
    page.set_viewport_size(PHONE)
    page.reload()
    assert not page.locator(".ui-filters__body").is_visible()
    page.get_by_text("Filtres", exact=True).first.click()
    assert page.locator(".ui-filters__body").is_visible()


def test_only_the_fields_of_the_chosen_kind_of_slot_show(site: LiveServer, page: Page) -> None:
    organisation = make_organisation()
    mission = make_mission(organisation=organisation, state="draft")
    sign_in(page, site, make_member(organisation))
    page.goto(f"{site.url}{organisation.space_url}missions/{mission.pk}/creneaux/")
    assert page.get_by_label("Date", exact=True).is_visible()
    assert not page.locator("select[name=weekday]").is_visible()
    page.get_by_text("Chaque semaine, le même jour").click()
    assert page.locator("select[name=weekday]").is_visible()
    assert not page.get_by_label("Date", exact=True).is_visible()


def test_a_mission_is_written_to_its_end_on_a_phone_by_keyboard_without_javascript(
    site: LiveServer, browser: Browser
) -> None:
    """Left in the middle and taken up again; then moved, and the applicant answers: all with plain forms."""
    organisation = make_organisation()
    owner, citizen = make_member(organisation), make_user()
    missions = f"{site.url}{organisation.space_url}missions/"
    context = browser.new_context(locale="fr-FR", viewport=PHONE, java_script_enabled=False)  # type: ignore[arg-type]
    context.set_default_timeout(30_000)
    page = context.new_page()
    sign_in(page, site, owner)

    def press(role: Any, name: str) -> None:
        """Reached with Tab and pressed, as without a mouse."""
        wanted = page.get_by_role(role, name=name, exact=True).first
        wanted.focus()
        wanted.press("Enter")
        page.wait_for_load_state()

    page.goto(missions)
    press("link", "Créer une mission")
    page.get_by_label("Titre").fill("Lire avec des élèves, le mercredi")
    page.get_by_label("Domaine").select_option("education")
    page.get_by_label("Titre").press("Enter")
    page.get_by_label("Description").fill("Vous lisez des histoires à deux ou trois enfants. " * 4)
    press("button", "Enregistrer et continuer")
    press("link", "Finir plus tard")

    page.goto(missions)
    page.get_by_role("link", name="Continuer le brouillon, étape 3 sur 7").press("Enter")
    press("link", "Continuer le brouillon, étape 3 sur 7")
    page.get_by_role("radio", name="16 ans").press("Space")
    press("button", "Enregistrer et continuer")
    press("button", "Enregistrer et continuer")
    press("button", "Étape précédente")
    press("button", "Enregistrer et continuer")
    page.locator("input[name=adresses-0-commune]").fill("Guéret (23)")
    press("button", "Enregistrer et continuer")
    first = today() + timedelta(days=10)
    page.get_by_role("radio", name="Certains jours de la semaine, sur une période").press("Space")
    page.locator(f"input[name=weekdays][value='{first.weekday()}']").press("Space")
    page.get_by_label("Du", exact=True).fill(first.isoformat())
    page.get_by_label("Au", exact=True).fill((first + timedelta(days=15)).isoformat())
    page.get_by_label("Places par créneau").fill("4")
    press("button", "Ajouter")
    page.get_by_text("3 créneaux ajoutés").wait_for()
    press("link", "Continuer : relire et envoyer")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    press("button", "Envoyer à la brigade")
    page.get_by_text("sous 2 jours ouvrés et décide sous 5").first.wait_for()

    mission = services.publish(Mission.objects.get(), actor=None)
    slot = mission.slots.order_by("starts_at")[0]
    application = participations.apply(person=citizen.person, slot=slot, actor=citizen)
    page.goto(f"{missions}{mission.pk}/creneaux/{slot.pk}/")
    page.get_by_label("De", exact=True).fill("10:00")
    press("button", "Enregistrer")
    deliveries.deliver()
    context.clear_cookies()
    sign_in(page, site, citizen)
    page.goto(f"{site.url}/mon-espace/candidatures/{application.pk}/")
    press("button", "Je viens toujours")
    application.refresh_from_db()
    assert application.moved_from == ""
    context.close()
