"""An organisation that does not answer is reminded; then the place goes back and the person is told."""

import datetime
from typing import Any

import pytest

from jeveuxagir.audit import deliveries
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.notifications.models import Message
from missions.participations import services, silence, tasks
from missions.participations.enums import DeclineReason
from missions.participations.models import Participation
from missions.participations.next_steps import what_next
from missions.proposals import rows
from tests.factories import (
    make_member,
    make_mission,
    make_organisation,
    make_participation,
    make_person,
    make_request,
    make_slot,
)

pytestmark = pytest.mark.django_db


def applied(days: float, **fields: Any) -> Participation:
    return make_participation(applied_at=now() - datetime.timedelta(days=days), **fields)


def mails(kind: str) -> list[Message]:
    return list(Message.objects.filter(kind=f"participations.{kind}").order_by("pk"))


def text_of(message: Message) -> str:
    return message.text.replace("\xa0", " ")


def test_after_fifteen_days_the_place_is_free_and_the_person_reads_why_with_other_missions() -> None:
    organisation = make_organisation(name="La Table ouverte")
    owner = make_member(organisation).person
    mission = make_mission(organisation=organisation, title="Servir des repas")
    other = make_mission(title="Préparer des colis")
    late = applied(16, mission=mission, person=make_person(first_name="Odilon"))
    in_time = applied(14, mission=mission)
    tasks.run_nightly()
    tasks.run_nightly()
    late.refresh_from_db()
    in_time.refresh_from_db()
    late.slot.refresh_from_db()
    assert (late.state, in_time.state, late.slot.taken) == ("cancelled", "applied", 1)
    assert "n’a pas répondu en 15 jours" in what_next(late).replace("\xa0", " ")
    [told] = mails("released")
    assert told.person_id == late.person_id
    assert "La Table ouverte" in told.subject
    assert other.title in text_of(told)
    [lapsed] = mails("lapsed")
    assert lapsed.person_id == owner.pk
    assert "Odilon" not in lapsed.text
    assert not mails("cancelled_for_person")


def test_before_that_its_members_are_reminded_once_for_the_same_applications() -> None:
    organisation = make_organisation()
    make_member(organisation)
    mission = make_mission(organisation=organisation, title="Servir des repas")
    applied(11, mission=mission)
    applied(2, mission=mission)
    assert silence.remind() == 1
    silence.remind()
    [reminder] = mails("late")
    assert "1 candidature attend votre réponse" in reminder.subject.replace("\xa0", " ")
    applied(12, mission=mission)
    silence.remind()
    assert sorted(mail.subject[0] for mail in mails("late")) == ["1", "2"]


def test_whoever_applied_twice_to_a_silent_organisation_gets_one_mail() -> None:
    organisation, person = make_organisation(), make_person()
    for _ in range(2):
        applied(20, person=person, mission=make_mission(organisation=organisation))
    assert silence.release() == 2
    assert len(mails("released")) == 1


def test_an_answer_given_or_begun_is_left_alone() -> None:
    for state in ("in_talk", "accepted", "declined"):
        applied(40, state=state)
    assert silence.release() == 0


def test_an_application_for_a_day_that_is_over_does_not_wait_in_silence() -> None:
    slot = make_slot(make_mission())
    application = applied(3, slot=slot)
    assert silence.release() == 0
    past = now() - datetime.timedelta(days=2)
    type(slot).objects.filter(pk=slot.pk).update(
        starts_at=past - datetime.timedelta(hours=2), ends_at=past, local_date=past.date()
    )
    assert silence.release() == 1
    application.refresh_from_db()
    assert application.cancel_reason == "le créneau est passé sans réponse de l’organisation"


def test_the_request_behind_it_looks_on() -> None:
    request = make_request(state="proposed")
    applied(20, person=request.person, request=request)
    silence.release()
    deliveries.deliver()
    request.refresh_from_db()
    assert request.state == "qualified"


def test_what_lapsed_keeps_proposals_away_until_the_organisation_answers_again() -> None:
    organisation = make_organisation()
    mission = make_mission(organisation=organisation)
    applied(20, mission=mission)
    waiting = applied(6, mission=mission)
    silence.release()

    def overdue() -> int:
        return rows.mission_rows([mission.pk])[mission.pk].overdue_applications

    assert overdue() == 2
    services.accept(waiting, actor=make_member(organisation))
    assert overdue() == 0


def test_nobody_chooses_the_reason_of_a_silence() -> None:
    application = applied(1)
    member = make_member(application.mission.organisation)
    with pytest.raises(RuleBroken):
        services.decline(application, actor=member, reason=DeclineReason.UNANSWERED)


def test_a_late_application_says_until_when_the_place_is_kept() -> None:
    words = what_next(applied(7))
    assert "Votre place est gardée jusqu’au" in words
