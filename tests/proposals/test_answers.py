"""The person answers: applies, declines, asks for others; the request follows."""

import datetime

import pytest

from jeveuxagir.common.clock import now, today
from jeveuxagir.common.errors import NotAllowed, RuleBroken, WrongState
from jeveuxagir.notifications.models import Message
from missions.participations.models import Departure, Participation
from missions.proposals import services, tasks
from missions.proposals.models import MatchDue, Proposal, State
from tests.factories import (
    make_mission,
    make_participation,
    make_person,
    make_proposal,
    make_request,
    make_staff,
)
from volunteers.requests import services as requests
from volunteers.requests.enums import State as RequestState
from volunteers.requests.models import EngagementRequest

pytestmark = pytest.mark.django_db


def _proposed() -> Proposal:
    make_mission()
    request = make_request()
    [proposal] = services.match_request(request.pk, cause="confirmed")
    return Proposal.objects.select_related("request__person", "mission", "slot").get(pk=proposal.pk)


def test_accepting_applies_to_the_mission_and_tells_the_organisation_once() -> None:
    proposal = _proposed()
    participation = services.accept(proposal, actor=proposal.request.person, message="Bonjour")
    assert isinstance(participation, Participation)
    assert participation.state == "applied"
    assert participation.reasons == proposal.reasons
    participation.slot.refresh_from_db()
    assert participation.slot.taken == 1
    proposal.refresh_from_db()
    assert (proposal.state, proposal.participation) == (State.INTERESTED, participation)
    proposal.request.refresh_from_db()
    assert proposal.request.state == RequestState.PROPOSED


def test_accepting_twice_is_refused_and_applies_once() -> None:
    proposal = _proposed()
    services.accept(proposal, actor=proposal.request.person)
    with pytest.raises(WrongState):
        services.accept(proposal, actor=proposal.request.person)
    assert Participation.objects.count() == 1


def test_nobody_answers_for_somebody_else() -> None:
    proposal = _proposed()
    with pytest.raises(NotAllowed):
        services.accept(proposal, actor=make_person())
    with pytest.raises(NotAllowed):
        services.decline(proposal, actor=make_person(), reason="too_far")
    with pytest.raises(NotAllowed):
        services.ask_for_others(proposal.request, actor=make_person())


def test_a_full_slot_refuses_and_the_proposal_stays_open() -> None:
    make_mission(capacity=1)
    request = make_request()
    [proposal] = services.match_request(request.pk, cause="confirmed")
    make_participation(slot=proposal.slot)
    with pytest.raises(RuleBroken) as refusal:
        services.accept(proposal, actor=request.person)
    assert refusal.value.code == "full"
    proposal.refresh_from_db()
    assert proposal.state == State.PROPOSED


def test_a_minor_cannot_accept_before_the_guardian_was_told() -> None:
    mission = make_mission()
    person = make_person(age=17, guardian="to_send")
    request = make_request(person=person)
    [proposal] = services.match_request(request.pk, cause="confirmed")
    with pytest.raises(RuleBroken) as refusal:
        services.accept(proposal, actor=person)
    assert refusal.value.code == "guardian_not_told"
    assert not Participation.objects.filter(mission=mission).exists()


def test_accepting_an_imported_mission_records_a_departure_and_leaves_the_request_proposed() -> None:
    make_mission(imported=True)
    request = make_request()
    [proposal] = services.match_request(request.pk, cause="confirmed")
    departure = services.accept(proposal, actor=request.person)
    assert isinstance(departure, Departure)
    proposal.refresh_from_db()
    request.refresh_from_db()
    assert (proposal.state, proposal.departure) == (State.INTERESTED, departure)
    assert request.state == RequestState.PROPOSED
    departure.answer, departure.answered_at = "yes", now()
    departure.save()
    services.departure_answered(departure.pk)
    request.refresh_from_db()
    assert request.state == RequestState.ACCEPTED


def test_the_first_accepted_participation_closes_the_other_proposals() -> None:
    make_mission()
    make_mission()
    request = make_request()
    first, second = services.match_request(request.pk, cause="confirmed")
    participation = services.accept(first, actor=request.person)
    assert isinstance(participation, Participation)
    Participation.objects.filter(pk=participation.pk).update(state="accepted", answered_at=now())
    services.participation_moved(participation.pk)
    services.participation_moved(participation.pk)
    second.refresh_from_db()
    request.refresh_from_db()
    assert (second.state, second.withdrawn_because) == (State.WITHDRAWN, "accepted")
    assert request.state == RequestState.ACCEPTED


def test_a_person_may_keep_the_other_proposals() -> None:
    make_mission()
    make_mission()
    request = make_request(keep_open=True)
    first, second = services.match_request(request.pk, cause="confirmed")
    participation = services.accept(first, actor=request.person)
    Participation.objects.filter(pk=participation.pk).update(state="accepted", answered_at=now())
    services.participation_moved(participation.pk)
    second.refresh_from_db()
    assert second.state == State.PROPOSED


def test_a_refused_application_sends_the_request_back_to_search() -> None:
    proposal = _proposed()
    participation = services.accept(proposal, actor=proposal.request.person)
    Participation.objects.filter(pk=participation.pk).update(
        state="declined", decline_reason="full", answered_at=now()
    )
    services.participation_moved(participation.pk)
    request = EngagementRequest.objects.get(pk=proposal.request_id)
    assert request.state == RequestState.QUALIFIED
    assert request.without_proposal_since is not None
    assert MatchDue.objects.filter(request=request).exists()


def test_a_realised_participation_realises_the_request() -> None:
    proposal = _proposed()
    participation = services.accept(proposal, actor=proposal.request.person)
    for state in ("accepted", "realised"):
        Participation.objects.filter(pk=participation.pk).update(state=state, answered_at=now())
        services.participation_moved(participation.pk)
    assert EngagementRequest.objects.get(pk=proposal.request_id).state == RequestState.REALISED


def test_declining_asks_why() -> None:
    proposal = _proposed()
    with pytest.raises(RuleBroken):
        services.decline(proposal, actor=proposal.request.person, reason="")


def test_declining_the_last_one_looks_for_others_at_once() -> None:
    proposal = _proposed()
    other = make_mission()
    services.decline(proposal, actor=proposal.request.person, reason="subject")
    assert Proposal.objects.open().get().mission == other


def test_asking_for_others_replaces_the_open_ones_and_never_shows_them_again() -> None:
    proposal = _proposed()
    others = {make_mission(), make_mission()}
    found = services.ask_for_others(proposal.request, actor=proposal.request.person)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.withdrawn_because) == (State.WITHDRAWN, "others")
    assert {p.mission for p in found} == others
    assert services.ask_for_others(proposal.request, actor=proposal.request.person) == []
    assert EngagementRequest.objects.get(pk=proposal.request_id).state == RequestState.QUALIFIED


def test_staff_propose_one_of_the_first_ten_and_the_alternatives_shown_are_recorded() -> None:
    missions = [make_mission() for _ in range(12)]
    request = make_request(without_proposal_since=now() - datetime.timedelta(days=8))
    shown = services.candidates(request)
    assert len(shown) == 10
    actor = make_staff()
    proposal = services.propose_by_staff(request, mission=shown[3].mission, actor=actor)
    assert proposal.proposed_by == actor
    assert [line["mission"] for line in proposal.alternatives] == [c.mission.pk for c in shown]
    assert [r["text"] for r in proposal.reasons] == [r.exact for r in shown[3].match.reasons]
    assert Message.objects.filter(kind="proposals.new", person=request.person).exists()
    shown_now = {c.mission.pk for c in services.candidates(request)}
    left_out = next(m for m in missions if m.pk not in shown_now)
    with pytest.raises(RuleBroken):
        services.propose_by_staff(request, mission=left_out, actor=actor)


def test_staff_of_another_department_cannot_propose() -> None:
    mission = make_mission()
    with pytest.raises(NotAllowed):
        services.propose_by_staff(make_request(), mission=mission, actor=make_staff(department="59"))


# --- clocks


def test_thirty_days_without_a_proposal_are_told_with_the_reason_and_the_search_goes_on() -> None:
    request = make_request(without_proposal_since=now() - datetime.timedelta(days=31))
    tasks.nightly_clocks()
    tasks.nightly_clocks()
    request.refresh_from_db()
    assert request.state == RequestState.UNSERVED
    assert request.closed_reason
    assert Message.objects.filter(kind="requests.unserved").count() == 1
    make_mission()
    assert len(services.match_request(request.pk, cause="mission.published")) == 1
    request.refresh_from_db()
    assert (request.state, request.closed_reason) == (RequestState.PROPOSED, "")


def test_ninety_silent_days_end_a_request_only_after_its_mail() -> None:
    request = make_request(alive_at=now() - datetime.timedelta(days=91))
    assert tasks.nightly_clocks()["announced"] == 1
    request.refresh_from_db()
    assert request.state == RequestState.QUALIFIED
    assert tasks.nightly_clocks() == {"unserved": 0, "announced": 0, "expired": 0}, "seven days to answer"
    Message.objects.update(created_at=now() - datetime.timedelta(days=7))
    assert tasks.nightly_clocks()["expired"] == 1
    request.refresh_from_db()
    assert (request.state, request.closed_reason) == (RequestState.WITHDRAWN, "expirée")
    requests.renew(request, actor=request.person)
    request.refresh_from_db()
    assert request.state == RequestState.QUALIFIED


def test_a_sign_of_life_after_the_mail_starts_ninety_days_again() -> None:
    request = make_request(alive_at=now() - datetime.timedelta(days=84))
    assert tasks.nightly_clocks()["announced"] == 1
    requests.renew(request, actor=request.person)
    assert tasks.nightly_clocks() == {"unserved": 0, "announced": 0, "expired": 0}


def test_fourteen_days_expire_a_proposal_through_the_clock() -> None:
    proposal = make_proposal(expires_at=now() - datetime.timedelta(hours=1))
    tasks.run_clocks()
    proposal.refresh_from_db()
    assert proposal.state == State.EXPIRED


def test_a_pause_ends_by_itself() -> None:
    request = make_request(paused_until=today() - datetime.timedelta(days=1))
    tasks.run_clocks()
    request.refresh_from_db()
    assert request.paused_until is None


def test_a_guardian_who_objects_ends_the_requests() -> None:
    request = make_request(person=make_person(age=16))
    services.guardian_objected(request.person_id)
    request.refresh_from_db()
    assert request.state == RequestState.WITHDRAWN
    assert "tuteur" in request.closed_reason


# --- the life of a request


def test_pausing_withdraws_open_proposals_and_resuming_searches_again() -> None:
    proposal = _proposed()
    request, person = proposal.request, proposal.request.person
    requests.pause(request, until=today() + datetime.timedelta(days=10), actor=person)
    services.request_changed(request.pk, cause="paused")
    proposal.refresh_from_db()
    assert proposal.withdrawn_because == "request"
    requests.resume(request, actor=person)
    services.request_changed(request.pk, cause="resumed")
    assert MatchDue.objects.filter(request=request).exists()


def test_withdrawing_takes_the_open_proposals_with_it() -> None:
    proposal = _proposed()
    requests.withdraw(proposal.request, actor=proposal.request.person)
    services.request_changed(proposal.request_id, cause="withdrawn")
    proposal.refresh_from_db()
    assert proposal.state == State.WITHDRAWN
    with pytest.raises(WrongState):
        services.accept(proposal, actor=proposal.request.person)


def test_a_person_keeps_at_most_five_requests_alive() -> None:
    person = make_person()
    data = requests.RequestData(commune=person.commune)
    for _ in range(5):
        requests.file(data=data, person=person)
    with pytest.raises(RuleBroken) as refusal:
        requests.file(data=data, person=person)
    assert refusal.value.code == "too_many_requests"


def test_two_edits_of_the_same_version_the_second_is_told() -> None:
    request = make_request()
    data = requests.RequestData(commune=request.commune, radius_km=30)
    requests.edit(request, data=data, actor=request.person, version=1)
    with pytest.raises(RuleBroken):
        requests.edit(request, data=data, actor=request.person, version=1)
