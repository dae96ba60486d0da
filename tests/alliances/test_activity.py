"""Who did what, when: what is told of an alliance to its parties, and what is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from alliances import activity, services
from alliances.models import Alliance
from jeveuxagir.accounts import privacy
from jeveuxagir.audit.services import record
from tests import factories as f

pytestmark = pytest.mark.django_db


def feed(client: Any, alliance: Alliance, query: str = "") -> str:
    response = client.get(f"{alliance.space_url}activite/{query}")
    assert response.status_code == 200
    return str(response.content.decode())


def told(alliance: Alliance, verb: str, actor: Any = None, **data: Any) -> None:
    with transaction.atomic():
        record(verb, alliance, actor=actor, **data)


def acting(alliance: Alliance, name: str = "Léa") -> Any:
    organisation = alliance.parties.order_by("pk")[0].organisation
    return f.make_member(organisation, person=f.make_person(first_name=name))


def test_a_fact_says_what_by_whom_for_which_party_and_leads_there(client: Any) -> None:
    alliance = f.make_alliance()
    party = alliance.parties.order_by("pk")[0]
    user = acting(alliance)
    meeting = f.make_meeting(alliance, title="Le bilan de rentrée")
    told(alliance, "meeting.convened", user, meeting=meeting.pk)
    client.force_login(user)
    page = feed(client, alliance)
    assert "Une réunion est prévue" in page
    assert f'<a href="{meeting.page_url}">Le bilan de rentrée</a>' in page
    assert f"Léa, {party.name}" in page
    assert user.person.last_name not in page
    assert user.email not in page
    home = client.get(alliance.space_url).content.decode()
    assert "Ce qui s’est passé" in home
    assert "Une réunion est prévue" in home


def test_what_no_app_says_in_words_is_never_told(client: Any) -> None:
    alliance = f.make_alliance()
    client.force_login(acting(alliance))
    told(alliance, "evaluation.read_by_nobody", None, answer="sealed")
    told(alliance, "alliance.brigade_told", None, days=70)
    assert "Rien pour le moment" in feed(client, alliance)


def test_a_filter_keeps_one_sort_and_an_unknown_one_keeps_all(client: Any) -> None:
    alliance = f.make_alliance()
    client.force_login(acting(alliance))
    told(alliance, "alliance.started")
    told(alliance, "task.given", None, task=f.make_task(alliance, title="Trouver une salle").pk)
    page = feed(client, alliance, "?sorte=tasks")
    assert "Trouver une salle" in page
    assert "L’alliance commence" not in page
    assert "L’alliance commence" in feed(client, alliance, "?sorte=x%00")


def test_many_facts_come_by_pages_and_in_a_steady_number_of_queries(client: Any) -> None:
    alliance = f.make_alliance()
    user = acting(alliance)
    task = f.make_task(alliance)
    for _ in range(3):
        told(alliance, "task.moved", user, task=task.pk)
    with CaptureQueriesContext(
        connection,
    ) as few:
        activity.facts(alliance, activity.events_of(alliance))
    for _ in range(40):
        told(alliance, "task.moved", user, task=f.make_task(alliance).pk)
    with CaptureQueriesContext(connection) as many:
        assert len(activity.facts(alliance, activity.events_of(alliance))) == 43
    assert len(many) == len(few)
    client.force_login(user)
    assert "page=2" in feed(client, alliance)
    assert feed(client, alliance, "?page=2").count("Une action avance") == 13


def test_strangers_staff_and_who_left_find_no_activity(client: Any) -> None:
    alliance = f.make_alliance()
    gone = f.make_party(alliance, left_at=alliance.created_at)
    for stranger in (f.make_user(), f.make_member(gone.organisation), f.make_staff("national")):
        f.sign_in_staff(client, stranger)
        assert client.get(f"{alliance.space_url}activite/").status_code == 404


def test_who_erased_their_account_or_works_for_the_state_is_not_named(client: Any) -> None:
    alliance = f.make_alliance()
    gone, staff = acting(alliance, "Zoubida"), f.make_staff("brigade_member", department="23")
    told(alliance, "alliance.stage_moved", gone)
    told(alliance, "alliance.published", staff)
    privacy.erase(gone.person, actor=gone)
    client.force_login(acting(alliance))
    page = feed(client, alliance)
    assert "L’alliance change d’étape" in page
    assert "Zoubida" not in page
    assert staff.person.first_name not in page


def test_a_name_that_holds_a_script_is_inert(client: Any) -> None:
    alliance = f.make_alliance()
    client.force_login(acting(alliance))
    task = f.make_task(alliance, title="<script>alert(1)</script>")
    told(alliance, "task.given", None, task=task.pk)
    page = feed(client, alliance)
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_every_verb_is_told_once_in_one_sort() -> None:
    verbs = [verb for sort in activity.sorts for verb in sort.facts]
    assert len(verbs) == len(set(verbs))


def test_what_really_happens_is_told(client: Any) -> None:
    alliance = f.make_alliance()
    user = acting(alliance)
    services.set_step(alliance, actor=user, key="constat", state="done")
    client.force_login(user)
    assert "Une étape du parcours est faite" in feed(client, alliance)


def test_the_step_the_stage_and_the_part_that_changed_are_named(client: Any) -> None:
    alliance = f.make_alliance(parties=1)
    user = acting(alliance)
    services.set_step(alliance, actor=user, key="tour-de-table", state="done")
    services.set_step(alliance, actor=user, key="roles", state="skipped", note="Plus tard")
    data = services.data_of(alliance)
    services.update(alliance, actor=user, version=None, data=replace(data, rule="unanimity"))
    told(alliance, "alliance.stage_moved", user, stage="animated")
    told(alliance, "alliance.invitation_answered", None, invitation=1, interested=True)
    client.force_login(user)
    page = feed(client, alliance)
    assert f'{alliance.space_url}parcours/#tour-de-table">Réunir le tour de table</a>' in page
    assert "Une étape du parcours est passée" in page
    assert "La règle de décision est modifiée" in page
    assert "L’alliance est maintenant animée" in page
    assert "La réponse à une invitation est oui" in page
