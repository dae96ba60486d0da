"""Requests are matched, proposals recorded once, loads respected, and every match can be replayed."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from jeveuxagir import matching as engine
from jeveuxagir.common.clock import now, today
from jeveuxagir.notifications.models import Message
from missions.enums import MissionMode, SlotKind
from missions.models import Mission
from missions.proposals import matching, services, unserved
from missions.proposals.models import MatchDue, MatchRun, Proposal, State
from organisations.models import Membership
from tests.factories import (
    LILLE,
    make_mission,
    make_organisation,
    make_participation,
    make_person,
    make_proposal,
    make_request,
    make_slot,
)
from volunteers.requests.enums import State as RequestState
from volunteers.requests.models import EngagementRequest

pytestmark = pytest.mark.django_db


def test_a_request_near_a_mission_gets_a_proposal_with_reasons_and_one_mail() -> None:
    mission = make_mission(title="Lire avec des élèves")
    request = make_request()
    [proposal] = services.match_request(request.pk, cause="confirmed")
    request.refresh_from_db()
    assert proposal.mission == mission
    assert request.state == RequestState.PROPOSED
    assert request.without_proposal_since is None
    assert 1 <= len(proposal.reasons) <= 4
    assert all(reason["text"] and reason["mail"] for reason in proposal.reasons)
    [message] = Message.objects.filter(kind="proposals.new")
    assert message.person == request.person
    assert "Lire avec des élèves" in message.text
    assert "/demandes/lien/" in message.text


def test_the_stored_inputs_replay_to_the_stored_outcome() -> None:
    make_mission()
    request = make_request()
    services.match_request(request.pk, cause="confirmed")
    run = MatchRun.objects.get(request=request)
    assert run.engine_version == engine.VERSION
    for mission, inputs in run.inputs.items():
        assert engine.replay(inputs) == run.outcome["matches"][mission]


def test_matching_twice_records_a_proposal_once_and_mails_once() -> None:
    make_mission()
    request = make_request()
    services.match_request(request.pk, cause="confirmed")
    assert services.match_request(request.pk, cause="confirmed") == []
    assert Proposal.objects.count() == 1
    assert Message.objects.filter(kind="proposals.new").count() == 1


def test_a_person_has_at_most_three_open_proposals_over_all_requests() -> None:
    person = make_person()
    for _ in range(8):
        make_mission()
    first, second = make_request(person=person), make_request(person=person)
    services.match_request(first.pk, cause="confirmed")
    services.match_request(second.pk, cause="confirmed")
    assert Proposal.objects.open().filter(request__person=person).count() == 3


def test_a_mission_has_at_most_three_open_proposals_per_free_place() -> None:
    make_mission(capacity=1)
    for _ in range(5):
        services.match_request(make_request().pk, cause="confirmed")
    assert Proposal.objects.open().count() == 3


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"commune": LILLE}, "too far"),
        ({"state": "closed"}, "closed"),
        ({"minimum_age": 18}, "too young"),
        ({"mode": MissionMode.REMOTE}, "remote only"),
    ],
)
def test_a_hard_gate_leaves_a_mission_out(fields: dict[str, object], why: str) -> None:
    make_mission(**fields)
    request = make_request(person=make_person(age=17), mode="on_site")
    assert services.match_request(request.pk, cause="confirmed") == [], why


def test_a_mission_of_an_organisation_that_is_not_validated_is_left_out() -> None:
    make_mission(organisation=make_organisation(state="suspended"))
    assert services.match_request(make_request().pk, cause="confirmed") == []


def test_an_organisation_that_leaves_ten_applications_unanswered_receives_no_proposal_until_it_answers() -> (
    None
):
    mission = make_mission(capacity=50)
    for _ in range(10):
        make_participation(mission=mission, applied_at=now() - datetime.timedelta(days=6))
    request = make_request()
    assert services.match_request(request.pk, cause="confirmed") == []
    waiting = mission.participations.first()
    waiting.state, waiting.decline_reason, waiting.answered_at = "declined", "full", now()
    waiting.save()
    assert len(services.match_request(request.pk, cause="confirmed")) == 1


def test_a_request_that_names_domains_is_proposed_only_missions_that_meet_one() -> None:
    make_mission(domain="sport")
    wanted = make_mission(domain="education")
    request = make_request(domains=["education"], open_to_anything=False)
    assert [p.mission for p in services.match_request(request.pk, cause="confirmed")] == [wanted]


def test_a_declined_mission_is_not_proposed_again() -> None:
    mission = make_mission()
    request = make_request()
    [proposal] = services.match_request(request.pk, cause="confirmed")
    services.decline(proposal, actor=request.person, reason="too_far")
    assert services.match_request(request.pk, cause="again") == []
    assert Proposal.objects.filter(mission=mission).count() == 1


def test_no_proposal_while_an_application_of_the_request_waits() -> None:
    request = make_request()
    make_participation(person=request.person, request=request)
    make_mission()
    assert services.match_request(request.pk, cause="confirmed") == []


def test_a_paused_request_receives_nothing() -> None:
    make_mission()
    request = make_request(paused_until=today() + datetime.timedelta(days=3))
    assert services.match_request(request.pk, cause="confirmed") == []


def test_an_undated_mission_carries_the_reservation_hours_to_agree() -> None:
    mission = make_mission(slots=0)
    make_slot(mission, kind=SlotKind.UNDATED)
    [proposal] = services.match_request(make_request().pk, cause="confirmed")
    assert proposal.reservation is not None
    assert proposal.reservation["text"] == "Horaires à convenir"


def test_mails_carry_only_coarse_reasons() -> None:
    make_mission()
    request = make_request()
    [proposal] = services.match_request(request.pk, cause="confirmed")
    text = Message.objects.get(kind="proposals.new").text
    exact_only = [r["text"] for r in proposal.reasons if r["text"] != r["mail"]]
    assert exact_only
    assert not any(sentence in text for sentence in exact_only)


def test_at_most_one_proposal_mail_a_day_then_the_next_day_tells_the_rest() -> None:
    make_mission()
    request = make_request()
    [first] = services.match_request(request.pk, cause="confirmed")
    later = make_mission()
    services.decline(first, actor=request.person, reason="dates")
    assert Proposal.objects.open().get().mission == later
    assert Message.objects.filter(kind="proposals.new").count() == 1
    Proposal.objects.filter(pk=first.pk).update(mailed_at=now() - datetime.timedelta(days=1))
    Message.objects.filter(kind="proposals.new").update(dedupe_key="hier")
    assert services.mail_proposals(request.person) is True
    assert Message.objects.filter(kind="proposals.new").count() == 2


def test_a_published_mission_queues_the_requests_it_touches_and_only_those() -> None:
    near = make_request()
    make_request(commune=LILLE, mode="on_site")
    remote = make_request(commune=LILLE, mode="remote")
    here = make_mission()
    away = make_mission(mode=MissionMode.REMOTE)
    assert set(services.touched_by([here.pk])) == {near}
    assert set(services.touched_by([away.pk])) == {r for r in (near, remote) if r.mode != "on_site"}


def test_the_queue_is_emptied_and_matches() -> None:
    make_mission()
    request = make_request()
    assert (
        services.match_soon(EngagementRequest.objects.filter(pk=request.pk), cause="mission.published") == 1
    )
    services.match_soon(EngagementRequest.objects.filter(pk=request.pk), cause="mission.changed")
    assert MatchDue.objects.count() == 1
    assert services.match_due() == 1
    assert MatchDue.objects.count() == 0
    assert Proposal.objects.count() == 1


def test_a_mission_that_ends_withdraws_its_proposals_and_the_request_is_searched_for_again() -> None:
    mission = make_mission()
    request = make_request()
    services.match_request(request.pk, cause="confirmed")
    Mission.objects.filter(pk=mission.pk).update(state="closed")
    services.withdraw_of_mission(mission.pk)
    request.refresh_from_db()
    proposal = Proposal.objects.get()
    assert (proposal.state, proposal.withdrawn_because) == (State.WITHDRAWN, "mission")
    assert request.state == RequestState.QUALIFIED
    assert request.without_proposal_since is not None
    assert MatchDue.objects.filter(request=request).exists()


def test_nothing_found_keeps_why_for_the_brigade() -> None:
    make_mission(commune=LILLE)
    request = make_request()
    services.match_request(request.pk, cause="confirmed")
    assert services.unserved_reason(request).endswith(".")
    assert MatchRun.objects.filter(request=request).count() == 1
    services.match_request(request.pk, cause="again")
    assert MatchRun.objects.filter(request=request).count() == 1
    run = MatchRun.objects.get(request=request)
    run.outcome["blocked"] = {"dates": 2, "one_wish": 5}
    run.save()
    assert "aucune ne touche les domaines ou savoir-faire choisis" in services.unserved_reason(request)


def test_each_gate_has_its_sentence_for_the_person_short_enough_to_be_kept() -> None:
    codes = {gate.code for gate in engine.describe().gates}
    assert set(unserved.WORDS) == codes
    for blocked in ({}, {"unknown": 1}, *({code: 1} for code in codes)):
        assert 0 < len(unserved.reason(blocked)) < 300


def test_a_mission_of_one_s_own_organisation_is_not_proposed() -> None:
    request = make_request()
    assert request.person is not None
    for role, n in (("owner", 0), ("manager", 0), ("reader", 1)):
        mission = make_mission()
        Membership.objects.create(organisation=mission.organisation, person=request.person, role=role)
        found = matching.run_for(request).candidates
        assert len([c for c in found if c.mission.pk == mission.pk]) == n
        data = matching.data_of(request)
        drafted = matching.run_for_draft(data, request.person, person=request.person).candidates
        assert len([c for c in drafted if c.mission.pk == mission.pk]) == n


def test_the_number_of_queries_does_not_grow_with_the_missions() -> None:
    counts = []
    for _ in range(2):
        make_mission()
        for _ in range(9 * len(counts)):
            make_mission()
        request = make_request()
        matching.vocabulary()
        with CaptureQueriesContext(connection) as captured:
            matching.run_for(request)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_an_expired_proposal_lets_the_search_go_on() -> None:
    proposal = make_proposal(expires_at=now() - datetime.timedelta(minutes=1))
    assert services.expire(proposal.pk) is True
    assert services.expire(proposal.pk) is False
    proposal.refresh_from_db()
    proposal.request.refresh_from_db()
    assert proposal.state == State.EXPIRED
    assert proposal.request.state == RequestState.QUALIFIED


def test_a_new_cause_while_a_request_is_being_matched_is_not_lost() -> None:
    request = make_request()
    waiting = EngagementRequest.objects.filter(pk=request.pk)
    services.match_soon(waiting, cause="confirmed")
    claimed = services._claim()
    assert claimed is not None
    services.match_soon(waiting, cause="mission.published")
    MatchDue.objects.filter(pk=claimed.pk, claim=claimed.claim).delete()
    assert MatchDue.objects.get().cause == "mission.published"


def test_who_dies_with_a_claim_leaves_it_due_again_later(time_machine: Any) -> None:
    make_mission()
    services.match_soon(EngagementRequest.objects.filter(pk=make_request().pk), cause="confirmed")
    assert services._claim() is not None
    assert services.match_due() == 0
    time_machine.move_to(now() + datetime.timedelta(minutes=6))
    assert services.match_due() == 1
    assert Proposal.objects.count() == 1
