"""One's own space opens on what waits, from every app, the oldest first."""

from __future__ import annotations

import datetime
import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jeveuxagir.accounts import guardians
from jeveuxagir.accounts.models import GuardianNotice, Person, TermsAcceptance, User
from jeveuxagir.common.clock import now
from missions.participations.models import Departure
from missions.words import day
from organisations.models import JoinRequest, Organisation
from tests import factories as f
from volunteers.requests.services import expires_on

pytestmark = pytest.mark.django_db
HOME = "/mon-espace/"
DAY = datetime.timedelta(days=1)


def ago(days: float) -> datetime.datetime:
    return now() - days * DAY


def shown(client: Client, query: str = "") -> list[tuple[str, str, str]]:
    """(what, its address, the button's word) of each line, in order."""
    page = client.get(HOME + query).content.decode()
    found = re.search(r'<ul class="my-tasks">(.*?)</ul>', page, re.DOTALL)
    lines = re.findall(
        r'<p>(.*?)</p>.*?<a class="fr-btn fr-btn--sm" href="([^"]*)">([^<]*)',
        found[1] if found else "",
        re.DOTALL,
    )
    return [tuple(html.unescape(part).replace("\xa0", " ") for part in line) for line in lines]


@pytest.fixture
def user() -> User:
    return f.make_user()


@pytest.fixture
def signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def test_nothing_waits_and_the_page_says_it_kindly(signed_in: Client) -> None:
    page = signed_in.get(HOME).content.decode()
    assert "Rien ne vous attend pour le moment." in page
    assert "Nous vous écrirons dès qu’il y a du nouveau" in page
    assert shown(signed_in) == []


def test_the_oldest_comes_first_whatever_the_app(signed_in: Client, user: User) -> None:
    person = user.person
    idea = f.make_idea(person=person, state="closed", answer="Déjà fait", state_changed_at=ago(5))
    proposed = f.make_request(person=person, state="proposed")
    f.make_proposal(request=proposed, proposed_at=ago(3))
    f.make_proposal(request=proposed, proposed_at=ago(1))
    mission = f.make_mission(title="Trier des livres")
    moved = f.make_participation(
        person=person,
        mission=mission,
        state="accepted",
        answered_at=ago(20),
        moved_from="lundi",
        moved_at=ago(4),
    )
    talk = f.make_participation(person=person, state="in_talk", state_changed_at=ago(2))
    assert shown(signed_in) == [
        ("La brigade a répondu à votre idée « Un atelier vélo »", idea.get_absolute_url(), "Lire"),
        (
            "L’horaire de « Trier des livres » a changé : venez-vous toujours ?",
            reverse("participations:mine", args=[moved.pk]),
            "Répondre",
        ),
        (
            "2 propositions à regarder, pour votre demande à Guéret (23)",
            proposed.get_absolute_url(),
            "Répondre",
        ),
        (
            f"{talk.mission.organisation.name} souhaite échanger avec vous : « Lire avec des élèves »",
            reverse("participations:mine", args=[talk.pk]),
            "Voir",
        ),
    ]


def test_five_lines_then_a_link_to_all_of_them(signed_in: Client, user: User) -> None:
    for days in range(7):
        f.make_idea(person=user.person, what=f"Idée {days}", state="problem", state_changed_at=ago(days))
    assert [what[-9:-2] for what, _, _ in shown(signed_in)] == [f" Idée {n}" for n in (6, 5, 4, 3, 2)]
    assert "Voir tout (7)" in signed_in.get(HOME).content.decode()
    assert len(shown(signed_in, "?tout=1")) == 7
    assert "Voir tout" not in signed_in.get(f"{HOME}?tout=1").content.decode()


def test_an_answer_is_news_for_a_week(signed_in: Client, user: User) -> None:
    yes = f.make_participation(person=user.person, state="accepted", answered_at=ago(6))
    no = f.make_participation(
        person=user.person,
        state="declined",
        state_changed_at=ago(2),
        mission=f.make_mission(title="Cuisiner"),
    )
    silence = f.make_participation(person=user.person, state="cancelled", decline_reason="unanswered")
    lines = shown(signed_in)
    assert [url for _, url, _ in lines] == [
        reverse("participations:mine", args=[p.pk]) for p in (yes, no, silence)
    ]
    assert f"{yes.mission.organisation.name} vous attend" in lines[0][0]
    assert lines[1][0] == f"{no.mission.organisation.name} a répondu à votre candidature : « Cuisiner »"
    assert lines[2][0].startswith("Votre candidature n’a pas eu de suite")
    for row in (yes, no, silence):
        type(row).objects.filter(pk=row.pk).update(answered_at=ago(8), state_changed_at=ago(8))
    assert shown(signed_in) == []


def test_the_question_about_a_departure_is_answered_from_here(signed_in: Client, user: User) -> None:
    mission = f.make_mission(imported=True, title="Maraude")
    departure = Departure.objects.create(person=user.person, mission=mission, asked_at=ago(1))
    ((what, url, _),) = shown(signed_in)
    assert "Avez-vous candidaté chez" in what
    assert "« Maraude »" in what
    signed_in.post(url, {"answer": "yes"})
    departure.refresh_from_db()
    assert departure.answer == "yes"
    assert shown(signed_in) == []


def test_a_request_about_to_stop_or_without_a_proposal_waits_for_a_word(
    signed_in: Client, user: User
) -> None:
    silent = f.make_request(person=user.person, alive_at=ago(85))
    unserved = f.make_request(person=user.person, state="unserved", state_changed_at=ago(3))
    f.make_request(person=user.person, alive_at=ago(80))
    lines = shown(signed_in)
    assert [url for _, url, _ in lines] == [unserved.get_absolute_url(), silent.get_absolute_url()]
    assert "Rien trouvé pour votre demande à Guéret (23)" in lines[0][0]
    assert f"s’arrête le {day(expires_on(silent))} : cherchez-vous toujours ?" in lines[1][0]


def test_a_minor_sees_what_the_guardian_is_waited_for(client: Client) -> None:
    user = f.make_user(age=16)
    client.force_login(user)
    GuardianNotice.objects.filter(person=user.person).delete()
    ((what, url, act),) = shown(client)
    assert (what, url) == (
        "Indiquez l’adresse d’un parent ou tuteur : vous pourrez candidater ensuite",
        "/mon-espace/profil/#tuteur",
    )
    assert act == "L’indiquer"
    guardians.announce(user.person, email="parent@exemple.fr")
    ((what, _, _),) = shown(client)
    assert what.startswith("Votre parent ou tuteur n’est pas encore prévenu")
    GuardianNotice.objects.update(state="told", told_at=now())
    assert shown(client) == []
    GuardianNotice.objects.update(state="objected", objected_at=now())
    assert shown(client) == [], "there is nothing to do: the page says that they objected"
    assert "s’est opposé à votre engagement" in client.get(HOME).content.decode()


def test_new_terms_wait_until_they_are_accepted(client: Client, user: User) -> None:
    TermsAcceptance.objects.filter(person=user.person).delete()
    client.force_login(user)
    ((what, url, _),) = shown(client)
    assert "Les conditions d’utilisation ont changé" in what
    client.post(url, {"terms": "on"})
    assert shown(client) == []


def test_those_responsible_see_who_waits_for_them(signed_in: Client, user: User) -> None:
    organisation = f.make_organisation(owner=user)
    f.make_organisation(owner=user, state="draft", name="Le Jardin", state_changed_at=ago(9))
    slot = f.make_slot(f.make_mission(organisation=organisation), in_days=-2)
    f.make_participation(slot=slot, state="accepted")
    f.make_participation(mission=f.make_mission(organisation=organisation), applied_at=ago(4))
    JoinRequest.objects.create(
        organisation=organisation, person=f.make_person(), created_at=ago(1), expires_at=now() + 5 * DAY
    )
    name = organisation.name
    assert [what for what, _, _ in shown(signed_in)] == [
        "Inscription à terminer : Le Jardin",
        f"1 candidature à traiter : {name}",
        f"1 présence à confirmer : {name}",
        f"1 demande à rejoindre {name}",
    ]
    for _, url, _ in shown(signed_in):
        assert signed_in.get(url.partition("#")[0]).status_code == 200, url


def test_nobody_sees_what_waits_for_somebody_else(signed_in: Client) -> None:
    other = f.make_user().person
    f.make_proposal(request=f.make_request(person=other, state="proposed"))
    f.make_idea(person=other, state="problem")
    f.make_participation(person=other, state="in_talk")
    organisation = f.make_organisation(owner=other)
    f.make_participation(mission=f.make_mission(organisation=organisation))
    assert shown(signed_in) == []


def one_of_each(person: Person, organisation: Organisation) -> None:
    f.make_proposal(request=f.make_request(person=person, state="proposed", alive_at=ago(85)))
    f.make_request(person=person, state="unserved")
    f.make_idea(person=person, state="problem")
    f.make_participation(person=person, state="in_talk")
    f.make_participation(person=person, state="accepted", moved_from="lundi", moved_at=ago(1))
    Departure.objects.create(person=person, mission=f.make_mission(imported=True), asked_at=ago(1))
    f.make_participation(mission=f.make_mission(organisation=organisation))
    JoinRequest.objects.create(organisation=organisation, person=f.make_person(), expires_at=now() + 5 * DAY)
    f.make_organisation(owner=person, state="draft")


def test_the_page_asks_as_much_with_one_line_of_each_as_with_twenty(signed_in: Client, user: User) -> None:
    def queries() -> Any:
        with CaptureQueriesContext(connection) as seen:
            signed_in.get(f"{HOME}?tout=1")
        return len(seen)

    organisation = f.make_organisation(owner=user)
    one_of_each(user.person, organisation)
    signed_in.get(HOME)
    few = queries()
    for _ in range(19):
        one_of_each(user.person, organisation)
    assert queries() == few
    assert len(shown(signed_in, "?tout=1")) > 100
