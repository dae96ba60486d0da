"""Four stories at the width of a phone, by keyboard alone; without JavaScript too, and with what is sent by mail.

Each person has a window of their own; each page of a story passes axe.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import Page, expect

from jeveuxagir.accounts import services as accounts
from jeveuxagir.accounts.models import User
from jeveuxagir.audit.models import Delivery
from jeveuxagir.audit.services import handler_of
from jeveuxagir.common.clock import today
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.notifications.models import Message
from missions import services as missions
from missions.models import Mission
from missions.participations import services as participations
from missions.participations.models import Participation
from missions.words import when_in_words
from organisations.models import Organisation
from tests.e2e.conftest import PHONE, Mailbox
from tests.e2e.keyboard import Keyboard
from tests.factories import (
    born_for,
    make_member,
    make_mission,
    make_organisation,
    make_person,
    make_slot,
    make_staff,
    make_user,
)

PASSWORD = "une phrase de passe pour essayer"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
WHERE = "Guéret (23)"

pytestmark = [pytest.mark.usefixtures("worker"), pytest.mark.xdist_group("e2e")]

Seen = Callable[[Page], None]


@pytest.fixture
def look(seen: Seen) -> Seen:
    """A page of a story: no violation, nothing wider than the phone."""

    def check(page: Page) -> None:
        page.wait_for_load_state()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], page.url
        seen(page)

    return check


def _account(user: User) -> User:
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


def _sign_in(keys: Keyboard, user: User, *, path: str = "/compte/connexion/", secret: str = "") -> None:
    """From the page asked for, which sends whoever is not signed in here first."""
    page = keys.page
    page.goto(path)
    keys.type(page.get_by_label("Adresse électronique"), user.email)
    keys.type(page.get_by_label("Mot de passe"), PASSWORD)
    keys.enter("button", "Continuer")
    if secret:
        keys.type(page.locator("input[name=code]"), pyotp.TOTP(secret).now())
        keys.enter("button", "Continuer")


def _plain(text: str) -> str:
    """With ordinary spaces, as a person reads it."""
    return " ".join(text.split())


def _said(page: Page) -> str:
    return _plain(page.get_by_role("main").inner_text())


def _apply_without_account(
    keys: Keyboard, mailbox: Mailbox, look: Seen, *, email: str, born: datetime.date, guardian: str = ""
) -> None:
    """The form that stands open, then the button of the mail: the address is confirmed."""
    page = keys.page
    look(page)
    slots = page.locator("input[name=slot]")
    if slots.count() > 1:
        keys.choose(slots.nth(1))
    keys.type(page.get_by_label("Votre message"), "Je viens volontiers.")
    keys.type(page.get_by_label("Prénom"), "Nour")
    keys.type(page.locator("input[name=email]"), email)
    keys.set(page.locator("input[name=birth_date]"), born.isoformat())
    if guardian:
        keys.type(page.locator("input[name=guardian_email]"), guardian)
    keys.enter("button", "Envoyer ma candidature")
    expect(page.get_by_role("heading", level=1)).to_contain_text("ouvrez votre messagerie")
    look(page)
    mailbox.open(page, "Confirmez votre candidature", to=email)
    mailbox.follow(page, containing="/confirmer/")
    look(page)
    keys.tick(page.get_by_label("J’accepte les conditions"))
    keys.enter("button", "Confirmer mon adresse")


# --- find, apply ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "without"])
def test_somebody_finds_a_mission_by_keyboard_and_applies_without_an_account(
    visitor: Callable[..., Page], mailbox: Mailbox, look: Seen, javascript: bool
) -> None:
    gardening = make_mission(title="Jardiner avec les voisins", domain="environnement", slots=2)
    for made in (gardening, make_mission(title="Jardiner à l’école"), make_mission(title="Servir des repas")):
        missions.set_search_extra(made)
    page = visitor(javascript=javascript)
    keys = Keyboard(page)

    # A typo is understood, and said.
    page.goto("/missions/")
    look(page)
    keys.type(page.get_by_label("Quoi ?"), "jardinner")
    with page.expect_navigation(url="**q=jardinner**"):
        page.keyboard.press("Enter")
    expect(page.get_by_text("Voici les résultats pour")).to_be_visible()
    expect(page.get_by_role("heading", name="2 missions")).to_be_visible()
    look(page)

    # A facet says how many it leaves, and leaves them.
    keys.reach(page.locator("#filtres > summary"))
    page.keyboard.press("Enter")
    facet = page.get_by_role("checkbox", name="Protection de la nature")
    keys.tick(facet)
    if not javascript:
        keys.enter("button", "Appliquer les filtres")
    page.wait_for_url("**domaine=environnement**")
    expect(page.get_by_role("heading", name="1 mission", exact=True)).to_be_visible()
    look(page)

    # The mission, the form, the mail, the application.
    keys.enter("link", "Jardiner avec les voisins")
    look(page)
    keys.enter("link", "Je candidate")
    _apply_without_account(keys, mailbox, look, email="nour@exemple.fr", born=born_for(30))
    application = Participation.objects.get()
    assert application.state == "applied"
    assert application.slot == gardening.slots.order_by("starts_at")[1]
    expect(page.get_by_role("heading", name="Jardiner avec les voisins", level=1)).to_be_visible()
    look(page)
    page.goto("/mon-espace/")
    look(page)
    keys.enter("link", "Jardiner avec les voisins", exact=False)
    assert _plain(when_in_words(application.slot)).lower() in _said(page).lower()
    mailbox.open(page, "Votre candidature est envoyée", to="nour@exemple.fr")


# --- publish, moderate, edit, moderate again --------------------------------------------------------------


def test_a_mission_is_published_then_edited_and_each_time_the_brigade_decides(
    visitor: Callable[..., Page], mailbox: Mailbox, look: Seen
) -> None:
    organisation = make_organisation(name="Les Lectures du mercredi")
    owner = _account(make_member(organisation, person=make_person(first_name="Odile")))
    staff = _account(make_staff(first_name="Basile"))
    accounts.seed_totp(staff, SECRET)
    first = "Vous lisez des histoires à deux ou trois enfants, dans le calme de la bibliothèque. " * 3
    second = (
        "Vous lisez des albums et des bandes dessinées à deux ou trois enfants, puis vous en parlez. " * 3
    )

    # The owner, without JavaScript, writes it page by page.
    odile = Keyboard(visitor(javascript=False))
    _write(odile, organisation, owner, look, description=first)
    mission = Mission.objects.get()
    assert mission.state == "pending"
    public = mission.get_absolute_url()
    anybody = visitor()
    answer = anybody.goto(public)
    assert answer is not None
    assert answer.status == 404

    # The brigade accepts it by keyboard.
    basile = Keyboard(visitor())
    _sign_in(basile, staff, path="/brigade/", secret=SECRET)
    look(basile.page)
    _decide(basile, mission, look)
    anybody.goto(public)
    expect(anybody.get_by_role("heading", name="Lire avec des élèves, le mercredi", level=1)).to_be_visible()
    assert _plain(first) in _said(anybody)
    look(anybody)

    # The owner follows the mail, changes the description: the published text stays, and the page says so.
    mailbox.open(odile.page, "Votre mission est publiée", to=owner.email)
    mailbox.follow(odile.page, containing=f"/missions/{mission.pk}/")
    odile.enter("link", "Modifier la description")
    look(odile.page)
    odile.set(odile.page.get_by_label("Description"), second)
    odile.enter("button", "Enregistrer")
    expect(odile.page.get_by_role("heading", name="Ces changements attendent la brigade")).to_be_visible()
    look(odile.page)
    anybody.goto(public)
    assert _plain(first) in _said(anybody)
    assert _plain(second) not in _said(anybody)

    # The case shows what changes and nothing else; once accepted, everybody reads the new text.
    item = ModerationItem.objects.get(decided_at=None)
    assert set(item.diff) == {"description"}
    _decide(basile, mission, look, only_changes=(first, second))
    anybody.goto(public)
    assert _plain(second) in _said(anybody)
    assert _plain(first) not in _said(anybody)
    mailbox.open(odile.page, "La modification de votre mission est publiée", to=owner.email)


def _write(keys: Keyboard, organisation: Organisation, owner: User, look: Seen, *, description: str) -> None:
    """The seven pages of a new mission."""
    page = keys.page
    _sign_in(keys, owner, path=f"{organisation.space_url}missions/")
    look(page)
    keys.enter("link", "Créer une mission")
    look(page)
    keys.type(page.get_by_label("Titre"), "Lire avec des élèves, le mercredi")
    keys.pick(page.get_by_label("Domaine"), "education")
    keys.enter("button", "Enregistrer et continuer")
    look(page)
    keys.set(page.get_by_label("Description"), description)
    keys.enter("button", "Enregistrer et continuer")
    look(page)
    keys.choose(page.get_by_role("radio", name="16 ans"))
    keys.enter("button", "Enregistrer et continuer")
    look(page)
    keys.enter("button", "Enregistrer et continuer")
    look(page)
    keys.type(page.locator("input[name=adresses-0-commune]"), WHERE)
    keys.enter("button", "Enregistrer et continuer")
    look(page)
    day = today() + datetime.timedelta(days=10)
    keys.choose(page.get_by_role("radio", name="À une date", exact=True))
    keys.set(page.get_by_label("Date", exact=True), day.isoformat())
    keys.set(page.locator("input[name=start_time]"), "14:00")
    keys.set(page.locator("input[name=end_time]"), "16:00")
    keys.type(page.get_by_label("Places par créneau"), "4")
    keys.enter("button", "Ajouter")
    look(page)
    keys.enter("link", "Continuer : relire et envoyer")
    look(page)
    keys.enter("button", "Envoyer à la brigade")
    look(page)


def _decide(
    keys: Keyboard, mission: Mission, look: Seen, *, only_changes: tuple[str, str] | None = None
) -> None:
    """From the brigade's home to the case, and yes."""
    page = keys.page
    page.goto("/brigade/")
    keys.enter("link", mission.title, exact=False)
    look(page)
    if only_changes is not None:
        assert page.locator("dl.br-diff dt").all_inner_texts() == ["Description"]
        assert _plain(page.locator("dl.br-diff del").inner_text()) == _plain(only_changes[0])
        assert _plain(page.locator("dl.br-diff ins").inner_text()) == _plain(only_changes[1])
        expect(page.get_by_text("La fiche entière")).to_be_visible()
        assert page.locator("details.br-more").get_attribute("open") is None
    keys.choose(page.get_by_role("radio", name="Accepter"))
    keys.enter("button", "Décider")
    look(page)


# --- a slot moves -----------------------------------------------------------------------------------------


def test_a_slot_moves_and_each_applicant_is_told_once_and_answers(
    visitor: Callable[..., Page], mailbox: Mailbox, look: Seen
) -> None:
    organisation = make_organisation(name="Le Repas partagé")
    owner = _account(make_member(organisation, person=make_person(first_name="Odile")))
    mission = make_mission(organisation=organisation, title="Servir des repas, le midi", slots=0)
    slot, other = make_slot(mission, in_days=10), make_slot(mission, in_days=17)
    around = make_mission(title="Accompagner au marché")
    nour, sam = (_account(make_user(first_name=name)) for name in ("Nour", "Sam"))
    for user in (nour, sam):
        participations.apply(person=user.person, slot=slot, actor=user)
    before = _plain(when_in_words(slot))

    # The owner moves it, without JavaScript.
    odile = Keyboard(visitor(javascript=False))
    _sign_in(odile, owner, path=f"{organisation.space_url}missions/{mission.pk}/creneaux/{slot.pk}/")
    look(odile.page)
    odile.set(odile.page.locator("input[name=start_time]"), "10:00")
    odile.set(odile.page.locator("input[name=end_time]"), "12:00")
    odile.enter("button", "Enregistrer")
    expect(odile.page.get_by_text("Le créneau est déplacé.")).to_be_visible()
    look(odile.page)

    # Each reads both times and what else is possible, from one mail, and answers on its page.
    slot.refresh_from_db()
    after = _plain(when_in_words(slot))
    assert after != before
    windows = {user: Keyboard(visitor(javascript=False)) for user in (nour, sam)}
    for user, button in ((nour, "Je ne peux plus"), (sam, "Je viens toujours")):
        keys = windows[user]
        mailbox.open(keys.page, "Nouvel horaire", to=user.email)
        mail = _plain(keys.page.locator("pre").inner_text())
        for said in (before, after, _plain(when_in_words(other)), around.title):
            assert said in mail
        link = keys.page.locator('pre a[href*="/mon-espace/candidatures/"]').first.get_attribute("href")
        assert link
        _sign_in(keys, user, path=link)
        assert before.lower() in _said(keys.page).lower()
        look(keys.page)
        keys.enter("button", button)
        look(keys.page)
    states = dict(Participation.objects.values_list("person__first_name", "state"))
    assert states == {"Nour": "cancelled", "Sam": "applied"}
    assert not Participation.objects.exclude(moved_from="").filter(state="applied").exists()
    slot.refresh_from_db()
    assert slot.taken == 1

    # The organisation is told of the one who leaves; the reaction, run twice more, tells nobody.
    mailbox.open(odile.page, "Une personne annule", to=owner.email)
    delivery = Delivery.objects.get(event__verb="mission.slot_moved", subscriber="participations")
    handler = handler_of("mission.slot_moved", "participations")
    assert handler is not None
    handler(delivery.event)
    handler(delivery.event)
    told = Message.objects.filter(kind="participations.moved").values_list("person", flat=True)
    assert sorted(told) == sorted([nour.person_id, sam.person_id])
    for user in (nour, sam):
        assert mailbox.count(odile.page, "Nouvel horaire", to=user.email) == 1


# --- a guardian objects -----------------------------------------------------------------------------------


def test_a_guardian_objects_and_the_application_of_a_minor_is_cancelled(
    visitor: Callable[..., Page], mailbox: Mailbox, look: Seen
) -> None:
    organisation = make_organisation(name="La Ludothèque du faubourg")
    owner = make_member(organisation)
    mission = make_mission(organisation=organisation, title="Tenir la ludothèque")
    minor = Keyboard(visitor(javascript=False))
    minor.page.goto(mission.get_absolute_url())
    minor.enter("link", "Je candidate")
    _apply_without_account(
        minor,
        mailbox,
        look,
        email="nour@exemple.fr",
        born=born_for(16),
        guardian="parent@exemple.fr",
    )
    look(minor.page)

    # The guardian is told once, in a mail whose page changes nothing by being opened.
    guardian = Keyboard(visitor(javascript=False))
    mailbox.open(guardian.page, "veut s’engager comme bénévole", to="parent@exemple.fr")
    mailbox.follow(guardian.page, containing="/tuteur/")
    look(guardian.page)
    guardian.page.reload()
    mailbox.open(minor.page, "Une candidature à la mission", to=owner.person.email)  # told, so sent
    assert Participation.objects.get().state == "applied"

    guardian.enter("button", "Je m’oppose à cet engagement")
    expect(guardian.page.get_by_role("heading", name="Votre opposition est enregistrée")).to_be_visible()
    look(guardian.page)

    # Cancelled: the minor and the organisation read it once each; the seat is free; no other application leaves.
    mailbox.open(minor.page, "Votre participation est annulée", to="nour@exemple.fr")
    assert "opposition d’un parent ou tuteur" in _plain(minor.page.locator("pre").inner_text())
    mailbox.open(guardian.page, "Une personne annule", to=owner.person.email)
    application = Participation.objects.get()
    assert application.state == "cancelled"
    assert application.slot.taken == 0
    for subject, to in (
        ("veut s’engager comme bénévole", "parent@exemple.fr"),
        ("Votre participation est annulée", "nour@exemple.fr"),
        ("Une personne annule", owner.person.email),
        ("Une candidature à la mission", owner.person.email),
    ):
        assert mailbox.count(guardian.page, subject, to=to) == 1, subject
    minor.page.goto(f"/mon-espace/candidatures/{application.pk}/")
    look(minor.page)
    minor.page.goto(f"{mission.get_absolute_url()}candidater/")
    look(minor.page)
    assert Participation.objects.count() == 1
