"""The brigade's pages in a real browser: no accessibility violation, no inline code, on a desk and on a phone."""

import datetime
import os

import pytest
from playwright.sync_api import expect

from jeveuxagir.common.clock import now
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from tests import factories as f
from tests.brigades.test_queues import case
from tests.brigades.test_scope import feed_run, waiting_request, world
from tests.support.accessibility import axe

SHOTS = os.environ.get("BRIGADE_SHOTS", "")


def sign_in(page, site, user):
    """Give the browser the session of a member of staff who passed both factors."""
    from django.test import Client

    client = Client()
    f.sign_in_staff(client, user)
    page.context.add_cookies(
        [{"name": name, "value": morsel.value, "url": site.url} for name, morsel in client.cookies.items()]
    )


def look(page, name):
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def fill(site):
    here = world(f.GUERET)
    late = case("Comité de sauvegarde du patrimoine rural et des savoir-faire de la Creuse et du Limousin")
    ModerationItem.objects.filter(pk=late.pk).update(created_at=now() - datetime.timedelta(days=20))
    soon = case("Les Jardins partagés")
    ModerationItem.objects.filter(pk=soon.pk).update(created_at=now() - datetime.timedelta(days=2))
    owner = f.make_user(first_name="Nadia")
    organisation = f.make_organisation(
        owner=owner, name="Ancien nom", rna="W231234567", description="Nous lisons avec des élèves. " * 8
    )
    from organisations import services

    values = {
        **services.data_of(organisation).__dict__,
        "name": "Lire en Creuse",
        "website": "https://lire.example",
    }
    services.update(organisation, actor=owner, version=None, data=services.OrganisationData(**values))
    edit = ModerationItem.objects.get(cause="edit")
    request = waiting_request(f.GUERET, note="Plutôt avec des enfants.")
    for number in range(4):
        f.make_mission(title=f"Aider des élèves à lire, le mercredi ({number})", description="x" * 150)
    run = feed_run()
    user = f.make_staff("national", first_name="Inès")
    moderation.add_note(edit, actor=user, text="Appelée hier : le nom a changé en assemblée générale.")
    moderation.take(soon, actor=user)
    return user, {
        "cockpit": "",
        "file": "organisations-a-valider/",
        "file-vide": "organisations-a-valider/?q=introuvable",
        "file-missions": "missions-a-valider/",
        "dossier": f"organisations-a-valider/{late.pk}/",
        "dossier-modification": f"organisations-a-valider/{edit.pk}/",
        "dossier-mission": f"missions-a-valider/{here['missions-a-valider'].pk}/",
        "sans-proposition": "demandes-sans-proposition/",
        "proposer": f"demandes-sans-proposition/{request.pk}/",
        "organisations": "organisations/",
        "organisation": f"organisations/{organisation.pk}/",
        "missions": "missions/",
        "mission": f"missions/{here['missions'].pk}/",
        "demandes": "demandes/",
        "demande": f"demandes/{here['demandes'].pk}/",
        "propositions": "propositions/",
        "proposition": f"propositions/{here['propositions'].pk}/",
        "participations": "participations/",
        "participation": f"participations/{here['participations'].pk}/",
        "departs": "departs/",
        "depart": f"departs/{here['departs'].pk}/",
        "flux": "flux/",
        "releve": f"flux/{run.pk}/",
        "historique": f"organisations/{organisation.pk}/historique/",
    }


#: One page of each template; the others follow in the longer proof.
MAIN = (
    "cockpit",
    "file",
    "dossier-modification",
    "proposer",
    "organisation",
    "demande",
    "releve",
    "historique",
)


def test_each_kind_of_page_passes_axe_on_a_desk(page, site):
    check(page, site, 1280, MAIN)


@pytest.mark.proof
@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_of_the_brigade_passes_axe(page, site, width):
    check(page, site, width)


def check(page, site, width, names=()):
    user, pages = fill(site)
    sign_in(page, site, user)
    page.set_viewport_size({"width": width, "height": 900})
    for name, path in pages.items():
        if names and name not in names:
            continue
        response = page.goto(f"{site.url}/brigade/{path}")
        assert response.status == 200, path
        look(page, f"{name}-{width}")
        axe(page)
        overflow = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0, f"{path} is {overflow} px wider than the screen at {width}"


def test_a_member_works_through_the_queue_with_the_keyboard(page, site):
    user, _ = fill(site)
    sign_in(page, site, user)
    page.goto(f"{site.url}/brigade/organisations-a-valider/")
    page.locator("[data-row] th a").first.focus()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('[data-row]').rowIndex") == 2
    page.keyboard.press("x")
    assert page.locator("[data-row] input:checked").count() == 1
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.get_by_label("Refuser").check(force=True)
    page.get_by_role("button", name="Décider", exact=True).click()
    page.get_by_text("Donnez la raison de cette décision").first.wait_for()
    look(page, "dossier-erreur-1280")
    axe(page)
    page.get_by_label("Raison").fill("Nous ne retrouvons pas cette organisation.")
    page.get_by_role("button", name="Décider, puis suivant").click()
    page.get_by_text("L’organisation est prévenue").wait_for()


def test_the_queue_works_without_javascript(browser, site):
    user, _ = fill(site)
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800})
    page = context.new_page()
    sign_in(page, site, user)
    page.goto(f"{site.url}/brigade/")
    page.get_by_text("Menu de la brigade").click()
    page.get_by_role("link", name="Organisations à valider").first.click()
    page.locator("[data-row] th a").first.click()
    page.get_by_role("button", name="Prendre en charge").click()
    page.get_by_text("Vous vous occupez de").wait_for()
    context.close()


def test_the_menu_is_there_before_any_script_and_says_where_one_is(browser, site):
    user, _ = fill(site)
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    sign_in(page, site, user)
    page.goto(f"{site.url}/brigade/organisations-a-valider/")
    page.locator("[data-row] th a").first.click()
    page.wait_for_url("**/organisations-a-valider/*/")
    current = page.locator(".br-menu [aria-current]")
    expect(current).to_be_visible()
    expect(current).to_have_text("Organisations à valider")
    context.close()
