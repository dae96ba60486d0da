"""Skills lent, in browsers: a need said and an offer written, each read by the brigade; brought together with why;
two yeses; a convention both sign; three days noted, one refused and corrected; a statement of what both validated.

Each person has a window of their own at the width of a phone. Every page passes axe and fits the width, and nothing of
the story is done by a service.
"""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from jeveuxagir.common.clock import today
from jeveuxagir.moderation.clocks import is_working_day
from missions.pairings.models import Pairing
from missions.skill_needs.durations import in_words
from missions.sponsorships.models import Convention, DayEntry, Sponsorship
from organisations.models import Organisation
from tests import factories as f
from tests.e2e.conftest import Mailbox
from tests.e2e.sides import Side

pytestmark = [pytest.mark.usefixtures("worker"), pytest.mark.xdist_group("e2e")]

NEED = "Bâtir notre premier budget"
OFFER = "Comptabilité et budget pour une association"
DELIVERABLE = "Un budget sur trois ans, et un tableau que notre trésorière sait tenir."
WORKER = "Zoé Martin"
REFUSED = "Le matin seulement : l’après-midi, le local était fermé."
#: a whole day, a morning, three hours: what is validated in the end
VALIDATED = 420 + 210 + 180


def working_days(before: datetime.date) -> Iterator[datetime.date]:
    """The last ones, the newest first."""
    day = before
    while True:
        day -= datetime.timedelta(days=1)
        if is_working_day(day):
            yield day


def saved(side: Side, link: str) -> bytes:
    """What its browser downloads behind a link."""
    with side.page.expect_download() as downloading:
        side.page.get_by_role("main").get_by_role("link", name=link).first.click()
    return Path(downloading.value.path()).read_bytes()


def space(side: Side, organisation: Organisation, path: str, picture: str = "") -> None:
    side.go(f"{organisation.space_url}{path}", picture)


def say_the_need(anouk: Side, association: Organisation) -> None:
    """The wizard, page by page."""
    space(anouk, association, "besoins/")
    anouk.press("Dire un besoin", "Votre besoin, en une ligne")
    anouk.fill("Votre besoin, en une ligne", NEED)
    anouk.tick("Comptabilité et budget")
    anouk.press("Enregistrer et continuer", "Ce qui sera rendu")
    anouk.press("Enregistrer et continuer", "Votre domaine")  # a draft may wait for what is missing
    anouk.page.get_by_label("Votre domaine").select_option("education")
    anouk.press("Enregistrer et continuer", "Celles sans lesquelles rien n’est possible")
    anouk.press("Enregistrer et continuer", "Nombre de jours")  # the skills of this kind of work are ticked
    anouk.fill("Nombre de jours", "3")
    anouk.press("Enregistrer et continuer", "Pour quand")
    anouk.fill("Pour quand", (today() + datetime.timedelta(days=45)).isoformat())
    anouk.tick("Sur place ou à distance")
    anouk.press("Enregistrer et continuer", "La personne de votre équipe")
    anouk.press("Enregistrer et continuer", "Avant d’envoyer votre besoin", "1-besoin-incomplet")
    anouk.page.get_by_role("main").get_by_role("link", name="rendu").first.click()
    anouk.fill("Ce qui sera rendu", DELIVERABLE)
    anouk.look()
    anouk.page.get_by_role("button", name=re.compile("^Enregistrer")).first.click()
    expect(anouk.page.get_by_text("Tout est prêt")).to_be_visible()
    anouk.look()
    anouk.press("Envoyer à la brigade", "Votre besoin est envoyé")


def write_the_offer(hugo: Side, company: Organisation) -> None:
    space(hugo, company, "")
    hugo.press("Écrire une offre", "Titre de l’offre")
    hugo.fill("Titre de l’offre", OFFER)
    hugo.fill("Combien de jours en tout", "10")
    hugo.page.get_by_role("checkbox").nth(1).check(force=True)
    hugo.press("Enregistrer et continuer", "Ce que vous proposez")
    hugo.unfold("Gestion")
    hugo.tick("Comptabilité")
    hugo.press("Enregistrer et continuer", "Le travail se fait")
    hugo.press("Enregistrer et continuer", "Tout est prêt")
    hugo.press("Envoyer à la brigade", "La brigade relit votre offre")


def accept(basile: Side, title: str, picture: str = "") -> None:
    """The brigade reads it whole, and says yes."""
    basile.go("/brigade/besoins-et-offres/")
    basile.page.get_by_role("link", name=title).first.click()
    basile.look(picture)
    basile.page.locator("label", has_text="Accepter").first.click()
    basile.page.get_by_role("button", name="Décider", exact=True).click()
    expect(basile.page.get_by_text("C’est fait : l’organisation est prévenue").first).to_be_visible()
    basile.look()


def proposed(side: Side, organisation: Organisation) -> None:
    """What the engine brought together is on this side's page, to answer."""
    link = side.page.get_by_role("main").locator("li p > a[href*='/rapprochements/']")
    for _ in range(60):
        side.page.goto(f"{organisation.space_url}rapprochements/")
        if link.count():
            break
        side.page.wait_for_timeout(500)
    side.look()
    link.first.click()
    expect(side.page.get_by_role("heading", name="Pourquoi les deux vont ensemble")).to_be_visible()


def test_a_need_is_met_and_three_days_are_proved_by_both_sides(
    visitor: Callable[..., Page], mailbox: Mailbox, seen: Callable[[Page], None], site: Any
) -> None:
    association = f.make_organisation(name="Les Cordées du Bourg")
    company = f.make_company(name="Tissages du Nord", siren="732829320")
    anouk = Side(
        visitor(),
        f.make_member(association, person=f.make_person(first_name="Anouk"), may_sign=True),
        site.url,
        seen,
    )
    hugo = Side(
        visitor(),
        f.make_member(company, person=f.make_person(first_name="Hugo"), may_sign=True),
        site.url,
        seen,
    )
    basile = Side(visitor(), f.make_staff(first_name="Basile"), site.url, seen, staff=True)

    # --- the need without its deliverable cannot be sent; completed, the brigade reads it; then the offer
    say_the_need(anouk, association)
    accept(basile, NEED, "2-relecture")
    write_the_offer(hugo, company)
    accept(basile, OFFER)
    mailbox.open(anouk.page, NEED, to=anouk.user.email)

    # --- brought together by the engine, with its reasons; each side says yes
    proposed(anouk, association)
    reasons = anouk.page.locator(".pr-reasons li")
    assert reasons.count() >= 2
    said = reasons.all_inner_texts()
    expect(anouk.page.get_by_text(hugo.user.email)).to_have_count(0)
    anouk.look("3-pourquoi")
    anouk.tick("Oui, parlons-en")
    anouk.press("Envoyer ma réponse", "Votre réponse est oui")
    proposed(hugo, company)
    assert hugo.page.locator(".pr-reasons li").all_inner_texts() == said, "both read the same reasons"
    expect(hugo.page.get_by_text(anouk.user.email)).to_have_count(0)
    hugo.tick("Oui, parlons-en")
    hugo.press("Envoyer ma réponse", "Les deux ont dit oui", "4-deux-oui")
    expect(hugo.page.get_by_text(anouk.user.email).first).to_be_visible()

    # --- the employer describes it and commits the time; the association accepts
    days = working_days(today())
    first, second, third = sorted(next(days) for _ in range(3))
    hugo.press("Décrire la mise à disposition", "Métier de la personne qui vient")
    hugo.fill("À partir du", (first - datetime.timedelta(days=7)).isoformat())
    hugo.fill("Jusqu’au", (today() + datetime.timedelta(days=40)).isoformat())
    hugo.fill("Métier de la personne qui vient", "contrôleuse de gestion")
    hugo.press("Préparer", "Engager ce temps")
    hugo.press("Engager ce temps", "Ce temps est engagé")
    row = Sponsorship.objects.get()
    here = f"mecenat/mises-a-disposition/{row.pk}/"
    space(anouk, association, here)
    anouk.press("Accepter", "Vous avez dit oui")

    # --- the convention: its name is given once both signed; its PDF is what was signed
    space(hugo, company, here)
    hugo.press("Écrire la convention", "Prénom et nom")
    hugo.fill("Prénom et nom", WORKER)
    hugo.press("Proposer à la signature", "chaque côté lit et signe")
    hugo.press("Lire la convention", "J’ai lu, je signe")
    hugo.fill("En quelle qualité signez-vous", "directeur")
    hugo.press("J’ai lu, je signe", "Vous avez signé")
    space(anouk, association, here)
    anouk.press("Lire la convention", "J’ai lu, je signe", "5-convention")
    expect(anouk.page.get_by_text(WORKER)).to_have_count(0)
    anouk.fill("En quelle qualité signez-vous", "présidente")
    anouk.press("J’ai lu, je signe", "Vous avez signé")
    expect(anouk.page.get_by_text(WORKER).first).to_be_visible()
    document = saved(anouk, "PDF")
    assert document.startswith(b"%PDF")
    assert hashlib.sha256(document).hexdigest() == Convention.objects.get().document_hash

    # --- three days noted; the second is refused, corrected, and all are validated
    for day, choice, hours in (
        (first, "Journée entière", ""),
        (second, "Journée entière", ""),
        (third, "", "3 h"),
    ):
        space(hugo, company, f"{here}journees/noter/")
        hugo.fill("Quel jour", day.isoformat())
        hugo.tick(choice or "Quelques heures")
        if hours:
            hugo.fill("Combien d’heures", hours)
        hugo.press("Enregistrer", "L’association valide à son tour")
    noted = {day.on: day for day in DayEntry.objects.all()}
    space(anouk, association, here, "6-journees")
    anouk.page.locator(f"a[href$='/journees/{noted[second].pk}/refuser/']").click()
    anouk.fill("Pourquoi", REFUSED)
    anouk.press("Refuser cette journée", "La journée est refusée")
    space(hugo, company, here)
    expect(hugo.page.get_by_text(REFUSED)).to_be_visible()
    hugo.page.locator(f"a[href$='?corrige={noted[second].pk}']").click()
    expect(hugo.page.get_by_role("heading", name="Corriger une journée")).to_be_visible()
    hugo.tick("Matin")
    hugo.press("Enregistrer", "Corrige ce qui était noté", "7-corrigee")
    space(anouk, association, here)
    for left in (2, 1, 0):
        anouk.page.get_by_role("button", name=re.compile("^Valider le [0-9]")).first.click()
        expect(anouk.page.get_by_text("La journée est validée").first).to_be_visible()
        expect(anouk.page.get_by_role("button", name=re.compile("^Valider le [0-9]"))).to_have_count(left)
        anouk.look("8-validees" if not left else "")
    counted = DayEntry.objects.validated()
    assert sorted(counted.values_list("on", "minutes")) == [(first, 420), (second, 210), (third, 180)]
    assert all(day.company_by_id != day.association_by_id for day in counted)

    # --- the statement: on its page, in the CSV, in the PDF, what both validated and nothing else
    total, shown = 0, []
    for year in sorted({day.year for day in (first, second, third)}):
        space(hugo, company, f"mecenat/releve/?annee={year}", "9-releve")
        shown.append(hugo.page.get_by_role("main").inner_text())
        table = saved(hugo, "CSV").decode("utf-8-sig")
        lines = list(csv.DictReader(io.StringIO(table), delimiter=";"))
        of_days = [line for line in lines if line["Date"] != "Total"]
        assert len(of_days) == counted.filter(on__year=year).count()
        assert sum(int(line["Minutes"]) for line in of_days) == int(lines[-1]["Minutes"])
        total += int(lines[-1]["Minutes"])
        assert saved(hugo, "PDF").startswith(b"%PDF")
    assert total == VALIDATED == sum(day.minutes for day in counted)
    if len(shown) == 1:
        assert in_words(VALIDATED) in shown[0]
    assert Pairing.objects.get().state == "agreed"
