"""The pages of meetings, decisions, actions and roles, as the people of an alliance use them."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from icalendar import Calendar, Event

from alliances.enums import Rule
from alliances.governance import matrices, services
from alliances.governance.enums import Coming, DecisionState, MeetingState, TaskState
from alliances.governance.matrices import Cell, Line, Matrix
from alliances.governance.models import Decision, Function, Meeting, Task
from alliances.models import Party
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.text import NBSP, of, zone_words
from jeveuxagir.ui.documents import pdf
from tests import factories as f

from .test_services import Table

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script>"


class Pages(Table):
    """The first party animates; `client` is signed in as one of its people."""

    def __init__(self, **fields: Any) -> None:
        super().__init__(**fields)
        self.client = self.of(0)

    def of(self, number: int) -> Client:
        client = Client()
        client.force_login(self.people[number])
        return client

    def url(self, path: str = "") -> str:
        return f"{self.alliance.space_url}{path}"

    def text(self, path: str, client: Client | None = None) -> str:
        response = (client or self.client).get(self.url(path))
        assert response.status_code == 200, response.status_code
        return response.content.decode()


def form(**fields: Any) -> dict[str, Any]:
    day = (today() + datetime.timedelta(days=10)).isoformat()
    said = {"title": "Comité", "day": day, "start": "18:00", "minutes_long": "120", "place": "Mairie"}
    return {**said, "online_url": "", "agenda": "Le bilan\nLa suite", **fields}


# --- meetings ---------------------------------------------------------------------------------------------------


def test_a_meeting_is_planned_from_a_page_answered_and_shown_with_its_agenda() -> None:
    pages = Pages()
    assert "Aucune réunion n’est prévue" in pages.text("reunions/")
    sent = pages.client.post(pages.url("reunions/nouvelle/"), form())
    meeting = Meeting.objects.get()
    assert sent.url == meeting.page_url
    pages.of(1).post(pages.url(f"reunions/{meeting.pk}/repondre/"), {"coming": "yes"})
    page = pages.text(f"reunions/{meeting.pk}/")
    for words in ("Le bilan", "La suite", f"18{NBSP}h", "Mairie", pages.people[1].person.full_name):
        assert words in page
    assert meeting.attendances.get().coming == Coming.YES
    assert "Comité" in pages.text("reunions/")


def test_an_hour_overseas_is_the_hour_of_the_place() -> None:
    pages = Pages(department="972")
    pages.client.post(pages.url("reunions/nouvelle/"), form())
    meeting = Meeting.objects.get()
    assert meeting.starts_at.astimezone(datetime.UTC).hour == 22
    page = pages.text(f"reunions/{meeting.pk}/")
    assert f"de 18{NBSP}h à 20{NBSP}h (heure de la Martinique)" in page
    assert "heure de la Martinique" in pages.text("reunions/nouvelle/")


def test_a_zone_bears_its_french_name():
    said = [
        zone_words(zone) for zone in ("Indian/Reunion", "Pacific/Noumea", "America/Cayenne", "Europe/Paris")
    ]
    assert said == ["heure de La Réunion", "heure de Nouméa", "heure de Cayenne", ""]


def test_a_wrong_form_keeps_what_was_typed() -> None:
    pages = Pages()
    wrong = pages.client.post(pages.url("reunions/nouvelle/"), form(day="", place="Chez Paul"))
    assert wrong.status_code == 422
    assert "Chez Paul" in wrong.content.decode()
    past = pages.client.post(pages.url("reunions/nouvelle/"), form(day="2020-01-01"))
    assert past.status_code == 409
    assert "date à venir" in past.content.decode()


def read(text: str) -> tuple[Calendar, Event]:
    (found,) = Calendar.from_ical(text).walk("VCALENDAR")
    (event,) = found.walk("VEVENT")
    return found, event


def test_the_calendar_file_follows_a_move_and_a_cancellation_takes_it_out() -> None:
    pages = Pages()
    meeting = pages.convene()
    path = f"reunions/{meeting.pk}/agenda.ics"
    whole, first = read(pages.text(path))
    assert (whole["method"], first["sequence"], first["status"]) == ("PUBLISH", 0, "CONFIRMED")
    assert str(first["organizer"]).startswith("mailto:")
    pages.client.post(pages.url(f"reunions/{meeting.pk}/modifier/"), form(version="1", start="19:30"))
    whole, moved = read(pages.text(path))
    assert (whole["method"], moved["sequence"]) == ("PUBLISH", 1)
    assert moved.decoded("dtstart") > first.decoded("dtstart")
    assert "Mettre à jour mon agenda" in pages.text(f"reunions/{meeting.pk}/")
    pages.client.post(pages.url(f"reunions/{meeting.pk}/annuler/"))
    whole, gone = read(pages.text(path))
    assert (whole["method"], gone["sequence"], gone["status"]) == ("CANCEL", 2, "CANCELLED")
    assert len({event["uid"] for event in (first, moved, gone)}) == 1
    page = pages.text(f"reunions/{meeting.pk}/")
    assert "annulée" in page
    assert "Retirer de mon agenda" in page


def test_minutes_are_shown_escaped_and_never_lost_when_somebody_wrote_meanwhile() -> None:
    pages = Pages()
    meeting = pages.convene()
    path = pages.url(f"reunions/{meeting.pk}/compte-rendu/")
    with time_machine.travel(meeting.starts_at + datetime.timedelta(hours=3)):
        assert "compte rendu à écrire" in pages.text("reunions/")
        came = [pages.people[1].person_id]
        client = pages.of(0)
        sent = client.post(path, {"minutes": f"Bonjour {SCRIPT}", "came": came, "version": "1"})
        assert sent.status_code == 302
        page = pages.text(f"reunions/{meeting.pk}/", client)
        assert SCRIPT not in page
        assert "&lt;script&gt;" in page
        assert pages.people[1].person.full_name in page
        late = client.post(path, {"minutes": "Mes mots à moi", "version": "1"})
        assert late.status_code == 409
        assert "Mes mots à moi" in late.content.decode()
        assert "&lt;script&gt;" in late.content.decode()
        client.post(path, {"minutes": "Mes mots à moi", "version": "2"})
    meeting.refresh_from_db()
    assert (meeting.state, meeting.minutes) == (MeetingState.HELD, "Mes mots à moi")


def test_who_neither_animates_nor_facilitates_plans_no_meeting() -> None:
    pages = Pages()
    other = pages.of(1)
    assert other.get(pages.url("reunions/nouvelle/")).status_code == 403
    assert "Prévoir une réunion" not in pages.text("reunions/", other)


# --- decisions --------------------------------------------------------------------------------------------------


def test_who_joined_since_reads_that_its_voice_does_not_count_and_is_not_awaited() -> None:
    pages = Pages()
    decision = pages.propose()
    newcomer = f.make_party(pages.alliance)
    client = Client()
    client.force_login(f.make_signatory(newcomer))
    page = pages.text(f"decisions/{decision.pk}/", client)
    assert f"{newcomer.name} a rejoint l’alliance alors que ce vote était déjà ouvert" in page
    assert f"La voix {of(newcomer.name)}" not in page
    assert newcomer.name not in page.partition("N’ont pas encore voté")[2].partition("</section>")[0]
    assert f"La voix {of(pages.parties[0].name)}" in pages.text(f"decisions/{decision.pk}/")


def test_a_decision_is_proposed_voted_and_told_with_its_rule_and_its_tasks() -> None:
    pages = Pages(rule=Rule.CONSENT)
    sent = pages.client.post(
        pages.url("decisions/nouvelle/"), {"title": "Ouvrir le samedi", "body": "Oui", "days": "7"}
    )
    decision = Decision.objects.get()
    assert sent.url == decision.page_url
    page = pages.text(f"decisions/{decision.pk}/")
    assert "aucune ne s’oppose" in page
    assert "N’ont pas encore voté" in page
    vote = [pages.url(f"decisions/{decision.pk}/voix/{party.pk}/") for party in pages.parties]
    key = [f"v{party.pk}" for party in pages.parties]
    silent = pages.of(1).post(vote[1], {f"{key[1]}-choice": "against", f"{key[1]}-reason": " "})
    assert silent.status_code == 422
    assert "Dites pourquoi" in silent.content.decode()
    for number in range(3):
        pages.of(number).post(vote[number], {f"{key[number]}-choice": "for", f"{key[number]}-reason": ""})
    decision.refresh_from_db()
    assert decision.state == DecisionState.ADOPTED
    page = pages.text(f"decisions/{decision.pk}/")
    assert pages.people[2].person.full_name in page
    assert "<svg" in page
    assert "Voix par monde" in page
    given = {
        "title": "Trouver les clés",
        "party": pages.parties[1].pk,
        "due_on": (today() + datetime.timedelta(days=3)).isoformat(),
    }
    back = pages.client.post(pages.url(f"actions/nouvelle/?decision={decision.pk}"), given)
    assert back.url == decision.page_url
    assert "Trouver les clés" in pages.text(f"decisions/{decision.pk}/")


def test_nobody_votes_for_a_party_that_is_not_theirs_nor_after_the_end() -> None:
    pages = Pages()
    decision = pages.propose(days=1)
    own, other = pages.parties[:2]
    path = pages.url(f"decisions/{decision.pk}/voix/{other.pk}/")
    assert pages.client.post(path, {f"v{other.pk}-choice": "for"}).status_code == 403
    with time_machine.travel(now() + datetime.timedelta(days=2)):
        late = pages.of(0).post(
            pages.url(f"decisions/{decision.pk}/voix/{own.pk}/"), {f"v{own.pk}-choice": "for"}
        )
    assert late.status_code in (302, 409)
    assert not decision.votes.exists()


def test_who_proposed_takes_a_decision_back_and_others_may_not() -> None:
    pages = Pages()
    decision = pages.propose()
    path = pages.url(f"decisions/{decision.pk}/retirer/")
    assert pages.of(1).post(path).status_code == 403
    pages.client.post(path)
    assert Decision.objects.get().state == DecisionState.WITHDRAWN
    assert "retirée" in pages.text("decisions/")


def test_a_facilitator_plans_meetings_and_proposes_decisions() -> None:
    pages = Pages()
    party = f.make_party(pages.alliance, kind="local_authority", is_facilitator=True)
    client = Client()
    client.force_login(f.make_signatory(party))
    assert client.get(pages.url("decisions/nouvelle/")).status_code == 200
    assert client.get(pages.url("reunions/nouvelle/")).status_code == 200


def test_a_facilitator_who_animates_proposes_to_close_on_the_page() -> None:
    pages = Pages()
    party = f.make_party(pages.alliance, kind="local_authority", is_facilitator=True, is_animator=True)
    client = Client()
    client.force_login(f.make_signatory(party))
    answers = {"reached": "Cent enfants", "learned": "Le samedi", "what_next": "Rien"}
    sent = client.post(pages.url("clore/"), answers)
    assert sent.status_code == 302
    assert sent.url == Decision.objects.get().page_url


def test_a_trusted_third_party_is_proposed_voted_and_ended_on_pages() -> None:
    pages = Pages()
    third = pages.parties[2]
    path = f"decisions/tiers-de-confiance/{third.pk}/"
    until = (today() + datetime.timedelta(days=365)).isoformat()
    said = {"independence": "Ne reçoit rien.", "mandate": "Relire les comptes", "days": "7"}
    said |= {"starts_on": today().isoformat(), "ends_on": until, "nonce": "a" * 20}
    wrong = pages.client.post(pages.url(path), said | {"ends_on": today().isoformat(), "mandate": SCRIPT})
    assert wrong.status_code == 422
    assert "finit après avoir commencé" in wrong.content.decode()
    assert SCRIPT not in wrong.content.decode()
    sent = pages.client.post(pages.url(path), said)
    decision = Decision.objects.get()
    assert sent.url == decision.page_url
    page = pages.text(f"decisions/{decision.pk}/")
    for words in ("devient tiers de confiance", "Relire les comptes", "Ne reçoit rien."):
        assert words in page
    twice = pages.client.post(pages.url(path), said | {"nonce": "b" * 20})
    assert twice.status_code == 409
    assert "déjà au vote" in twice.content.decode()
    for number in range(2):
        pages.vote(decision, number)
    assert "Relire les comptes" in pages.text("parties/")
    assert "Mettre fin" in pages.text(path)
    assert pages.client.post(pages.url(path)).status_code == 302
    assert Decision.objects.order_by("pk").last().effect == "no_third"
    foreign = f.make_alliance().parties.first()
    assert pages.client.get(pages.url(f"decisions/tiers-de-confiance/{foreign.pk}/")).status_code == 404


def test_the_parties_close_their_alliance_by_a_decision() -> None:
    pages = Pages()
    answers = {"reached": "Cent enfants", "learned": "Le samedi", "what_next": "Rien"}
    sent = pages.client.post(pages.url("clore/"), answers)
    decision = Decision.objects.get()
    assert sent.url == decision.page_url
    assert "Cent enfants" in pages.text(f"decisions/{decision.pk}/")
    assert "Une proposition de clore est déjà au vote" in (
        pages.client.post(pages.url("clore/"), answers, follow=True).content.decode()
    )
    for number in range(2):
        pages.vote(decision, number)
    pages.alliance.refresh_from_db()
    assert pages.alliance.is_closed
    assert pages.alliance.reached == "Cent enfants"


# --- actions ----------------------------------------------------------------------------------------------------


def test_the_action_plan_filters_by_mine_late_party_and_state() -> None:
    pages = Pages()
    soon, late = pages.give(1, title="Bientôt"), pages.give(0, title="Hier")
    Task.objects.filter(pk=late.pk).update(due_on=today() - datetime.timedelta(days=1))
    done = pages.give(2, title="Finie")
    Task.objects.filter(pk=done.pk).update(state=TaskState.DONE)

    def shown(query: str) -> set[str]:
        page = pages.text(f"actions/{query}")
        return {title for title in ("Bientôt", "Hier", "Finie") if title in page}

    assert shown("") == {"Bientôt", "Hier"}
    assert shown("?voir=miennes") == {"Hier"}
    assert shown("?voir=retard") == {"Hier"}
    assert shown(f"?partie={pages.parties[1].pk}") == {"Bientôt"}
    assert shown("?voir=done") == {"Finie"}
    assert shown("?voir=toutes") == {"Bientôt", "Hier", "Finie"}
    assert shown("?voir=n-importe&partie=quoi&page=9") == {"Bientôt", "Hier"}
    assert "1 action en retard" in pages.text("actions/").replace("\u00a0", " ")
    assert "Pas encore de nouvelles" in pages.text(f"actions/{soon.pk}/")
    assert "rien à signaler" not in pages.text("actions/").lower()


def moved(task: Task, **fields: Any) -> dict[str, Any]:
    said = {"state": "doing", "note": "", "due_on": task.due_on.isoformat(), "party": task.party_id or ""}
    return {**said, "version": task.version, **fields}


def test_a_task_says_honestly_where_it_stands() -> None:
    pages = Pages()
    task = pages.give(1)
    path = pages.url(f"actions/{task.pk}/")
    other = pages.of(1)
    blocked = other.post(path, moved(task, state="blocked"))
    assert blocked.status_code == 422
    assert "ce qui bloque" in blocked.content.decode()
    assert other.post(path, moved(task, state="blocked", note="Pas de salle")).status_code == 302
    stale = other.post(path, moved(task, state="done", note="Trouvée"))
    assert stale.status_code == 409
    assert "Trouvée" in stale.content.decode()
    task.refresh_from_db()
    assert (task.state, task.note) == (TaskState.BLOCKED, "Pas de salle")
    assert pages.of(2).post(path, moved(task)).status_code == 403
    assert "Dire où elle en est" not in pages.text(f"actions/{task.pk}/", pages.of(2))


def test_a_task_that_nobody_has_any_more_is_taken_over() -> None:
    pages = Pages()
    task = pages.give(1)
    services.pass_on(pages.alliance, pages.parties[1], None)
    task.refresh_from_db()
    page = pages.text("actions/?voir=a-reprendre")
    assert task.title in page
    assert "à reprendre" in page
    pages.of(2).post(pages.url(f"actions/{task.pk}/"), moved(task, party=pages.parties[2].pk))
    task.refresh_from_db()
    assert task.party == pages.parties[2]


# --- roles ------------------------------------------------------------------------------------------------------


def test_the_matrix_starts_from_the_usual_functions_and_flags_what_is_empty() -> None:
    pages = Pages()
    pages.client.post(pages.url("qui-fait-quoi/commencer/"))
    assert list(pages.alliance.functions.values_list("name", flat=True)) == list(services.FUNCTIONS)
    first, second = pages.alliance.functions.all()[:2]
    said = {"name": first.name, f"party-{pages.parties[0].pk}": "does", "next": "1"}
    sent = pages.client.post(pages.url(f"qui-fait-quoi/{first.pk}/"), said)
    assert sent.url == pages.url(f"qui-fait-quoi/{second.pk}/")
    page = pages.text("qui-fait-quoi/")
    assert f"Personne ne tient : {second.name}" in page.replace("\u00a0", " ")
    assert f"{pages.parties[1].name}, {pages.parties[2].name}" in page
    pages.client.post(pages.url("qui-fait-quoi/commencer/"))
    assert first.holdings.count() == 1  # begun again, nothing is lost


def test_a_function_is_added_renamed_and_removed() -> None:
    pages = Pages()
    pages.client.post(pages.url("qui-fait-quoi/ajouter/"), {"name": "Tenir les comptes"})
    twice = pages.client.post(pages.url("qui-fait-quoi/ajouter/"), {"name": "tenir les comptes"})
    assert twice.status_code == 409
    function = Function.objects.get()
    pages.client.post(pages.url(f"qui-fait-quoi/{function.pk}/"), {"name": "Payer"})
    function.refresh_from_db()
    assert function.name == "Payer"
    assert pages.of(1).get(pages.url(f"qui-fait-quoi/{function.pk}/")).status_code == 403
    pages.client.post(pages.url(f"qui-fait-quoi/{function.pk}/retirer/"))
    assert not Function.objects.exists()


@pytest.mark.parametrize(("parties", "sheets"), [(12, 1), (13, 2), (40, 4), (200, 17)])
def test_beyond_twelve_parties_the_matrix_goes_on_pages_that_repeat_its_functions(
    parties: int, sheets: int
) -> None:
    names = [f"Association des lectrices et lecteurs du canton {number}" for number in range(parties)]
    people = [Party(pk=number, name=name) for number, name in enumerate(names, start=1)]
    functions = [Function(pk=number, name=name) for number, name in enumerate(services.FUNCTIONS)]
    lines = [Line(function, [Cell(party, "does") for party in people]) for function in functions]
    made = matrices.sheets(Matrix(people, lines))
    assert [name for sheet in made for name in sheet["parties"]] == names
    assert all(len(sheet["lines"]) == len(functions) for sheet in made)
    assert all(len(line["cells"]) == len(sheet["parties"]) for sheet in made for line in sheet["lines"])
    said = {"title": "Qui fait quoi", "alliance": "Lire", "footer": "", "sheets": made, "remarks": []}
    assert f"/Count {sheets}".encode() in pdf("roles.typ", said, made_at=now())


def test_the_matrix_is_one_page_of_pdf() -> None:
    pages = Pages()
    lines = [(name, {pages.parties[0].pk: "decides"}) for name in (*services.FUNCTIONS, "#set page(x)")]
    services.set_matrix(pages.alliance, actor=pages.people[0], lines=lines)
    response = pages.client.get(pages.url("qui-fait-quoi/document.pdf"))
    content = response.content
    assert content.startswith(b"%PDF")
    assert b"/Count 1" in content
    assert response["Content-Type"] == "application/pdf"


# --- everywhere -------------------------------------------------------------------------------------------------


def test_home_says_what_is_next_and_who_owes_what() -> None:
    pages = Pages()
    pages.convene(title="Comité de mai")
    pages.give(1, title="Trouver la salle")
    decision = pages.propose()
    page = pages.text("")
    for words in ("Comité de mai", "Trouver la salle", f"voter sur « {decision.title} »", "1 en cours"):
        assert words in page


def test_what_waits_for_me_stands_in_my_space() -> None:
    pages = Pages()
    pages.give(0, title="Trouver la salle")
    decision = pages.propose()
    page = pages.client.get("/mon-espace/").content.decode()
    assert "Trouver la salle" in page
    assert f"« {decision.title} »" in page
    pages.vote(decision, 0)
    assert f"« {decision.title} »" not in pages.client.get("/mon-espace/").content.decode()


def test_a_reader_is_not_asked_to_vote() -> None:
    pages = Pages()
    decision = pages.propose()
    reader = f.make_member(pages.parties[1].organisation, role="reader")
    client = Client()
    client.force_login(reader)
    assert decision.title not in client.get("/mon-espace/").content.decode()


def test_the_public_page_shows_what_was_decided_only_if_the_parties_chose_so() -> None:
    pages = Pages(publication="public", published_at=now())
    decision = pages.propose()
    for number in range(3):
        if Decision.objects.get(pk=decision.pk).is_open:
            pages.vote(decision, number)
    path = pages.alliance.get_absolute_url()
    assert decision.title not in Client().get(path).content.decode()
    type(pages.alliance).objects.filter(pk=pages.alliance.pk).update(shown=["decisions"])
    page = Client().get(path).content.decode()
    assert decision.title in page
    assert pages.people[0].person.full_name not in page


def test_what_a_party_still_has_to_do_is_said_before_it_leaves() -> None:
    pages = Pages()
    pages.give(1)
    page = pages.text(f"parties/{pages.parties[1].pk}/quitter/", pages.of(1))
    assert "1 action en cours" in page.replace("\u00a0", " ")


@pytest.mark.parametrize(
    "path",
    [
        "reunions/{meeting}/",
        "reunions/{meeting}/agenda.ics",
        "reunions/{meeting}/modifier/",
        "decisions/{decision}/",
        "actions/{task}/",
        "qui-fait-quoi/{function}/",
        "actions/nouvelle/?decision={decision}",
        "actions/nouvelle/?reunion={meeting}",
    ],
)
def test_what_is_another_alliance_s_does_not_exist_here(path: str) -> None:
    pages, others = Pages(), Table()
    function = services.add_function(others.alliance, actor=others.people[0], name="À eux")
    ids = {
        "meeting": others.convene().pk,
        "decision": others.propose().pk,
        "task": others.give().pk,
        "function": function.pk,
    }
    assert pages.client.get(pages.url(path.format(**ids))).status_code == 404


def test_a_closed_alliance_is_read_without_a_button() -> None:
    pages = Pages()
    meeting, decision, task = pages.convene(), pages.propose(), pages.give()
    type(pages.alliance).objects.filter(pk=pages.alliance.pk).update(
        activity="closed", reached="a", learned="b", what_next="c"
    )
    for path in ("reunions/", f"reunions/{meeting.pk}/", "decisions/", f"decisions/{decision.pk}/"):
        assert 'method="post"' not in pages.text(path).partition("<main")[2]
    assert "Dire où elle en est" not in pages.text(f"actions/{task.pk}/")
