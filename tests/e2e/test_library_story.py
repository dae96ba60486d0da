"""The library in browsers: an example refused, completed, published, found far away and done again; a tool
whose link dies; an event that fills and whose waiting list moves.

Each person has a window of their own at the width of a phone. Every page passes axe and fits the width.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from alliances.examples.models import Example
from alliances.library import links
from alliances.library.models import Resource
from alliances.models import Alliance, GuidedStep
from jeveuxagir.common.clock import now
from jeveuxagir.moderation.models import ModerationItem
from tests import factories as f
from tests.e2e.conftest import Mailbox
from tests.e2e.sides import Side
from tests.support.hostile_server import Server, status

pytestmark = [pytest.mark.usefixtures("worker"), pytest.mark.xdist_group("e2e")]

TITLE = "Un jardin qui nourrit la cantine"
STEPS = [
    "Compter les repas avec la cuisinière.",
    "Trouver un terrain à moins d’un kilomètre.",
    "Signer le prix de la saison avant de planter.",
]
PITFALLS = ["Les courgettes arrivent toutes en juillet, la cantine ferme.", "Personne n’avait prévu l’eau."]


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    with Server().running() as running:
        settings.LOOPBACK_PORTS = [running.port]
        yield running


def test_an_example_is_refused_completed_published_then_done_again_in_another_region(
    visitor: Callable[..., Page], mailbox: Mailbox, seen: Callable[[Page], None], site: Any
) -> None:
    organisation = f.make_organisation(commune=f.GUERET, name="Les Jardins du Bourg", kind="association")
    author = f.make_member(organisation, role="owner", person=f.make_person(first_name="Odile"))
    odile = Side(visitor(), author, site.url, seen)
    staff = f.make_staff("national", first_name="Basile")
    basile = Side(visitor(), staff, site.url, seen, staff=True)

    # --- proposed without its pitfalls: refused, with why, and nothing is lost
    odile.go("/bibliotheque/exemples/proposer/")
    odile.tick("Les Jardins du Bourg")
    odile.fill("Titre", TITLE)
    odile.fill("En deux phrases", "Un maraîcher et une association fournissent la cantine de l’école.")
    odile.fill("Le point de départ", "Les légumes venaient de 400 kilomètres.")
    odile.press("Enregistrer et continuer", "Où, et avec qui")
    odile.fill("Dans quelle commune", "Guéret (23)")
    odile.page.keyboard.press("Escape")
    odile.tick("Rural")
    odile.tick("Une mairie ou une collectivité")
    odile.press("Enregistrer et continuer", "Catégorie de partenariat")
    odile.tick("Coopération économique")
    odile.tick("Dialogue territorial")
    odile.fill("Les étapes, une par ligne", "\n".join(STEPS))
    odile.press("Enregistrer et continuer", "Ce que cela a changé")
    odile.fill("Ce que cela a changé", "Un légume sur trois vient de la commune.")
    odile.page.get_by_label("Ce que cela a coûté, la première année").select_option(index=2)
    odile.press("Enregistrer et continuer", "Et ensuite")
    odile.press("Envoyer à la brigade", "Dites ce qui a mal marché", "1-refus")
    example = Example.objects.get()
    assert (example.state, example.steps) == ("draft", STEPS)

    # --- completed, sent, read by staff, published
    odile.press("Résultats, coût et pièges", "Ce qui a mal marché, un par ligne")
    odile.fill("Ce qui a mal marché, un par ligne", "\n".join(PITFALLS))
    odile.press("Enregistrer et continuer", "Et ensuite")
    odile.press("Envoyer à la brigade", "en relecture")
    item = ModerationItem.objects.open().get()
    basile.go("/brigade/textes-a-relire/")
    basile.page.get_by_role("link", name=TITLE).first.click()
    expect(basile.page.get_by_text(PITFALLS[0]).first).to_be_visible()
    basile.look("2-relecture")
    basile.page.locator("label", has_text="Accepter").first.click()
    basile.page.get_by_role("button", name="Décider", exact=True).click()
    expect(basile.page.get_by_text("Ces changements attendent")).to_have_count(0)
    basile.page.wait_for_load_state()
    item.refresh_from_db()
    assert item.decided_at is not None
    mailbox.open(odile.page, TITLE, to=author.email)

    # --- a reader of another region searches, with the worker's index, and reads it
    f.make_organisation(commune=f.LILLE, name="Le Potager de Wazemmes", kind="association")
    f.make_organisation(commune=f.LILLE, name="Les Primeurs du Nord", kind="company")
    f.make_organisation(commune=f.LILLE, name="Ville de Lille", kind="local_authority")
    ines = Side(visitor(), f.make_user(first_name="Inès", commune=f.LILLE), site.url, seen)
    found = ines.page.get_by_role("main").get_by_role("link", name=TITLE)
    for _ in range(60):
        ines.page.goto("/recherche/?q=cantine")
        if found.count():
            break
        ines.page.wait_for_timeout(500)
    ines.look("3-recherche")
    found.first.click()
    expect(ines.page.get_by_text(PITFALLS[0])).to_be_visible()
    expect(ines.page.get_by_text("Les Jardins du Bourg").first).to_be_visible()
    ines.look("4-exemple")

    # --- « Faire pareil ici »: a draft of an alliance at home, with the steps and whom to invite
    ines.press("Faire pareil ici", "Commencer l’alliance")
    expect(ines.page.get_by_label("Dans quelle commune")).to_have_value("Lille (59)")
    ines.press("Commencer l’alliance", "Voici qui inviter, et pourquoi", "5-faire-pareil")
    alliance = Alliance.objects.get()
    assert [place.commune_id for place in alliance.places.all()] == [f.LILLE]
    assert (alliance.publication, alliance.category_id) == ("private", "cooperation-economique")
    assert list(GuidedStep.objects.filter(alliance=alliance).values_list("title", flat=True)) == STEPS
    for name in ("Les Primeurs du Nord", "Ville de Lille"):
        expect(ines.page.get_by_role("link", name=name)).to_be_visible()
    expect(ines.page.get_by_text("Pourquoi :").first).to_be_visible()
    ines.go(f"{alliance.space_url}parcours/", "6-parcours")
    for step in STEPS:
        expect(ines.page.get_by_text(step).first).to_be_visible()


def test_a_tool_whose_link_dies_twice_is_hidden_and_its_owner_told(
    visitor: Callable[..., Page], mailbox: Mailbox, seen: Callable[[Page], None], site: Any, server: Server
) -> None:
    owner = f.make_user(first_name="Marc")
    address = server.serve("/carnet", status(404))
    tool = f.make_resource(title="Le carnet des semis", person=owner.person, link=address)
    marc = Side(visitor(), owner, site.url, seen)
    anybody = visitor()
    for hidden in (False, True):
        Resource.objects.update(checked_at=now() - datetime.timedelta(days=8))
        assert links.check_due() == 1
        answer = anybody.goto(tool.get_absolute_url())
        assert answer is not None
        assert answer.status == (404 if hidden else 200)
    anybody.goto("/bibliotheque/outils/?q=semis")
    expect(anybody.get_by_role("link", name="Le carnet des semis")).to_have_count(0)
    mailbox.open(marc.page, "lien", to=owner.email)
    marc.go(tool.get_absolute_url(), "7-lien-mort")
    expect(marc.page.get_by_text("Le lien ne répond plus")).to_be_visible()
    expect(marc.page.get_by_text("publiée", exact=True)).to_have_count(0)


def test_an_event_is_filled_and_its_waiting_list_moves(
    visitor: Callable[..., Page], mailbox: Mailbox, seen: Callable[[Page], None], site: Any
) -> None:
    event = f.make_event(title="Semer avec la cuisinière", capacity=1)
    nour = Side(visitor(), f.make_user(first_name="Nour"), site.url, seen)
    lea = Side(visitor(), f.make_user(first_name="Léa"), site.url, seen)
    nour.go(event.get_absolute_url())
    nour.press("M’inscrire", "Prendre une place")
    nour.press("Prendre une place", "Semer avec la cuisinière")
    lea.go(event.get_absolute_url())
    lea.press("M’inscrire sur la liste d’attente", "C’est complet", "8-complet")
    lea.press("M’inscrire sur la liste d’attente", "liste d’attente")
    mailbox.open(nour.page, "Votre place est prise", to=nour.user.email)
    nour.go("/mon-espace/evenements/")
    nour.page.get_by_role("button", name="Annuler").first.click()
    nour.page.wait_for_load_state()
    mailbox.open(lea.page, "Une place se libère pour vous", to=lea.user.email)
    lea.go(event.get_absolute_url(), "9-place-liberee")
    expect(lea.page.get_by_text("Votre place est prise")).to_be_visible()
