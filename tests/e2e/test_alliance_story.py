"""One alliance, whole, in browsers: a common problem, three worlds, a charter twice, an agreement, a decision, a value
that is disputed, an evaluation that stays sealed, a closing.

Three organisations at the width of a phone, each with a window of their own. Every page passes axe and fits the width.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from alliances.challenges import services as challenges
from alliances.challenges.models import Challenge
from alliances.governance.models import Decision, Task
from alliances.indicators.models import Value
from alliances.models import Alliance, Party
from alliances.texts.models import Adoption, Version
from jeveuxagir.common.clock import today
from tests.e2e.conftest import Mailbox
from tests.e2e.sides import Side
from tests.factories import make_organisation, make_staff, make_user

pytestmark = [pytest.mark.usefixtures("worker"), pytest.mark.xdist_group("e2e")]


def test_an_alliance_from_the_problem_to_the_closing(
    visitor: Callable[..., Page], mailbox: Mailbox, seen: Callable[[Page], None], site: Any
) -> None:
    heads = {
        "librairie": ("Les Pages Vertes", "association"),
        "imprimerie": ("Imprimerie du Marché", "company"),
        "mairie": ("Ville de Guéret", "local_authority"),
    }
    sides: dict[str, Side] = {}
    for key, (name, kind) in heads.items():
        user = make_user(first_name={"librairie": "Odile", "imprimerie": "Marc", "mairie": "Inès"}[key])
        organisation = make_organisation(owner=user, name=name, kind=kind, email=user.email)
        organisation.memberships.update(may_sign=True)
        sides[key] = Side(visitor(), user, site.url, seen)
    odile, marc, ines = sides.values()

    # --- the problem, then « nous aussi » from two more worlds
    odile.go("/problemes-communs/nouveau/")
    odile.tick("Les Pages Vertes")
    odile.fill("Le problème, en une phrase", "Des enfants n’ont aucun livre à la maison.")
    odile.fill("Qui en souffre", "Les enfants de trois quartiers, qui ne lisent qu’à l’école.")
    odile.fill("Dans quelle commune", "Guéret (23)")
    odile.page.keyboard.press("Escape")
    odile.fill("Qu’est-ce qui le montre", "Un enfant sur quatre dit n’avoir aucun livre à lui.")
    odile.press("Envoyer à la brigade", "en attente de la brigade")
    challenge = Challenge.objects.latest("pk")
    challenges.publish(challenge, actor=make_staff())
    problem = challenge.get_absolute_url()
    for side, means in (
        (marc, "Des chutes de papier et une presse."),
        (ines, "La médiathèque, le mercredi."),
    ):
        side.go(problem)
        side.fill("Ce que vous pouvez apporter", means)
        side.tick("On peut m’inviter")
        side.press("Dire « nous aussi »", "Votre soutien")
    odile.go(problem, "1-probleme")
    odile.press("Commencer l’alliance", "Nom de l’alliance")
    odile.fill("Nom de l’alliance", "Un livre à soi")
    for name in ("Imprimerie du Marché", "Ville de Guéret"):
        odile.tick(name)
    odile.press("Commencer l’alliance", "Qui doit quoi", "2-accueil")
    alliance = Alliance.objects.latest("pk")
    space = alliance.space_url

    # --- the two others answer their invitation, then join
    for side in (marc, ines):
        mailbox.open(side.page, "Un livre à soi", to=side.user.email)
        mailbox.follow(side.page, containing="/alliances/invitation/")
        side.look()
        side.tick("Oui, cela nous intéresse")
        side.fill("Votre nom", side.user.person.first_name)
        side.press("Envoyer ma réponse", "Rejoindre l’alliance")
        side.press("Rejoindre l’alliance", "Vous faites maintenant partie de l’alliance")
    assert Party.objects.filter(alliance=alliance).count() == 3

    # --- the charter, adopted by all, amended, adopted again by all
    odile.go(f"{space}charte/")
    odile.press("Commencer à partir du modèle", "Version 1")
    _open_to_adoption(odile)
    first = Version.objects.get(text__alliance=alliance)
    _adopt(sides, first)
    first.refresh_from_db()
    assert first.state == "in_force"
    odile.go(first.page_url, "3-charte")
    odile.unfold("Préparer une nouvelle version")
    odile.fill("Ce qui change dans cette version", "Nous nous voyons chaque mois.")
    odile.press("Préparer la version", "Version 2")
    _open_to_adoption(odile)
    second = Version.objects.get(text__alliance=alliance, number=2)
    _adopt(sides, second)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("superseded", "in_force")
    assert Adoption.objects.filter(version=first).count() == 3, "what was adopted stays"

    # --- an agreement whose obligations weigh on one
    odile.go(f"{space}conventions/")
    odile.fill("Titre de la convention", "Prêt des salles et des livres")
    odile.press("Commencer à partir du modèle", "Version 1")
    agreement = Version.objects.get(text__alliance=alliance, text__title="Prêt des salles et des livres")
    odile.press("Ajouter ou retirer", "Rien n’est encore promis")
    for number, promise in enumerate(
        ("imprimer 500 carnets", "livrer les carnets", "former deux jeunes", "tenir le stand")
    ):
        odile.page.get_by_label("Partie", exact=False).first.select_option(label="Imprimerie du Marché")
        odile.page.get_by_label("Au titre de la clause").select_option(index=1 + number % 2)
        odile.fill("Elle s’engage à", promise)
        odile.press("Ajouter", promise)
    expect(odile.page.get_by_text("Les obligations sont déséquilibrées")).to_be_visible()
    expect(odile.page.get_by_text("Imprimerie du Marché").first).to_be_visible()
    odile.look("4-equilibre")
    odile.go(agreement.page_url)
    odile.unfold("Ouvrir à l’adoption")
    expect(odile.page.get_by_text("Avant de l’ouvrir")).to_be_visible()

    # --- a meeting, its minutes, a decision, what follows from it
    odile.go(f"{space}reunions/nouvelle/")
    odile.fill("De quoi s’agit-il", "Premier comité")
    odile.fill("Quel jour", (today() + timedelta(days=10)).isoformat())
    odile.fill("À quelle heure", "18:00")
    odile.fill("Où", "Médiathèque, salle du fond")
    odile.fill("Ordre du jour", "Les boîtes à livres\nLe calendrier")
    odile.press("Prévoir la réunion", "Ordre du jour", "5-reunion")
    odile.press("Proposer une décision", "Ce qui est à décider")
    odile.fill("Ce qui est à décider", "Poser dix boîtes à livres")
    odile.press("Mettre au vote", "La voix de")
    decision = Decision.objects.get(alliance=alliance)
    for side in sides.values():
        side.go(decision.page_url)
        side.tick("Pour")
        side.press("Voter", "Qui a voté quoi")
    decision.refresh_from_db()
    assert decision.state == "adopted", decision.state
    odile.go(decision.page_url, "6-decision")
    odile.press("Confier une action", "Ce qui est à faire")
    odile.fill("Ce qui est à faire", "Commander le bois des boîtes")
    odile.page.get_by_label("Qui s’en charge").select_option(label="Imprimerie du Marché")
    odile.fill("Pour le", (today() + timedelta(days=30)).isoformat())
    odile.press("Confier l’action", "Commander le bois des boîtes")
    assert Task.objects.get(alliance=alliance).party in alliance.parties.filter(name="Imprimerie du Marché")
    marc.go("/mon-espace/")
    expect(marc.page.get_by_text("Commander le bois des boîtes").first).to_be_visible()

    # --- an indicator: a value confirmed by one, disputed by another, corrected
    odile.go(f"{space}indicateurs/ajouter/")
    odile.fill("Nom de l’indicateur", "Enfants qui ont un livre à eux")
    odile.fill("Que compte-t-on exactement", "Les enfants de 6 à 11 ans qui ont reçu un livre.")
    odile.fill("Comment compte-t-on", "Les listes des trois écoles, à la fin du trimestre.")
    odile.fill("Unité", "enfants")
    odile.page.get_by_label("Quelle partie le saisit").select_option(label="Les Pages Vertes")
    odile.fill("Point de départ", "0")
    odile.fill("Mesuré le", (today() - timedelta(days=400)).isoformat())
    odile.fill("Cible", "300")
    odile.fill("Pour le", (today() + timedelta(days=400)).isoformat())
    odile.press("Définir", "La définition")
    odile.press("Saisir une valeur", "D’où vient ce nombre")
    odile.page.get_by_label("Période").select_option(index=1)
    odile.fill("Valeur (enfants)", "120")
    odile.fill("D’où vient ce nombre", "Listes de deux écoles")
    odile.press("Saisir la valeur", "Listes de deux écoles")
    value = Value.objects.get(indicator__alliance=alliance)
    marc.go(f"{space}indicateurs/{value.indicator_id}/")
    marc.page.locator("button", has_text="Confirmer").first.click()
    expect(marc.page.get_by_text("confirm", exact=False).first).to_be_visible()
    ines.go(f"{space}indicateurs/{value.indicator_id}/")
    ines.unfold("Contester")
    ines.fill("Pourquoi", "L’école Jules-Ferry manque.")
    ines.press("Contester", "L’école Jules-Ferry manque.")
    odile.go(f"{space}indicateurs/{value.indicator_id}/", "7-indicateur")
    expect(odile.page.get_by_text("L’école Jules-Ferry manque.").first).to_be_visible()

    _evaluate(sides, alliance)

    # --- closing: three questions, then everybody's vote
    odile.go(f"{space}clore/")
    odile.fill("atteint", "Dix boîtes, trois cents livres.")
    odile.fill("appris", "Commencer par une école.")
    odile.fill("continue", "La médiathèque garde les boîtes.")
    odile.press("Proposer de clore", "La voix de")
    closing = Decision.objects.filter(alliance=alliance).order_by("pk").last()
    assert closing is not None
    for side in sides.values():
        side.go(closing.page_url)
        side.tick("Pour")
        side.press("Voter", "Qui a voté quoi")
    alliance.refresh_from_db()
    assert alliance.is_closed
    odile.go(f"{space}clore/", "9-bilan")
    expect(odile.page.get_by_text("Commencer par une école.")).to_be_visible()


def _open_to_adoption(side: Side) -> None:
    side.unfold("Ouvrir à l’adoption")
    side.press("Ouvrir à l’adoption", "Attendues")


def _adopt(sides: dict[str, Side], version: Version) -> None:
    for side in sides.values():
        side.go(version.page_url)
        side.press("Lire et adopter", "Empreinte du texte")
        side.fill("En qualité de", "responsable")
        side.press("Adopter ce texte", "Adopt")


def _evaluate(sides: dict[str, Side], alliance: Alliance) -> None:
    """Nobody reads an answer before the last one; then the gaps stand side by side."""
    first, *others = sides.values()
    first.go(f"{alliance.space_url}evaluations/ouvrir/")
    first.fill("Nom de l’évaluation", "Bilan de la première année")
    first.fill("Répondre avant le", (today() + timedelta(days=14)).isoformat())
    first.press("Ouvrir l’évaluation", "Qui a répondu")
    address = first.page.url
    _answer(first, alliance, address, 5, "Tout le monde a fait ce qu’il disait.")
    for side in sides.values():
        side.go(address)
        hidden = side.page.get_by_text("Tout le monde a fait ce qu’il disait.")
        assert hidden.count() == 0, "sealed until all have answered"
    for side, score in zip(others, (2, 4), strict=True):
        _answer(side, alliance, address, score, f"Nous attendions mieux que {score}.")
    for side in sides.values():
        side.go(address)
        expect(side.page.get_by_role("heading", name="Les écarts")).to_be_visible()
        expect(side.page.get_by_text("Nous attendions mieux que 2.").first).to_be_attached()
    first.look("8-ecarts")


def _answer(side: Side, alliance: Alliance, address: str, score: int, sentence: str) -> None:
    party = alliance.parties.get(organisation__memberships__person=side.user.person)
    side.go(f"{address}repondre/{party.pk}/")
    for box in side.page.locator(f"input[name$=_score][value='{score}']").all():
        side.page.locator(f"label[for='{box.get_attribute('id')}']").click()
    for field in side.page.locator("textarea[name$=_sentence]").all():
        field.fill(sentence)
    side.fill("Vous répondez en qualité de", "responsable")
    side.press("Envoyer la réponse", "Qui a répondu")
