"""Two worlds that ignored each other, in a real browser on a phone: proposed by the brigade, both say yes without an
account, each finds the other's contact in its space and only there, and says a month later what came of it."""

from playwright.sync_api import expect

from alliances.introductions import services
from alliances.introductions.models import ASKED_AFTER, Introduction
from alliances.models import Alliance
from jeveuxagir.common.clock import now
from tests import factories as f
from tests.alliances.test_browser import go_on, look, sign_in
from tests.brigades.test_browser import sign_in as sign_in_staff
from tests.introductions.test_introductions import REASON, link_of, world


def accept(page, site, organisation, name):
    page.context.clear_cookies()
    page.goto(site.url + link_of(organisation))
    expect(page.get_by_text(REASON)).to_be_visible()
    look(page)
    page.get_by_text("Oui, nous voulons bien").click()
    go_on(page, "Envoyer ma réponse", "Donnez l’adresse à laquelle elle pourra écrire")
    page.get_by_label("À qui écrire chez vous").fill(name)
    page.get_by_label("Son adresse électronique").fill(f"{name.lower()}@exemple.fr")
    go_on(page, "Envoyer ma réponse", "votre réponse est enregistrée")


def test_two_worlds_meet(page, site):
    page.set_viewport_size({"width": 390, "height": 844})
    first, owner = world(name="Mots passants")
    second, _ = world("company", name="Isère Cuir")
    sign_in_staff(page, site, f.make_staff("brigade_member", department="23"))
    page.goto(f"{site.url}/mises-en-relation/nouvelle/")
    look(page)
    page.get_by_label("Son nom").fill("mots")
    page.get_by_role("button", name="Chercher", exact=True).click()
    page.get_by_role("link", name="Choisir Mots passants").click()
    expect(page.get_by_text("Près de la première, dans un autre monde")).to_be_visible()
    look(page)
    page.get_by_role("link", name="Choisir Isère Cuir").click()
    go_on(page, "Proposer aux deux", "Dites en une phrase au moins")
    page.get_by_label("Pourquoi devraient-elles se rencontrer").fill(REASON)
    go_on(page, "Proposer aux deux", "C’est proposé")
    page.goto(f"{site.url}/brigade/mises-en-relation/")
    look(page)

    accept(page, site, first, "Claire")
    expect(page.get_by_text("Votre réponse est oui")).to_be_visible()
    page.goto(f"{site.url}{link_of(second)}signaler/")
    look(page)
    page.get_by_role("link", name="Revenir").click()
    expect(page.get_by_text(REASON)).to_be_visible()
    accept(page, site, second, "Paul")
    expect(page.get_by_text("Vous êtes en relation")).to_be_visible()
    expect(page.get_by_text("claire@exemple.fr")).to_have_count(0)  # never by a link

    introduction = Introduction.objects.get()
    space = f"{site.url}/espace/{first.pk}-{first.slug}/mises-en-relation/"
    sign_in(page, site, owner)
    page.goto(space)
    look(page)
    page.get_by_role("link", name="Isère Cuir").click()
    expect(page.get_by_role("link", name="paul@exemple.fr")).to_be_visible()
    look(page)
    Introduction.objects.update(accepted_at=now() - ASKED_AFTER)
    services.follow()
    page.reload()
    look(page)
    for question in ("Vous êtes-vous rencontrés", "Continuez-vous ensemble", "Voulez-vous en faire"):
        page.locator("fieldset", has_text=question).locator("label").first.click()
    go_on(page, "Envoyer ma réponse", "Merci, c’est dit")
    page.get_by_role("link", name="En faire une alliance").click()
    look(page)
    go_on(page, "Commencer l’alliance", "L’alliance est commencée")
    assert Alliance.objects.get(pk=Introduction.objects.get(pk=introduction.pk).alliance_id)
