"""Answering many applications at once, and taking away who comes."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from jeveuxagir.audit.models import Event
from jeveuxagir.common.spreadsheets import harmless
from jeveuxagir.notifications.models import Message
from missions.participations import services
from missions.participations.enums import State
from missions.participations.models import Participation
from tests.factories import (
    make_member,
    make_mission,
    make_organisation,
    make_participation,
    make_person,
    make_slot,
    make_user,
)

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def sign_in(user: Any) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


class Space:
    """An organisation, its owner's browser, a mission of twenty places."""

    def __init__(self) -> None:
        self.organisation = make_organisation()
        self.owner = make_member(self.organisation)
        self.client = sign_in(self.owner)
        self.mission = make_mission(organisation=self.organisation, capacity=20)

    def url(self, name: str, *args: Any) -> str:
        return reverse(f"participations:{name}", args=[self.organisation.pk, self.organisation.slug, *args])

    def apply(self, **fields: Any) -> Participation:
        return make_participation(mission=self.mission, **fields)

    def answer(self, rows: list[Participation], verb: str = "accepter", **more: Any) -> Any:
        typed = {"choisies": [row.pk for row in rows], "verbe": verb, "oui-message": "Venez", "nonce": ""}
        return self.client.post(self.url("answer_many"), typed | more)


def test_several_are_accepted_at_once_and_each_is_told_once_by_name() -> None:
    space = Space()
    rows = [space.apply(person=make_person(first_name=name)) for name in ("Ali", "Zoé")]
    response = space.answer(rows, **{"oui-message": "Bonjour {prénom}, à {mission} !"})
    html = space.client.get(response.url).content.decode()
    assert "2\u00a0candidatures acceptées" in html
    answers = Participation.objects.filter(state=State.ACCEPTED).values_list("answer", flat=True)
    assert sorted(answers) == [
        "Bonjour Ali, à Lire avec des élèves !",
        "Bonjour Zoé, à Lire avec des élèves !",
    ]
    assert Message.objects.filter(kind="participations.accepted").count() == 2


def test_a_double_click_answers_once_and_shows_the_first_result() -> None:
    space = Space()
    rows = [space.apply(), space.apply()]
    page = space.client.get(space.url("space")).content.decode()
    nonce = re.search(r'name="nonce" value="([^"]+)"', page)[1]
    first, second = space.answer(rows, nonce=nonce), space.answer(rows, nonce=nonce)
    assert first.url == second.url
    assert "2\u00a0candidatures acceptées" in space.client.get(second.url).content.decode()
    assert Message.objects.filter(kind="participations.accepted").count() == 2


def test_those_that_moved_on_are_told_line_by_line_and_the_rest_goes_on() -> None:
    space = Space()
    gone = space.apply(person=make_person(first_name="Partie"))
    stays = space.apply()
    services.cancel(gone, actor=make_user(person=gone.person))
    html = space.client.get(space.answer([gone, stays]).url).content.decode()
    assert "1\u00a0candidature acceptée" in html
    assert "Partie" in html
    stays.refresh_from_db()
    assert stays.state == State.ACCEPTED


def test_a_refusal_needs_one_reason_for_all_and_loses_nothing() -> None:
    space = Space()
    row = space.apply()
    response = space.answer([row], "refuser", **{"non-message": "Désolés, vraiment"})
    html = response.content.decode()
    assert response.status_code == 422
    assert "Désolés, vraiment" in html
    assert f'value="{row.pk}" id="c{row.pk}" checked' in html
    space.answer([row], "refuser", **{"non-message": "Désolés", "non-reason": "dates"})
    row.refresh_from_db()
    assert (row.state, row.decline_reason, row.answer) == (State.DECLINED, "dates", "Désolés")


def test_nothing_chosen_or_too_many_is_said_plainly() -> None:
    space = Space()
    assert "Cochez au moins une" in space.answer([]).content.decode()
    typed = {"choisies": [str(n) for n in range(1, 301)], "verbe": "accepter", "oui-message": ""}
    response = space.client.post(space.url("answer_many"), typed)
    assert response.status_code == 422
    assert "100 candidatures au plus" in response.content.decode()


def test_three_thousand_ticked_rows_are_refused_without_an_error() -> None:
    space = Space()
    typed = {"choisies": [str(n) for n in range(1, 3001)], "verbe": "accepter"}
    assert space.client.post(space.url("answer_many"), typed).status_code in (400, 422)


def test_a_whole_list_is_answered_by_batches_the_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_ANSWERED_AT_ONCE", 3)
    space = Space()
    rows = [space.apply() for _ in range(5)]
    response = space.answer([], toutes="1")
    html = space.client.get(response.url).content.decode()
    assert "Il en reste 2" in html
    assert [Participation.objects.get(pk=row.pk).state for row in rows] == ["accepted"] * 3 + ["applied"] * 2
    space.answer([], toutes="1")
    assert not Participation.objects.waiting().exists()


def test_only_what_is_filtered_is_answered() -> None:
    space = Space()
    other_slot = make_slot(space.mission, in_days=20)
    here, there = space.apply(), make_participation(slot=other_slot)
    query = f"?mission={space.mission.pk}&creneau={other_slot.pk}"
    html = space.client.get(space.url("space") + query).content.decode()
    assert f'value="{there.pk}"' in html
    assert f'name="choisies" value="{here.pk}"' not in html
    typed = {"toutes": "1", "verbe": "accepter", "oui-message": ""}
    space.client.post(space.url("answer_many") + query, typed)
    here.refresh_from_db()
    there.refresh_from_db()
    assert (here.state, there.state) == (State.APPLIED, State.ACCEPTED)


def test_the_applications_of_another_organisation_are_left_alone() -> None:
    space = Space()
    foreign = make_participation()
    html = space.client.get(space.answer([foreign]).url).content.decode()
    foreign.refresh_from_db()
    assert foreign.state == State.APPLIED
    assert "0\u00a0candidature acceptée" in html


def test_a_reader_answers_nobody_and_takes_nothing_away() -> None:
    space = Space()
    row = space.apply(state=State.ACCEPTED)
    reader = sign_in(make_member(space.organisation, role="reader"))
    for url in (space.url("answer_many"), space.url("participants", row.slot_id)):
        assert reader.post(url, {"choisies": [row.pk]}).status_code == 403


def test_a_page_may_be_ticked_whole_without_javascript() -> None:
    space = Space()
    row = space.apply()
    html = space.client.get(space.url("space"), {"cocher": "1"}).content.decode()
    assert f'value="{row.pk}" id="c{row.pk}" checked' in html


def test_who_comes_is_taken_away_as_a_table_without_formulas_and_it_is_recorded() -> None:
    space = Space()
    space.apply(person=make_person(last_name="=1+1", phone="+33 6 12 34 56 78"), state=State.ACCEPTED)
    space.apply(person=make_person(last_name="Refusé"), state=State.DECLINED)
    slot = space.mission.slots.get()
    assert space.client.get(space.url("participants", slot.pk)).status_code == 405
    response = space.client.post(space.url("participants", slot.pk))
    text = response.content.decode()
    assert text.startswith("\ufeffMission;Créneau;Nom")
    assert ";'=1+1;" in text
    assert ";'+33 6 12 34 56 78;" in text
    assert "Refusé" not in text
    event = Event.objects.get(verb="mission.participants_exported")
    assert (event.actor, event.data["number"]) == (space.owner, 1)


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\t=1", " =1", "\r=1", "\uff1d1", "\u00a0=1"])
def test_a_cell_is_never_a_formula(cell: str) -> None:
    assert harmless(cell).startswith("'")
    assert harmless("Zoé") == "Zoé"


def test_answering_many_costs_the_same_number_of_locks() -> None:
    """Two statements lock, whatever the number of slots and applications."""
    space = Space()
    rows = [make_participation(slot=make_slot(space.mission, in_days=11 + n)) for n in range(4)]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        services.answer_many(
            [row.pk for row in rows], actor=space.owner, organisation=space.organisation, verb="accept"
        )
    locking = [q["sql"] for q in queries if "FOR NO KEY UPDATE" in q["sql"] and " IN (" in q["sql"]]
    assert len(locking) == 2
