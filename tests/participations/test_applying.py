"""Applying: who may, when, where a seat is taken, and what a refusal says."""

import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from jeveuxagir.accounts import services as accounts
from jeveuxagir.accounts.models import GuardianNotice, UnconfirmedContact
from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.errors import NotAllowed, RuleBroken, WrongState
from jeveuxagir.notifications.models import Message
from missions import services as mission_services
from missions.enums import SlotKind
from missions.participations import services
from missions.participations.enums import State
from missions.participations.models import Participation, PlaceAlert
from tests.factories import (
    born_for,
    make_member,
    make_mission,
    make_organisation,
    make_participation,
    make_person,
    make_slot,
    make_user,
)

pytestmark = pytest.mark.django_db


def apply(person: Any = None, slot: Any = None, **values: Any) -> Participation:
    slot = slot or make_mission().slots.get()
    return services.apply(person=person or make_person(), slot=slot, actor=None, **values)


def refused(code: str, **values: Any) -> RuleBroken:
    with pytest.raises(RuleBroken) as caught:
        apply(**values)
    assert caught.value.code == code, caught.value.message
    return caught.value


def test_an_application_takes_a_place_and_tells_each_side_once() -> None:
    organisation = make_organisation()
    members = [make_member(organisation, role=role) for role in ("owner", "manager", "reader")]
    slot = make_mission(organisation=organisation).slots.get()
    person = make_person()
    participation = apply(person, slot, message="Bonjour")
    slot.refresh_from_db()
    assert (participation.state, slot.taken) == (State.APPLIED, 1)
    assert Event.objects.filter(verb="participation.applied").count() == 1
    told = Message.objects.filter(kind="participations.received").values_list("person", flat=True)
    assert set(told) == {members[0].person_id, members[1].person_id}
    mail = Message.objects.get(kind="participations.applied")
    assert mail.person == person
    assert "5 jours" in mail.text


def test_a_mail_to_the_organisation_holds_no_personal_data() -> None:
    organisation = make_organisation(owner=make_person(first_name="Odile"))
    person = make_person(first_name="Zéphyrine", last_name="Quatrelivre", email="zeph@exemple.fr")
    apply(person, make_mission(organisation=organisation).slots.get(), message="Secret de fabrication")
    mail = Message.objects.get(kind="participations.received")
    for private in ("Zéphyrine", "Quatrelivre", "zeph@", "Secret"):
        assert private not in mail.text + mail.html + mail.subject


def test_the_sixth_on_five_seats_gets_the_nearest_open_slots() -> None:
    mission = make_mission(slots=0)
    full = make_slot(mission, in_days=10, capacity=5)
    near = make_slot(mission, in_days=12)
    far = make_slot(mission, in_days=40)
    make_slot(mission, in_days=11, capacity=1)
    apply(slot=mission.slots.get(local_date=today() + datetime.timedelta(days=11)))
    for _ in range(5):
        apply(slot=full)
    refusal = refused("full", slot=full)
    assert isinstance(refusal, services.Full)
    assert refusal.alternatives == [near, far]


def test_a_full_mission_offers_an_alert_that_tells_once_when_a_place_frees() -> None:
    mission = make_mission(capacity=1)
    taken = apply(slot=mission.slots.get())
    assert "prévenir" in refused("full", slot=mission.slots.get()).message
    person = make_person()
    services.alert_when_free(person, mission)
    services.alert_when_free(person, mission)
    assert PlaceAlert.objects.count() == 1
    assert services.tell_of_free_places(mission.pk) == 0
    services.cancel(taken, actor=make_user(person=taken.person))
    assert services.tell_of_free_places(mission.pk) == 1
    assert services.tell_of_free_places(mission.pk) == 0
    assert Message.objects.filter(kind="participations.place_free", person=person).count() == 1


@pytest.mark.parametrize("state", ["draft", "pending", "closed", "done", "refused", "suspended", "cancelled"])
def test_only_an_open_mission_takes_applications(state: str) -> None:
    refused("closed", slot=make_mission(state=state).slots.get())


def test_a_mission_of_a_suspended_organisation_takes_none() -> None:
    refused("closed", slot=make_mission(organisation=make_organisation(state="suspended")).slots.get())


def test_past_cancelled_and_finished_slots_are_refused() -> None:
    mission = make_mission(slots=0)
    refused("past", slot=make_slot(mission, in_days=-1))
    refused("slot_cancelled", slot=make_slot(mission, cancelled_at=now()))
    over = make_slot(mission, kind=SlotKind.WEEKLY, valid_until=today() - datetime.timedelta(days=1))
    refused("past", slot=over)


def test_an_imported_mission_is_applied_for_at_the_partner() -> None:
    refusal = refused("imported", slot=make_mission(imported=True).slots.get())
    assert "Partenaire d’essai" in refusal.message


def test_nobody_applies_twice_to_a_mission_but_may_come_back_after_cancelling() -> None:
    mission = make_mission(slots=2)
    first, second = mission.slots.all()
    person = make_person()
    participation = apply(person, first)
    refused("duplicate", person=person, slot=first)
    refused("duplicate", person=person, slot=second)
    services.cancel(participation, actor=make_user(person=person))
    assert apply(person, second).state == State.APPLIED


def test_who_answers_for_the_organisation_does_not_apply_to_it() -> None:
    organisation = make_organisation()
    slot = make_mission(organisation=organisation).slots.get()
    refused("own", person=make_member(organisation, role="manager").person, slot=slot)
    assert apply(make_member(organisation, role="reader").person, slot).state == State.APPLIED


def test_one_applies_only_for_oneself() -> None:
    with pytest.raises(NotAllowed):
        services.apply(person=make_person(), slot=make_mission().slots.get(), actor=make_user())


def test_age_counts_on_the_day_of_the_slot() -> None:
    mission = make_mission(minimum_age=18, slots=0)
    before, after = make_slot(mission, in_days=10), make_slot(mission, in_days=12)
    person = make_person(age=None)
    person.set_birth_date(_turns(18, in_days=11))
    person.save()
    GuardianNotice.objects.create(person=person, state="told", token_hash="x" * 64, told_at=now())
    refused("under_age", person=person, slot=before)
    assert apply(person, after).state == State.APPLIED


def test_under_sixteen_on_the_day_is_refused() -> None:
    mission = make_mission(minimum_age=16, slots=0)
    person = make_person(age=None)
    person.set_birth_date(_turns(16, in_days=20))
    person.save()
    refused("under_age", person=person, slot=make_slot(mission, in_days=10))


def test_an_undated_slot_counts_the_age_today() -> None:
    mission = make_mission(minimum_age=18, slots=0)
    slot = make_slot(mission, kind=SlotKind.UNDATED)
    refused("under_age", person=make_person(age=17), slot=slot)
    assert apply(make_person(age=18), slot).state == State.APPLIED


def test_an_unknown_birth_date_is_asked_first() -> None:
    refused("birth_date", person=make_person(age=None))


def test_a_minor_cannot_apply_before_the_guardian_was_told() -> None:
    slot = make_mission().slots.get()
    refused("guardian_missing", person=make_person(age=17, guardian="none"), slot=slot)
    refused("guardian_not_told", person=make_person(age=17, guardian="to_send"), slot=slot)
    refused("guardian_objected", person=make_person(age=17, guardian="objected"), slot=slot)
    assert apply(make_person(age=17, guardian="told"), slot).state == State.APPLIED


def test_the_application_of_a_minor_waits_without_a_place_and_leaves_when_the_guardian_is_told() -> None:
    organisation = make_organisation(owner=make_person())
    slot = make_mission(organisation=organisation).slots.get()
    person = make_person(age=17, guardian="to_send")
    waiting = services.wait_for_guardian(person=person, slot=slot, message="J’aimerais aider.", actor=None)
    assert services.wait_for_guardian(person=person, slot=slot, message="Encore.", actor=None) == waiting
    slot.refresh_from_db()
    assert (waiting.state, slot.taken) == (State.TO_CONFIRM, 0)
    assert not Participation.objects.told_to_organisation().exists()
    assert not Message.objects.filter(kind="participations.received").exists()
    assert services.guardian_told(person.pk) == 0
    GuardianNotice.objects.filter(person=person).update(state="told", told_at=now())
    assert services.guardian_told(person.pk) == 1
    assert services.guardian_told(person.pk) == 0
    slot.refresh_from_db()
    waiting.refresh_from_db()
    assert (waiting.state, slot.taken) == (State.APPLIED, 1)
    assert Message.objects.filter(kind="participations.received").count() == 1


def test_an_application_kept_just_after_the_guardian_was_told_leaves_at_the_next_sweep() -> None:
    person = make_person(age=17, guardian="to_send")
    waiting = services.wait_for_guardian(person=person, slot=make_mission().slots.get(), actor=None)
    assert services.send_cleared() == 0
    GuardianNotice.objects.filter(person=person).update(state="told", told_at=now())
    assert services.send_cleared() == 1
    assert services.send_cleared() == 0
    waiting.refresh_from_db()
    assert waiting.state == State.APPLIED


def test_a_minor_whose_place_went_meanwhile_is_told_why() -> None:
    slot = make_mission(capacity=1).slots.get()
    person = make_person(age=17, guardian="to_send")
    waiting = services.wait_for_guardian(person=person, slot=slot, actor=None)
    apply(slot=slot)
    GuardianNotice.objects.filter(person=person).update(state="told", told_at=now())
    assert services.guardian_told(person.pk) == 0
    waiting.refresh_from_db()
    assert waiting.state == State.CANCELLED
    assert "complète" in waiting.cancel_reason
    assert Message.objects.filter(kind="participations.not_kept", person=person).count() == 1


def test_an_objection_cancels_what_is_in_course() -> None:
    organisation = make_organisation(owner=make_person())
    slot = make_mission(organisation=organisation).slots.get()
    person = make_person(age=17)
    participation = apply(person, slot)
    assert services.guardian_objected(person.pk) == 1
    assert services.guardian_objected(person.pk) == 0
    participation.refresh_from_db()
    slot.refresh_from_db()
    assert (participation.state, slot.taken) == (State.CANCELLED, 0)
    assert Message.objects.filter(kind="participations.cancelled_for_member").count() == 1
    assert Message.objects.filter(kind="participations.cancelled_for_person", person=person).count() == 1


# --- without an account ------------------------------------------------------------------------------------


def keep(email: str = "neuve@exemple.fr", age: int = 30, **fields: Any) -> tuple[UnconfirmedContact, str]:
    return accounts.keep_contact(email=email, first_name="Noé", birth_date=born_for(age), **fields)


def test_a_stranger_s_application_holds_no_place_until_the_address_is_confirmed() -> None:
    organisation = make_organisation(owner=make_person())
    slot = make_mission(organisation=organisation).slots.get()
    contact, token = keep()
    services.file_unconfirmed(contact, slot, "Bonjour", token=token)
    slot.refresh_from_db()
    assert slot.taken == 0
    assert not Message.objects.filter(kind="participations.received").exists()
    mail = Message.objects.get(kind="participations.confirm")
    assert mail.address == "neuve@exemple.fr"
    assert f"/confirmer/{token}/" in mail.text
    user = accounts.open_account(contact)
    [confirmed] = services.confirm_contact(contact, user)
    slot.refresh_from_db()
    assert confirmed.refusal is None
    assert (confirmed.participation.state, confirmed.participation.message, slot.taken) == (
        "applied",
        "Bonjour",
        1,
    )
    assert services.confirm_contact(contact, user) == []
    assert Message.objects.filter(kind="participations.received").count() == 1


def test_confirming_the_address_leads_to_the_application_that_it_sends(client: Client) -> None:
    contact, token = keep()
    services.file_unconfirmed(contact, make_mission().slots.get(), token=token)
    answer = client.post(f"/confirmer/{token}/", {"terms": "on"})
    assert answer["Location"] == f"/mon-espace/candidatures/{Participation.objects.get().pk}/"


def test_a_known_address_gets_a_mail_to_sign_in() -> None:
    user = make_user()
    contact, token = keep(email=user.email)
    services.file_unconfirmed(contact, make_mission().slots.get(), token=token)
    assert Message.objects.get().kind == "participations.sign_in"


def test_full_meanwhile_gives_alternatives_and_keeps_nothing() -> None:
    mission = make_mission(slots=2, capacity=1)
    slot, other = mission.slots.all()
    contact, token = keep()
    services.file_unconfirmed(contact, slot, token=token)
    apply(slot=slot)
    [confirmed] = services.confirm_contact(contact, accounts.open_account(contact))
    assert isinstance(confirmed.refusal, services.Full)
    assert confirmed.refusal.alternatives == [other]
    assert Participation.objects.count() == 1


def test_a_stranger_of_sixteen_waits_for_the_guardian_after_confirming() -> None:
    contact, token = keep(age=17, guardian_email="parent@exemple.fr")
    services.file_unconfirmed(contact, make_mission().slots.get(), token=token)
    user = accounts.open_account(contact)
    [confirmed] = services.confirm_contact(contact, user)
    assert confirmed.waits_for_guardian
    assert confirmed.participation.person == user.person
    assert confirmed.participation.state == State.TO_CONFIRM


def test_what_was_not_confirmed_in_two_days_is_erased() -> None:
    contact, token = keep()
    services.file_unconfirmed(contact, make_mission().slots.get(), "Texte privé", token=token)
    assert services.erase_unconfirmed() == 0
    UnconfirmedContact.objects.update(expires_at=now() - datetime.timedelta(minutes=1))
    assert services.erase_unconfirmed() == 1
    assert not Participation.objects.exists()


def test_an_application_that_waited_too_long_for_a_guardian_is_given_up() -> None:
    person = make_person(age=17, guardian="to_send")
    waiting = services.wait_for_guardian(person=person, slot=make_mission().slots.get(), actor=None)
    assert services.give_up_on_guardians() == 0
    Participation.objects.update(created_at=now() - datetime.timedelta(days=15))
    assert services.give_up_on_guardians() == 1
    waiting.refresh_from_db()
    assert waiting.state == State.CANCELLED


# --- answers -----------------------------------------------------------------------------------------------


@pytest.fixture
def answered() -> Any:
    organisation = make_organisation()
    manager = make_member(organisation, role="manager")
    mission = make_mission(organisation=organisation)
    participation = apply(make_person(), mission.slots.get())
    return manager, participation


def test_talk_then_yes(answered: Any) -> None:
    manager, participation = answered
    participation = services.talk(participation, actor=manager, message="Appelons-nous.")
    participation = services.accept(
        participation, actor=manager, message="Bienvenue.", version=participation.version
    )
    assert participation.state == State.ACCEPTED
    assert participation.answered_at is not None
    kinds = set(Message.objects.filter(person=participation.person).values_list("kind", flat=True))
    assert {"participations.talk", "participations.accepted"} <= kinds


def test_a_no_has_a_reason_and_frees_the_place(answered: Any) -> None:
    manager, participation = answered
    with pytest.raises(RuleBroken, match="raison"):
        services.decline(participation, actor=manager, reason="")
    services.decline(participation, actor=manager, reason="dates", message="Désolés.")
    participation.slot.refresh_from_db()
    assert participation.slot.taken == 0
    mail = Message.objects.get(kind="participations.declined")
    assert "les disponibilités ne correspondent pas" in mail.text


def test_two_who_answer_at_once_the_second_is_told(answered: Any) -> None:
    manager, participation = answered
    version = participation.version
    services.accept(participation, actor=manager, version=version)
    with pytest.raises(RuleBroken, match="acceptée") as caught:
        services.decline(participation, actor=manager, reason="full", version=version)
    assert caught.value.code == "stale"


def test_states_move_only_forwards(answered: Any) -> None:
    manager, participation = answered
    services.decline(participation, actor=manager, reason="full")
    for verb in (services.accept, services.talk, services.cancel):
        with pytest.raises(WrongState):
            verb(participation, actor=manager, **({"reason": "x"} if verb is services.cancel else {}))


def test_readers_strangers_and_the_person_do_not_answer(answered: Any) -> None:
    _, participation = answered
    reader = make_member(participation.mission.organisation, role="reader")
    for actor in (reader, make_user(), make_user(person=participation.person)):
        with pytest.raises(NotAllowed):
            services.accept(participation, actor=actor)


def test_the_person_stops_at_any_moment_and_the_organisation_is_told(answered: Any) -> None:
    manager, participation = answered
    services.accept(participation, actor=manager)
    services.cancel(participation, actor=make_user(person=participation.person))
    participation.slot.refresh_from_db()
    assert participation.slot.taken == 0
    assert Message.objects.filter(kind="participations.cancelled_for_member", person=manager.person).exists()


def test_the_organisation_cancels_with_a_reason_only(answered: Any) -> None:
    manager, participation = answered
    services.accept(participation, actor=manager)
    with pytest.raises(RuleBroken, match="pourquoi"):
        services.cancel(participation, actor=manager, reason="  ")
    services.cancel(participation, actor=manager, reason="La salle est fermée")
    assert "La salle est fermée" in Message.objects.get(kind="participations.cancelled_for_person").text


@pytest.mark.parametrize(
    ("kind", "fields", "days"),
    [
        (SlotKind.WEEKLY, {"weekday": 4}, 3),  # from a Tuesday to a Friday
        (SlotKind.WEEKLY, {"weekday": 1}, 0),
        (SlotKind.WEEKLY, {"weekday": 4, "valid_from": datetime.date(2027, 6, 21)}, 10),
        (SlotKind.UNDATED, {}, 1),
        (SlotKind.UNDATED, {"valid_from": datetime.date(2027, 6, 20)}, 5),
    ],
)
def test_came_or_not_is_asked_from_the_day_of_the_first_session(
    kind: str, fields: dict[str, Any], days: int
) -> None:
    accepted_at = datetime.datetime(2027, 6, 15, 12, tzinfo=datetime.UTC)
    with time_machine.travel(accepted_at, tick=False):
        organisation = make_organisation()
        manager = make_member(organisation, role="manager")
        mission = make_mission(organisation=organisation, slots=0)
        participation = apply(make_person(), make_slot(mission, kind=kind, **fields))
        participation = services.accept(participation, actor=manager)
    if days:
        with time_machine.travel(accepted_at + datetime.timedelta(days=days - 1), tick=False):
            assert not services.has_begun(participation)
            with pytest.raises(RuleBroken, match="à venir"):
                services.mark_absent(participation, actor=manager)
    with time_machine.travel(accepted_at + datetime.timedelta(days=days), tick=False):
        assert services.has_begun(participation)
        assert services.realise(participation, actor=manager).state == State.REALISED


def test_came_or_not_is_said_after_the_slot_began_and_ends_a_closed_mission(answered: Any) -> None:
    manager, participation = answered
    services.accept(participation, actor=manager)
    with pytest.raises(RuleBroken, match="à venir"):
        services.realise(participation, actor=manager)
    slot = participation.slot
    hours_ago = [now() - datetime.timedelta(hours=n) for n in (3, 1)]
    type(slot).objects.filter(pk=slot.pk).update(starts_at=hours_ago[0], ends_at=hours_ago[1])
    mission_services.close(participation.mission, actor=manager)
    services.realise(participation, actor=manager)
    participation.mission.refresh_from_db()
    slot.refresh_from_db()
    assert participation.mission.state == "done"
    assert slot.taken == 1


def test_a_cancelled_mission_cancels_and_tells_its_people(answered: Any) -> None:
    manager, participation = answered
    mission_services.cancel(participation.mission, actor=manager, reason="Le festival est reporté")
    assert services.cancel_of_mission(participation.mission_id) == 1
    assert services.cancel_of_mission(participation.mission_id) == 0
    participation.refresh_from_db()
    assert participation.state == State.CANCELLED
    assert "reporté" in Message.objects.get(kind="participations.cancelled_for_person").text


def test_late_applications_are_counted_after_five_days(answered: Any) -> None:
    _, participation = answered
    assert not services.late_applications().exists()
    Participation.objects.update(applied_at=now() - datetime.timedelta(days=6))
    assert list(services.late_applications()) == [participation]


# --- at a partner's ----------------------------------------------------------------------------------------


def test_a_departure_is_counted_once_per_person_and_always_when_unknown() -> None:
    mission, person = make_mission(imported=True), make_person()
    first = services.depart(mission, person=person)
    assert services.depart(mission, person=person) == first
    assert services.depart(mission).pk != services.depart(mission).pk


def test_no_departure_for_a_minor_before_the_guardian_is_told_nor_for_a_closed_or_own_mission() -> None:
    mission = make_mission(imported=True)
    for code, where, person in (
        ("guardian_not_told", mission, make_person(age=17, guardian="to_send")),
        ("closed", make_mission(imported=True, state="closed"), make_person()),
        ("not_imported", make_mission(), make_person()),
    ):
        with pytest.raises(RuleBroken) as caught:
            services.depart(where, person=person)
        assert caught.value.code == code


def test_the_question_is_asked_once_after_seven_days_and_answered() -> None:
    departure = services.depart(make_mission(imported=True), person=make_person())
    services.depart(departure.mission)
    assert list(services.departures_to_ask()) == []
    type(departure).objects.update(created_at=now() - datetime.timedelta(days=7, minutes=1))
    assert list(services.departures_to_ask()) == [departure]
    assert services.ask_about_departure(departure.pk)
    assert not services.ask_about_departure(departure.pk)
    assert Message.objects.filter(kind="participations.departure_question").count() == 1
    services.answer_departure(departure, answer="yes")
    services.answer_departure(departure, answer="yes")
    assert Event.objects.filter(verb="departure.answered").count() == 1
    with pytest.raises(RuleBroken):
        services.answer_departure(departure, answer="peut-être")


def test_a_seat_freed_and_taken_again_keeps_the_count_right() -> None:
    slot = make_mission(capacity=2).slots.get()
    participation = make_participation(slot=slot)
    slot.refresh_from_db()
    assert slot.taken == 1
    participation.delete()
    slot.refresh_from_db()
    assert slot.taken == 0


def _turns(age: int, *, in_days: int) -> datetime.date:
    day = today() + datetime.timedelta(days=in_days)
    return day.replace(year=day.year - age)


def test_erasing_a_person_frees_the_place_tells_the_organisation_and_keeps_the_fact() -> None:
    from jeveuxagir.common.registries import personal_data

    organisation = make_organisation(owner=make_person())
    mission = make_mission(organisation=organisation, slots=2)
    person = make_person()
    past = make_participation(person=person, mission=make_mission(), state=State.REALISED, message="Privé")
    live = apply(person, mission.slots.first(), message="Privé")
    services.depart(make_mission(imported=True), person=person)
    services.alert_when_free(person, mission)
    for name in ("Participation", "Departure", "PlaceAlert"):
        personal_data[f"participations.{name}"].erase(person)
    live.refresh_from_db()
    past.refresh_from_db()
    assert (live.state, past.state) == (State.CANCELLED, State.REALISED)
    assert live.message == past.message == ""
    assert mission.slots.first().taken == 0
    assert Message.objects.filter(kind="participations.cancelled_for_member").count() == 1
    assert not PlaceAlert.objects.exists()
    assert not person.departures.exists()
