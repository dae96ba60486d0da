"""Common problems in a real browser: filtered, supported, confirmed once reworded; and what the brigade begins with."""

import pytest
from playwright.sync_api import expect

from alliances.challenges import services
from alliances.challenges.models import Challenge
from jeveuxagir.common.clock import now
from tests import factories as f
from tests.alliances.test_browser import go_on, look, sign_in
from tests.brigades.test_beginnings import three
from tests.brigades.test_browser import sign_in as sign_in_staff


def test_a_problem_is_found_supported_and_confirmed_on_a_phone(page, site):
    page.set_viewport_size({"width": 390, "height": 844})
    f.make_challenge(statement="Ici, la cantine est fermée", domain_id="education").sdgs.set([4])
    f.make_challenge(statement="Ailleurs, il fait chaud", commune="26281", ready=True).sdgs.set([13])
    organisation = f.make_organisation(name="Isère Cuir", kind="company")
    user = f.make_member(organisation)
    sign_in(page, site, user)
    page.goto(f"{site.url}/problemes-communs/")
    look(page)
    page.locator("#filtres > summary").click()
    page.get_by_text("23 – Creuse").click()
    look(page)
    page.get_by_role("button", name="Appliquer les filtres").click()
    expect(page.get_by_text("Ailleurs, il fait chaud")).to_have_count(0)
    page.get_by_role("link", name="Ici, la cantine est fermée").click()
    page.get_by_label("Ce que vous pouvez apporter").fill("Notre cuisine, le midi")
    go_on(page, "Dire « nous aussi »", "votre soutien est compté")
    expect(page.get_by_text("Vous pouvez aussi le dire pour vous-même")).to_be_visible()
    page.get_by_text("Changer ce que vous apportez").click()
    look(page)

    challenge = Challenge.objects.get(commune=f.GUERET)
    Challenge.objects.filter(pk=challenge.pk).update(reworded_at=now())
    page.reload()
    expect(page.get_by_text("Le texte a changé depuis")).to_be_visible()
    look(page)
    go_on(page, "Confirmer mon soutien", "votre soutien est compté")
    expect(page.get_by_text("Apporte : Notre cuisine, le midi").first).to_be_visible()


@pytest.mark.parametrize("width", [390, pytest.param(1280, marks=pytest.mark.proof)])
def test_the_brigade_begins_from_a_group_or_a_problem_that_is_ready(page, site, width):
    page.set_viewport_size({"width": width, "height": 844})
    three()
    challenge = f.make_challenge(statement="Il fait trop chaud")
    for kind in ("association", "company", "local_authority"):
        organisation = f.make_organisation(kind=kind, email=f"{kind}@orga.fr")
        services.support(
            challenge,
            actor=f.make_member(organisation),
            organisation=organisation,
            means="Nos halls, frais l’après-midi",
            may_invite=True,
        )
    sign_in_staff(page, site, f.make_staff("brigade_member", department="23"))
    page.goto(f"{site.url}/brigade/alliances/groupes/")
    expect(page.get_by_role("heading", name="Guéret (23)").first).to_be_visible()
    look(page)
    page.get_by_role("link", name="Commencer une alliance avec").first.click()
    expect(page.get_by_text("Les organisations que vous avez choisies sont cochées")).to_be_visible()
    look(page)
    page.goto(f"{site.url}/brigade/alliances-a-suivre/")
    page.get_by_role("link", name="Il fait trop chaud").first.click()
    expect(page.get_by_role("heading", name="Ce qu’apporte").first).to_be_visible()
    look(page)
    page.get_by_role("link", name="Commencer l’alliance et inviter").click()
    expect(page.get_by_label("Nos halls, frais l’après-midi").first).to_be_checked()
    look(page)
    go_on(page, "Commencer et inviter", "L’alliance est commencée")
