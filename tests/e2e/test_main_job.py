"""The main job, played by people in real browsers: file, be matched, answer, be answered, be seen by the brigade."""

import datetime
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from playwright.sync_api import Page, expect

from jeveuxagir.accounts import services as accounts
from jeveuxagir.accounts.models import User
from jeveuxagir.common.clock import today
from missions.participations.models import Departure, Participation
from missions.proposals.models import Proposal
from tests.e2e.conftest import Mailbox
from tests.factories import make_member, make_mission, make_organisation, make_person, make_slot, make_staff

ROMANS = "26281"
PASSWORD = "une phrase de passe pour essayer"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

pytestmark = [pytest.mark.usefixtures("worker"), pytest.mark.xdist_group("e2e")]


def _account(user: User) -> User:
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


def _sign_in(page: Page, user: User, *, secret: str = "") -> None:
    page.goto("/compte/connexion/")
    page.get_by_label("Adresse électronique").fill(user.email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Continuer").click()
    if secret:
        page.locator("input[name=code]").fill(pyotp.TOTP(secret).now())
        page.get_by_role("button", name="Continuer").click()
    page.wait_for_url("**/mon-espace/**")


def _file_request(page: Page, seen: Callable[[Page], None], *, email: str, town: str = "Romans") -> None:
    """ "Je veux agir", screen by screen, on a phone."""
    page.goto("/")
    page.get_by_role("link", name="Je veux agir").last.click()
    page.wait_for_load_state()
    page.get_by_label("Votre commune").press_sequentially(town)
    page.get_by_role("option", name="Romans-sur-Isère (26)").click()
    seen(page)
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("Mercredi Après-midi").check(force=True)
    page.get_by_label("Mercredi Soirée").check(force=True)
    seen(page)
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("Éducation pour tous").check(force=True)
    seen(page)
    page.get_by_role("button", name="Continuer").click()
    page.wait_for_url("**/savoir-faire/**")
    seen(page)
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("Prénom").fill("Nour")
    page.locator("input[name=email]").fill(email)
    page.locator("input[name=birth_date]").fill("1990-05-04")
    seen(page)
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("heading", name="Votre demande")).to_be_visible()
    seen(page)
    page.get_by_role("button", name="Envoyer ma demande").click()
    expect(page.get_by_role("heading", name="Plus qu’une étape")).to_be_visible()
    seen(page)


def _next_wednesday(weeks: int = 2) -> datetime.date:
    day = today() + datetime.timedelta(weeks=weeks)
    return day + datetime.timedelta(days=(2 - day.weekday()) % 7)


def test_a_request_becomes_an_accepted_participation_and_everybody_sees_it(
    visitor: Callable[..., Page], mailbox: Mailbox, seen: Callable[[Page], None]
) -> None:
    organisation = make_organisation(name="Le Club de lecture des Récollets", commune=ROMANS)
    owner = _account(make_member(organisation, person=make_person(first_name="Odile")))
    mission = make_mission(
        organisation=organisation, title="Aider des élèves à lire, le mercredi", commune=ROMANS, slots=0
    )

    make_slot(
        mission,
        in_days=(_next_wednesday() - today()).days,
        start=datetime.time(14),
        end=datetime.time(16),
    )
    staff = _account(make_staff(department="26", first_name="Basile"))
    accounts.seed_totp(staff, SECRET)

    # The citizen files a request, without an account, and confirms the address.
    nour = visitor()
    _file_request(nour, seen, email="nour@exemple.fr")
    mailbox.open(nour, "Confirmez", to="nour@exemple.fr")
    mailbox.follow(nour, containing="/confirmer/")
    seen(nour)
    nour.get_by_label("J’accepte les conditions").check(force=True)
    nour.get_by_role("button", name="Confirmer mon adresse").click()
    nour.wait_for_url("**/demandes/**")

    # The engine proposes; the mail carries the reasons in coarse words, the page the exact ones.
    mailbox.open(nour, "Une mission près de Romans", to="nour@exemple.fr")
    mail = nour.locator("pre").inner_text()
    assert "Aider des élèves à lire, le mercredi" in mail
    assert "Près de chez vous" in mail
    mailbox.follow(nour, containing="/demandes/lien/")
    expect(nour.get_by_role("heading", name="Pourquoi cette mission")).to_be_visible()
    said = nour.get_by_role("article").first.inner_text()
    [proposal] = Proposal.objects.all()
    for reason in proposal.reasons:
        assert reason["text"].replace("\u00a0", " ") in said.replace("\u00a0", " ")
    assert "Mercredi" in said
    seen(nour)
    nour.get_by_role("button", name="Ça m’intéresse").click()
    expect(nour.get_by_text("Votre candidature est envoyée")).to_be_visible()
    seen(nour)

    # The association was told, sees the same reasons and no surname, and accepts.
    odile = visitor(phone=False)
    mailbox.open(odile, "candidature", to=owner.email)
    _sign_in(odile, owner)
    seen(odile)
    odile.goto(f"/espace/{organisation.pk}-{organisation.slug}/")
    seen(odile)
    odile.goto(f"/espace/{organisation.pk}-{organisation.slug}/candidatures/")
    seen(odile)
    odile.get_by_role("link", name="Nour").first.click()
    expect(odile.get_by_text("Mercredi", exact=False).first).to_be_visible()
    seen(odile)
    odile.get_by_role("button", name="Accepter cette candidature").click()
    expect(odile.get_by_text("acceptée").first).to_be_visible()
    mailbox.open(nour, "C’est oui", to="nour@exemple.fr")
    assert Participation.objects.get().state == "accepted"

    # The brigade sees the request, the proposal and the participation in its admin, behind its second factor.
    basile = visitor(phone=False)
    _sign_in(basile, staff, secret=SECRET)
    basile.goto("/brigade/")
    seen(basile)
    for listed, shown in (
        ("demandes", "Nour"),
        ("propositions", "Aider des élèves à lire"),
        ("participations", "Aider des élèves à lire"),
    ):
        basile.goto(f"/brigade/{listed}/")
        expect(basile.get_by_text(shown).first).to_be_visible()
        seen(basile)


def test_a_mission_of_a_feed_is_proposed_and_the_departure_is_recorded_and_seen(
    visitor: Callable[..., Page], mailbox: Mailbox, seen: Callable[[Page], None], tmp_path: Any
) -> None:
    from django.core.management import call_command

    feed = tmp_path / "flux.xml"
    feed.write_text(_feed(), encoding="utf-8")
    call_command("import_feed", str(feed), partner="reseau-essai", name="Réseau d’essai", trust="trusted")
    staff = _account(make_staff(department="26"))
    accounts.seed_totp(staff, SECRET)

    nour = visitor()
    _file_request(nour, seen, email="nour@exemple.fr")
    mailbox.open(nour, "Confirmez", to="nour@exemple.fr")
    mailbox.follow(nour, containing="/confirmer/")
    nour.get_by_label("J’accepte les conditions").check(force=True)
    nour.get_by_role("button", name="Confirmer mon adresse").click()
    nour.wait_for_url("**/demandes/**")
    mailbox.open(nour, "Une mission près de Romans", to="nour@exemple.fr")
    assert "Lire des histoires à la médiathèque" in nour.locator("pre").inner_text()
    mailbox.follow(nour, containing="/demandes/lien/")
    expect(nour.get_by_text("Horaires à convenir").first).to_be_visible()
    seen(nour)
    nour.get_by_role("button", name="Ça m’intéresse").click()
    expect(nour.get_by_text("Vous continuez chez Réseau d’essai")).to_be_visible()
    seen(nour)
    link = nour.locator('a[href="https://partenaire.example/missions/lecture-1"]')
    expect(link).to_be_visible()
    departure = Departure.objects.get()
    assert departure.person is not None
    assert Proposal.objects.get().departure == departure

    basile = visitor(phone=False)
    _sign_in(basile, staff, secret=SECRET)
    basile.goto("/brigade/departs/")
    expect(basile.get_by_text("Lire des histoires à la médiathèque").first).to_be_visible()
    seen(basile)


def test_the_whole_request_can_be_filed_without_javascript(
    visitor: Callable[..., Page], mailbox: Mailbox
) -> None:
    make_mission(title="Tenir la buvette du club", commune=ROMANS, domain="sport")
    page = visitor(javascript=False)
    page.goto("/demandes/nouvelle/")
    page.get_by_label("Votre commune").fill("Romans 26")
    page.get_by_role("button", name="Continuer").click()
    first_day = page.get_by_label("Mercredi Après-midi")
    first_day.or_(page.get_by_label("Romans-sur-Isère (26)")).wait_for(state="attached")
    if not first_day.count():  # the town is asked among several
        page.get_by_label("Romans-sur-Isère (26)").check(force=True)
        page.get_by_role("button", name="Continuer").click()
    for _ in range(3):
        page.get_by_role("button", name="Continuer").click()
    page.get_by_label("Prénom").fill("Sam")
    page.locator("input[name=email]").fill("sam@exemple.fr")
    page.locator("input[name=birth_date]").fill("1980-01-31")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_text("Tenir la buvette du club")).to_be_visible()
    page.get_by_role("button", name="Envoyer ma demande").click()
    expect(page.get_by_role("heading", name="Plus qu’une étape")).to_be_visible()
    mailbox.open(page, "Confirmez", to="sam@exemple.fr")
    mailbox.follow(page, containing="/confirmer/")
    page.get_by_label("J’accepte les conditions").check(force=True)
    page.get_by_role("button", name="Confirmer mon adresse").click()
    page.wait_for_url("**/demandes/**")
    mailbox.open(page, "Une mission près de Romans", to="sam@exemple.fr")


def _feed() -> str:
    """An invented feed of one mission near Romans."""
    start, end = today() + datetime.timedelta(days=3), today() + datetime.timedelta(days=120)
    text = (
        "Chaque semaine, la médiathèque ouvre son coin des petits. Vous choisissez un album, vous le lisez à voix "
        "haute à un petit groupe d’enfants, puis vous parlez ensemble de l’histoire. Une bibliothécaire vous "
        "accueille, vous présente les livres et reste à vos côtés pendant la séance. Aucun diplôme n’est demandé."
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<source><mission>
<title><![CDATA[Lire des histoires à la médiathèque]]></title><clientId>lecture-1</clientId>
<description><![CDATA[<p>{text}</p>]]></description>
<applicationUrl><![CDATA[https://partenaire.example/missions/lecture-1]]></applicationUrl>
<postedAt>{today().isoformat()}T08:00:00Z</postedAt>
<startAt>{start.isoformat()}T08:00:00Z</startAt><endAt>{end.isoformat()}T18:00:00Z</endAt>
<addresses><address><street>Place Ernest-Gailly</street><postalCode>26100</postalCode><city>Romans-sur-Isère</city>
<country>FR</country><location><lat>45.0455</lat><lon>5.0510</lon></location></address></addresses>
<activity>animation</activity><domain>education</domain><remote>no</remote><places>3</places>
<openToMinors>yes</openToMinors>
<organizationClientId>mediatheque-1</organizationClientId>
<organizationName>Les Amis de la médiathèque</organizationName>
<organizationType>Association</organizationType>
</mission></source>
"""
