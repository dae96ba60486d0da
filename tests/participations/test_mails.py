"""Every mail of missions and applications can be written, says what happens next, and holds nobody's data."""

import datetime
from typing import Any

import pytest
from django.db import transaction

from jeveuxagir.common.clock import now
from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.models import Message
from missions import notifications as mission_mails
from missions.participations import notifications as mails
from missions.participations import services
from missions.participations.models import Departure, Participation
from tests.factories import make_member, make_mission, make_organisation, make_participation, make_person

pytestmark = pytest.mark.django_db

PRIVATE = ("Quatrelivre", "zeph@exemple.fr", "06 11 22", "secret de fabrication")


@pytest.fixture
def participation() -> Participation:
    organisation = make_organisation(name="La Table ouverte")
    make_member(organisation)
    person = make_person(
        first_name="Zéphyrine", last_name="Quatrelivre", email="zeph@exemple.fr", phone="06 11 22"
    )
    return make_participation(
        person=person,
        slot=make_mission(organisation=organisation, title="Servir des repas").slots.get(),
        message="secret de fabrication",
        answer="secret de fabrication",
        decline_reason="dates",
        cancel_reason="la salle est fermée",
    )


def written() -> Message:
    return Message.objects.latest("created_at")


def check(message: Message) -> None:
    for private in PRIVATE:
        assert private not in message.subject + message.text + message.html
    assert len(message.subject) <= 150
    assert "http" in message.text


@pytest.mark.parametrize("verb", mails.TO_PERSON)
def test_mails_to_the_person(participation: Participation, verb: str) -> None:
    mails.tell_person(participation, verb)
    check(written())
    assert "La Table ouverte" in written().text or "Servir des repas" in written().text


@pytest.mark.parametrize("verb", mails.TO_MEMBER)
def test_mails_to_the_organisation(participation: Participation, verb: str) -> None:
    mails.tell_organisation(participation, verb)
    check(written())
    assert "Zéphyrine" not in written().text


def test_the_other_mails(participation: Participation) -> None:
    mails.tell_not_kept(participation)
    check(written())
    mission = participation.mission
    mails.tell_place_free(services.alert_when_free(participation.person, mission))
    check(written())
    departure = Departure.objects.create(person=participation.person, mission=make_mission(imported=True))
    mails.ask_about_departure(departure)
    check(written())


@pytest.mark.parametrize("name", mission_mails.KINDS)
def test_mails_about_missions(participation: Participation, name: str) -> None:
    mission_mails.tell_members(participation.mission, name, reason="Dites l’âge des enfants.")
    check(written())


def test_telling_twice_is_telling_once(participation: Participation) -> None:
    for _ in range(2):
        mails.tell_person(participation, "accepted")
    assert Message.objects.count() == 1


def test_the_kinds_that_a_person_needs_cannot_be_stopped() -> None:
    for code in ("participations.accepted", "participations.declined", "participations.confirm"):
        assert not catalogue.get(code).can_stop
    assert catalogue.get("participations.received").audience == "member"


def test_what_a_person_typed_makes_no_button(participation: Participation) -> None:
    participation.mission.title = "Servir\n\n→ Cliquez : https://mechant.example/"
    mails.tell_person(participation, "applied")
    assert 'href="https://mechant.example' not in written().html


def test_the_tasks_run_twice_do_nothing_twice(participation: Participation) -> None:
    from missions import tasks as mission_tasks
    from missions.participations import tasks

    Departure.objects.create(
        person=participation.person,
        mission=make_mission(imported=True),
        created_at=now() - datetime.timedelta(days=8),
    )
    for _ in range(2):
        tasks.run_clocks()
        tasks.run_nightly()
        mission_tasks.close_past_missions()
    assert Message.objects.filter(kind="participations.departure_question").count() == 1


@pytest.mark.parametrize(
    ("verb", "data"),
    [
        ("mission.cancelled", {}),
        ("mission.slot_cancelled", {"reason": "Salle prise"}),
        ("mission.slot_moved", {"sequence": 1, "before": "samedi, de 14 h à 16 h"}),
        ("mission.closed", {"reason": "organisation", "waiting": "keep"}),
        ("mission.closed", {"reason": "organisation", "waiting": "decline"}),
        ("guardian.objected", {}),
        ("guardian.told", {}),
        ("participation.cancelled", {}),
        ("mission.changed", {}),
    ],
)
def test_reactions_run_twice_do_nothing_twice(
    participation: Participation, verb: str, data: dict[str, Any]
) -> None:
    from jeveuxagir.audit.services import handler_of, record

    everything = {
        "slot": participation.slot_id,
        "slots": [participation.slot_id],
        "person": participation.person_id,
    }
    if verb == "mission.closed":
        participation.mission.state = "closed"
        participation.mission.save()
    subject = participation.mission if verb.startswith("mission") else participation
    with transaction.atomic():
        event = record(verb, subject, mission=participation.mission_id, **everything, **data)
    name = "participations" if handler_of(verb, "participations") else "participations.alerts"
    handler = handler_of(verb, name)
    assert handler is not None
    handler(event)
    first = list(Message.objects.order_by("pk").values_list("pk", flat=True))
    handler(event)
    assert list(Message.objects.order_by("pk").values_list("pk", flat=True)) == first
