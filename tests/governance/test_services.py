"""Meetings, votes and tasks of an alliance: who may, when, and what follows."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction

from alliances import services as alliances
from alliances.enums import Activity, Rule
from alliances.governance import services
from alliances.governance.enums import Choice, DecisionState, Effect, MeetingState, TaskState
from alliances.governance.models import Decision, Meeting, Task, Vote
from alliances.models import Alliance, Party
from jeveuxagir.accounts.models import User
from jeveuxagir.audit.models import Delivery
from jeveuxagir.audit.services import handler_of
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale
from jeveuxagir.notifications.models import Message
from organisations.models import Organisation
from tests.factories import (
    make_alliance,
    make_contribution,
    make_member,
    make_party,
    make_signatory,
    make_user,
)

pytestmark = pytest.mark.django_db


class Table:
    def __init__(self, *, parties: int = 3, rule: str = Rule.MAJORITY, **fields: Any) -> None:
        self.alliance: Alliance = make_alliance(parties=parties, rule=rule, **fields)
        self.parties: list[Party] = list(self.alliance.parties.order_by("pk"))
        self.people: list[User] = [make_signatory(party) for party in self.parties]

    def propose(self, **fields: Any) -> Decision:
        return services.propose(self.alliance, actor=self.people[0], title="Ouvrir le samedi", **fields)

    def vote(self, decision: Decision, number: int, choice: str = Choice.FOR, **fields: Any) -> Vote:
        return services.vote(
            decision, actor=self.people[number], party=self.parties[number], choice=choice, **fields
        )

    def convene(self, **fields: Any) -> Meeting:
        said = {
            "title": "Comité de mars",
            "day": today() + datetime.timedelta(days=10),
            "start": datetime.time(18),
            **fields,
        }
        return services.convene(self.alliance, actor=self.people[0], **said)

    def give(self, number: int = 1, **fields: Any) -> Task:
        said = {"title": "Trouver une salle", "due_on": today() + datetime.timedelta(days=5), **fields}
        return services.give(self.alliance, actor=self.people[0], party=self.parties[number], **said)


# --- decisions ----------------------------------------------------------------------------------------------


def test_a_decision_says_who_decided_by_which_rule_and_the_tasks_that_follow() -> None:
    table = Table()
    decision = table.propose()
    table.vote(decision, 0)
    assert Decision.objects.get(pk=decision.pk).is_open
    table.vote(decision, 1)
    decision.refresh_from_db()
    assert decision.state == DecisionState.ADOPTED
    assert decision.rule == Rule.MAJORITY
    assert decision.outcome["yes"] == 2
    assert [voice.person for voice in decision.votes.order_by("pk")] == [
        user.person for user in table.people[:2]
    ]
    task = table.give(decision=decision)
    assert list(decision.tasks.all()) == [task]
    assert Message.objects.filter(kind="governance.decided").count() == 3


def test_a_change_of_rule_does_not_change_a_vote_that_is_open() -> None:
    table = Table()
    decision = table.propose()
    Alliance.objects.filter(pk=table.alliance.pk).update(rule=Rule.UNANIMITY)
    table.vote(decision, 0)
    table.vote(decision, 1)
    assert Decision.objects.get(pk=decision.pk).state == DecisionState.ADOPTED


def test_nobody_votes_after_the_end_even_past_the_services() -> None:
    table = Table()
    decision = table.propose(days=1)
    with time_machine.travel(now() + datetime.timedelta(days=2), tick=False):
        with pytest.raises(RuleBroken, match="terminé"):
            table.vote(decision, 0)
        assert services.end_due() == 1
        assert services.end_due() == 0
    decision.refresh_from_db()
    assert decision.state == DecisionState.REJECTED
    with pytest.raises(IntegrityError, match="ended"), transaction.atomic():
        Vote.objects.create(decision=decision, party=table.parties[0], choice=Choice.FOR)


def test_an_objection_says_why_and_a_voice_changes_until_the_end() -> None:
    table = Table(rule=Rule.CONSENT)
    decision = table.propose()
    with pytest.raises(RuleBroken, match="pourquoi"):
        table.vote(decision, 1, Choice.AGAINST)
    table.vote(decision, 1, Choice.AGAINST, reason="Trop tôt.")
    table.vote(decision, 1, Choice.FOR)
    assert [voice.choice for voice in decision.votes.all()] == [Choice.FOR]


def test_who_joins_while_a_vote_is_open_has_no_voice_in_it_even_past_the_services() -> None:
    table = Table(rule=Rule.UNANIMITY)
    decision = table.propose()
    newcomer = make_party(table.alliance)
    person = make_signatory(newcomer)
    with pytest.raises(RuleBroken, match="déjà ouvert"):
        services.vote(decision, actor=person, party=newcomer, choice=Choice.AGAINST, reason="Non.")
    with pytest.raises(IntegrityError, match="joined after"), transaction.atomic():
        Vote.objects.create(decision=decision, party=newcomer, choice=Choice.FOR)
    assert services.awaiting_voice(person.person) == []
    assert services.keeps(newcomer) == ""
    for number in range(3):
        table.vote(decision, number)
    decision.refresh_from_db()
    assert decision.state == DecisionState.ADOPTED  # unanimous without waiting for who came since
    assert (decision.outcome["yes"], decision.outcome["silent"]) == (3, 0)
    following = table.propose()
    assert services.awaiting_voice(person.person) == [following]
    services.vote(following, actor=person, party=newcomer, choice=Choice.FOR)


@pytest.mark.parametrize("rule", Rule.values)
def test_no_crowd_that_joins_meanwhile_changes_what_a_vote_says(rule: str) -> None:
    table = Table(parties=2, rule=rule)
    decision = table.propose()
    before = services.outcome_of(decision)
    for kind in ("company", "local_authority", "association"):
        make_party(table.alliance, kind=kind)
    assert services.outcome_of(decision) == before
    for number in range(2):
        table.vote(decision, number)
    decision.refresh_from_db()
    assert (decision.state, decision.outcome["silent"]) == (DecisionState.ADOPTED, 0)


def test_a_vote_that_everybody_present_left_decides_nothing() -> None:
    table = Table(parties=2, rule=Rule.PER_COLLEGE)
    decision = table.propose()
    make_party(table.alliance)
    Party.objects.filter(pk__in=[party.pk for party in table.parties]).update(left_at=now())
    services.settle_all(table.alliance)
    decision.refresh_from_db()
    assert decision.state == DecisionState.REJECTED


def test_one_votes_for_one_s_own_party_of_this_alliance_only() -> None:
    table = Table()
    decision = table.propose()
    reader = make_member(table.parties[1].organisation, role="reader")  # type: ignore[arg-type]
    foreign = make_alliance().parties.order_by("pk").first()
    for actor, party in ((table.people[0], table.parties[1]), (reader, table.parties[1])):
        with pytest.raises(NotAllowed):
            services.vote(decision, actor=actor, party=party, choice=Choice.FOR)
    assert foreign is not None
    with pytest.raises(NotAllowed):
        services.vote(decision, actor=make_signatory(foreign), party=foreign, choice=Choice.FOR)
    with pytest.raises(IntegrityError, match="no party"), transaction.atomic():
        Vote.objects.create(decision=decision, party=foreign, choice=Choice.FOR)


def test_who_proposed_and_left_since_takes_nothing_back() -> None:
    table = Table()
    decision = services.propose(table.alliance, actor=table.people[1], title="Ouvrir le samedi")
    alliances.leave(table.parties[1], actor=table.people[1])
    with pytest.raises(NotAllowed):
        services.withdraw(decision, actor=table.people[1])
    assert services.withdraw(decision, actor=table.people[0]).state == DecisionState.WITHDRAWN


def test_a_facilitator_invites_minutes_and_proposes_but_never_decides_alone() -> None:
    table = Table(parties=2)
    facilitator = make_party(table.alliance, kind="local_authority", is_facilitator=True)
    person = make_signatory(facilitator)
    services.convene(
        table.alliance,
        actor=person,
        title="Rencontre",
        day=today() + datetime.timedelta(days=3),
        start=datetime.time(9),
    )
    decision = services.propose(table.alliance, actor=person, title="Tout décider")
    services.vote(decision, actor=person, party=facilitator, choice=Choice.FOR)
    for number in range(2):
        table.vote(decision, number, Choice.ABSTAIN)
    decision.refresh_from_db()
    assert decision.state == DecisionState.REJECTED
    assert decision.outcome["why"] == "Un facilitateur ne décide pas seul."


def test_a_facilitator_who_animates_proposes_the_closing_and_the_others_decide_it() -> None:
    table = Table(parties=2)
    facilitator = table.parties[0]
    Organisation.objects.filter(pk=facilitator.organisation_id).update(kind="local_authority")
    Party.objects.filter(pk=facilitator.pk).update(is_facilitator=True, college="public")
    answers = {"reached": "Cent enfants", "learned": "Le samedi", "what_next": "Rien"}
    decision = services.propose(
        table.alliance, actor=table.people[0], title="Clore", effect=Effect.CLOSE, details=answers
    )
    table.vote(decision, 0)
    table.alliance.refresh_from_db()
    assert not table.alliance.is_closed
    table.vote(decision, 1)
    table.alliance.refresh_from_db()
    assert table.alliance.is_closed


def test_a_trusted_third_party_has_no_voice() -> None:
    table = Table()
    third = make_party(table.alliance, is_trusted_third=True, mandate="Veiller.")
    decision = table.propose()
    with pytest.raises(NotAllowed, match="indépendant"):
        services.vote(decision, actor=make_signatory(third), party=third, choice=Choice.FOR)


def mandate(**changes: Any) -> alliances.Mandate:
    said = {
        "independence": "Ne reçoit rien de l’alliance.",
        "text": "Relire les comptes.",
        "starts_on": today(),
        "ends_on": today() + datetime.timedelta(days=365),
    }
    return alliances.Mandate(**(said | changes))


def test_the_parties_recognise_a_trusted_third_party_by_a_decision() -> None:
    table = Table()
    third = table.parties[2]
    decision = services.propose_third(third, actor=table.people[1], mandate=mandate())
    third.refresh_from_db()
    assert not third.is_trusted_third
    with pytest.raises(RuleBroken, match="déjà au vote"):
        services.propose_third(third, actor=table.people[0], mandate=mandate())
    table.vote(decision, 0)
    table.vote(decision, 1)
    third.refresh_from_db()
    assert (third.is_trusted_third, third.mandate) == (True, "Relire les comptes.")
    assert third.independence == "Ne reçoit rien de l’alliance."
    assert third.mandate_until == today() + datetime.timedelta(days=365)
    with pytest.raises(RuleBroken, match="déjà tiers"):
        services.propose_third(third, actor=table.people[0], mandate=mandate())
    ending = services.propose_no_third(third, actor=table.people[0])
    table.vote(ending, 0)
    table.vote(ending, 1)
    third.refresh_from_db()
    assert not third.is_trusted_third


def test_a_rejected_proposal_recognises_nobody_and_a_stranger_proposes_nothing() -> None:
    table = Table()
    third = table.parties[2]
    with pytest.raises(NotAllowed):
        services.propose_third(third, actor=make_user(), mandate=mandate())
    decision = services.propose_third(third, actor=table.people[0], mandate=mandate())
    for number in range(2):
        table.vote(decision, number, Choice.AGAINST, reason="Elle est trop proche de la mairie.")
    third.refresh_from_db()
    assert not third.is_trusted_third


def test_a_funder_is_not_proposed_and_who_became_one_meanwhile_is_not_recognised() -> None:
    table = Table()
    third = table.parties[2]
    decision = services.propose_third(third, actor=table.people[0], mandate=mandate())
    make_contribution(third, kind="money", unit="€")
    table.vote(decision, 0)
    table.vote(decision, 1)
    decision.refresh_from_db()
    third.refresh_from_db()
    assert decision.state == DecisionState.ADOPTED
    assert "finance" in decision.outcome["undone"]
    assert not third.is_trusted_third
    with pytest.raises(RuleBroken, match="finance"):
        services.propose_third(third, actor=table.people[0], mandate=mandate())


def test_an_adopted_closing_closes_the_alliance_with_its_answers() -> None:
    table = Table(parties=2)
    with pytest.raises(RuleBroken, match="trois questions"):
        table.propose(effect=Effect.CLOSE, details={"reached": "Oui."})
    answers = {"reached": "30 enfants.", "learned": "Commencer petit.", "what_next": "Le club reste."}
    decision = table.propose(effect=Effect.CLOSE, details=answers)
    with pytest.raises(RuleBroken, match="déjà au vote"):
        table.propose(effect=Effect.CLOSE, details=answers)
    table.vote(decision, 0)
    table.vote(decision, 1)
    table.alliance.refresh_from_db()
    assert table.alliance.activity == Activity.CLOSED
    assert table.alliance.learned == "Commencer petit."


def test_a_vote_that_waited_for_a_party_that_leaves_is_counted() -> None:
    table = Table(rule=Rule.UNANIMITY)
    decision = table.propose()
    table.vote(decision, 0)
    table.vote(decision, 1)
    task = table.give(2)
    alliances.leave(table.parties[2], actor=table.people[2])
    handler = handler_of("alliance.party_left", "governance")
    assert handler is not None
    event = Delivery.objects.get(event__verb="alliance.party_left", subscriber="governance").event
    handler(event)
    handler(event)
    decision.refresh_from_db()
    task.refresh_from_db()
    assert decision.state == DecisionState.ADOPTED
    assert task.party is None


@pytest.mark.parametrize("choice", [Choice.AGAINST, None])
def test_who_animates_puts_out_no_party_whose_voice_may_change_an_open_vote(choice: str | None) -> None:
    table = Table(rule=Rule.UNANIMITY)
    Party.objects.update(joined_at=now() - datetime.timedelta(days=90))
    with time_machine.travel(now() - datetime.timedelta(days=40), tick=False):
        decision = table.propose(days=60)
        if choice:
            voice = Vote(decision=decision, party=table.parties[2], person=table.people[2].person)
            voice.choice, voice.reason = choice, "Trop cher."
            voice.save()
    put_out = {"actor": table.people[0], "by": table.parties[1]}
    with pytest.raises(RuleBroken, match="Un vote est ouvert"):
        alliances.replace(table.parties[2], **put_out)
    services.withdraw(decision, actor=table.people[0])
    assert not alliances.replace(table.parties[2], **put_out).is_live


# --- meetings -----------------------------------------------------------------------------------------------


def test_a_meeting_is_told_once_and_once_more_when_it_moves() -> None:
    table = Table(department="972")
    meeting = table.convene(agenda=["Accueil", "  ", "Budget"])
    assert meeting.agenda == ["Accueil", "Budget"]
    assert meeting.local_start.hour == 18
    assert meeting.zone == "America/Martinique"
    assert Message.objects.filter(kind="governance.meeting").count() == 2
    said = {"minutes_long": 60, "day": today() + datetime.timedelta(days=12), "start": datetime.time(18)}
    moved = services.change_meeting(
        meeting, actor=table.people[0], version=1, title=meeting.title, agenda=["Budget"], **said
    )
    assert Message.objects.filter(kind="governance.meeting_moved").count() == 2
    with pytest.raises(Stale):
        services.change_meeting(moved, actor=table.people[0], version=1, title="Autre", **said)


def test_minutes_are_written_once_it_was_held_and_may_hold_anything_as_text() -> None:
    table = Table()
    meeting = table.convene()
    with pytest.raises(RuleBroken, match="pas encore eu lieu"):
        services.minute(meeting, actor=table.people[0], version=1, minutes="Trop tôt.")
    with time_machine.travel(now() + datetime.timedelta(days=11), tick=False):
        held = services.minute(
            meeting,
            actor=table.people[0],
            version=1,
            minutes="<script>alert(1)</script>",
            came=[table.people[1].person_id, 10**9],
        )
        with pytest.raises(Stale, match="gardés"):
            services.minute(meeting, actor=table.people[0], version=1, minutes="Un autre.")
    assert held.state == MeetingState.HELD
    assert [row.person for row in held.attendances.filter(came=True)] == [table.people[1].person]


def test_any_member_of_a_party_says_whether_they_come() -> None:
    table = Table()
    meeting = table.convene()
    reader = make_member(table.parties[1].organisation, role="reader")  # type: ignore[arg-type]
    services.answer_meeting(meeting, actor=reader, coming="no")
    services.answer_meeting(meeting, actor=reader, coming="yes")
    assert [row.coming for row in meeting.attendances.all()] == ["yes"]
    with pytest.raises(NotAllowed):
        services.answer_meeting(meeting, actor=make_user(), coming="yes")


# --- tasks --------------------------------------------------------------------------------------------------


def test_a_late_task_is_reminded_once_a_week() -> None:
    table = Table()
    table.give()
    with time_machine.travel(now() + datetime.timedelta(days=6), tick=False):
        assert services.remind_due() == 1
        assert services.remind_due() == 0
    with time_machine.travel(now() + datetime.timedelta(days=14), tick=False):
        assert services.remind_due() == 1
    assert Message.objects.filter(kind="governance.task_late").count() == 2


def test_a_blocked_task_says_why_and_another_party_does_not_move_it() -> None:
    table = Table()
    task = table.give()
    with pytest.raises(NotAllowed):
        services.move_task(task, actor=table.people[2], version=1, state=TaskState.DONE)
    with pytest.raises(RuleBroken, match="ce qui bloque"):
        services.move_task(task, actor=table.people[1], version=1, state=TaskState.BLOCKED)
    moved = services.move_task(
        task, actor=table.people[1], version=1, state=TaskState.BLOCKED, note="La salle est prise."
    )
    with pytest.raises(Stale):
        services.move_task(moved, actor=table.people[1], version=1, state=TaskState.DONE)


def test_a_task_goes_to_a_party_of_this_alliance_and_to_a_person_of_that_party() -> None:
    table = Table()
    foreign = make_alliance().parties.order_by("pk").first()
    assert foreign is not None
    for fields in ({"party": foreign}, {"party": table.parties[1], "person": table.people[2].person}):
        with pytest.raises(RuleBroken):
            services.give(table.alliance, actor=table.people[0], title="Salle", due_on=today(), **fields)


def test_my_tasks_are_mine_and_those_that_nobody_in_my_party_took() -> None:
    table = Table()
    mine = table.give(1, person=table.people[1].person)
    ours = table.give(1)
    table.give(2)
    assert set(Task.objects.of_person(table.people[1].person)) == {mine, ours}


# --- roles --------------------------------------------------------------------------------------------------


def test_the_matrix_of_roles_is_saved_whole_and_refuses_strangers() -> None:
    table = Table()
    animator = table.people[0]
    first, second = table.parties[0].pk, table.parties[1].pk
    services.set_matrix(
        table.alliance,
        actor=animator,
        lines=[("Animer", {first: "decides", second: "does"}), ("Compter", {})],
    )
    services.set_matrix(table.alliance, actor=animator, lines=[("Compter", {}), ("Animer", {second: "does"})])
    functions = list(table.alliance.functions.all())
    assert [one.name for one in functions] == ["Compter", "Animer"]
    assert [(row.party_id, row.level) for row in functions[1].holdings.all()] == [(second, "does")]
    foreign = make_alliance().parties.order_by("pk").first()
    assert foreign is not None
    for cells in ({foreign.pk: "does"}, {first: "rules"}):
        with pytest.raises(RuleBroken):
            services.set_matrix(table.alliance, actor=animator, lines=[("Animer", cells)])
    with pytest.raises(NotAllowed):
        services.set_matrix(table.alliance, actor=table.people[1], lines=[])


def test_a_closed_alliance_has_nothing_left_to_vote_or_to_come_to() -> None:
    table = Table()
    meeting, decision = table.convene(), table.propose()
    held = table.convene(title="Comité d’hier")
    Meeting.objects.filter(pk=held.pk).update(starts_at=now() - datetime.timedelta(days=1))
    services.end_with(table.alliance)
    decision.refresh_from_db()
    assert decision.is_open, "nothing ends while the alliance goes on"
    alliances.close(table.alliance, actor=None, reached="Tout", learned="Peu", what_next="Rien")
    Message.objects.all().delete()
    for _ in range(2):
        services.end_with(table.alliance)
    for row in (meeting, held, decision):
        row.refresh_from_db()
    assert meeting.state == MeetingState.CANCELLED
    assert held.state == MeetingState.PLANNED, (
        "what took place can no longer be minuted, and is not called off"
    )
    assert decision.state == DecisionState.WITHDRAWN
    told = Message.objects.filter(kind="governance.meeting_cancelled")
    assert {user.person_id for user in table.people} <= set(told.values_list("person", flat=True))
    assert told.count() == told.values("person").distinct().count(), "each is told once"
    assert "METHOD:CANCEL" in told[0].calendar
