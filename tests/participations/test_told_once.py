"""A slot moves or falls, a mission closes, an organisation is suspended: each applicant learns it once."""

import datetime
from datetime import time
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from jeveuxagir.accounts.models import birthday
from jeveuxagir.audit import deliveries
from jeveuxagir.audit.models import Delivery, Event
from jeveuxagir.audit.services import handler_of
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale
from jeveuxagir.notifications.models import Message
from missions import services as missions
from missions.participations import services
from missions.participations.enums import State
from missions.schedule import SlotSpec
from missions.words import when_in_words
from organisations import services as organisations
from tests.factories import (
    make_member,
    make_mission,
    make_organisation,
    make_participation,
    make_person,
    make_slot,
    make_staff,
    make_user,
)

pytestmark = pytest.mark.django_db


def on(days: int, **values: Any) -> SlotSpec:
    fields = {
        "local_date": today() + datetime.timedelta(days=days),
        "start_time": time(9),
        "end_time": time(11),
    }
    capacity = values.pop("capacity", 5)
    return SlotSpec("dated", capacity, **fields | values)


def move(slot: Any, spec: SlotSpec, actor: Any = None) -> None:
    missions.move_slot(slot, actor=actor, spec=spec)
    deliveries.deliver()


def mails(kind: str) -> list[Message]:
    return list(Message.objects.filter(kind=f"participations.{kind}").order_by("pk"))


def text_of(message: Message) -> str:
    return message.text.replace("\xa0", " ")


# --- moving a slot ----------------------------------------------------------------------------------------


def test_moving_a_slot_asks_each_applicant_once_with_both_times_and_other_slots() -> None:
    mission = make_mission(slots=2)
    slot, other = mission.slots.all()
    around = make_mission(title="Servir des repas")
    people = [make_participation(slot=slot, state=state) for state in ("applied", "in_talk", "accepted")]
    make_participation(slot=slot, state="declined")
    make_participation(slot=other)
    before = services.when_in_words(slot)
    move(slot, on(20))
    slot.refresh_from_db()
    assert (slot.sequence, slot.taken) == (1, 3), "seats are kept, calendars follow"
    told = mails("moved")
    assert {mail.person_id for mail in told} == {row.person_id for row in people}
    text = text_of(told[0])
    assert before.replace("\xa0", " ") in text
    assert "de 9 h à 11 h" in text
    assert services.when_in_words(other).replace("\xa0", " ") in text
    assert "Servir des repas" in text
    assert around.get_absolute_url() in text
    for row in people:
        row.refresh_from_db()
        assert row.moved_from == before


def test_whoever_applies_after_the_move_knows_the_new_time_already() -> None:
    slot = make_mission().slots.get()
    missions.move_slot(slot, actor=None, spec=on(20))
    slot.refresh_from_db()
    services.apply(person=make_person(), slot=slot, actor=None)
    deliveries.deliver()
    assert not mails("moved")


def test_two_moves_are_two_mails_and_the_page_keeps_the_time_that_was_agreed() -> None:
    slot = make_mission().slots.get()
    row = make_participation(slot=slot)
    before = services.when_in_words(slot)
    move(slot, on(20))
    move(slot, on(21))
    assert len(mails("moved")) == 2
    row.refresh_from_db()
    assert row.moved_from == before


def test_a_slot_moved_again_before_anybody_was_told_is_told_once() -> None:
    slot = make_mission().slots.get()
    row = make_participation(slot=slot)
    before = services.when_in_words(slot)
    missions.move_slot(slot, actor=None, spec=on(20))
    move(slot, on(21))
    slot.refresh_from_db()
    [mail] = mails("moved")
    row.refresh_from_db()
    assert (row.moved_from, row.known_sequence) == (before, 2)
    assert services.when_in_words(slot).replace("\xa0", " ") in text_of(mail)


def test_more_places_tell_nobody_and_a_rhythm_that_goes_on_longer_neither() -> None:
    mission = make_mission(slots=0)
    slot = make_slot(mission, in_days=10, start=time(9), end=time(11))
    weekly = make_slot(mission, kind="weekly", valid_until=today() + datetime.timedelta(days=30))
    for each in (slot, weekly):
        make_participation(slot=each)
    move(slot, on(10, capacity=9))
    longer = SlotSpec(
        "weekly",
        5,
        weekday=weekly.weekday,
        start_time=weekly.start_time,
        end_time=weekly.end_time,
        valid_until=today() + datetime.timedelta(days=90),
    )
    move(weekly, longer)
    slot.refresh_from_db()
    assert slot.capacity == 9
    assert not mails("moved")


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        (on(-1), "past"),
        (on(0, start_time=time(0), end_time=time(0, 1)), "past"),
        (on(900), "too_far"),
        (on(10, end_time=time(8)), "end_before_start"),
        (on(10, capacity=1), "below_taken"),
        (on(10, capacity=0), "capacity"),
        (on(10, local_date=None), "date"),
    ],
)
def test_a_slot_does_not_move_to_a_time_that_cannot_be_or_below_its_taken_places(
    spec: SlotSpec, code: str
) -> None:
    slot = make_mission().slots.get()
    for _ in range(2):
        make_participation(slot=slot)
    with pytest.raises(RuleBroken) as caught:
        missions.move_slot(slot, actor=None, spec=spec)
    assert caught.value.code == code
    slot.refresh_from_db()
    assert slot.sequence == 0


def test_what_has_begun_is_cancelled_or_is_somebody_else_s_does_not_move() -> None:
    mission = make_mission()
    with pytest.raises(RuleBroken, match="déjà commencé"):
        missions.move_slot(make_slot(mission, in_days=-1), actor=None, spec=on(10))
    fallen = make_slot(mission, cancelled_at=datetime.datetime.now(datetime.UTC))
    with pytest.raises(RuleBroken, match="annulé"):
        missions.move_slot(fallen, actor=None, spec=on(10))
    slot = mission.slots.first()
    for actor in (make_member(mission.organisation, role="reader"), make_user(), make_staff()):
        with pytest.raises(NotAllowed):
            missions.move_slot(slot, actor=actor, spec=on(10))
    with pytest.raises(Stale):
        missions.move_slot(slot, actor=make_member(mission.organisation), spec=on(10), version=99)


def test_who_will_not_be_of_age_on_the_new_day_gives_the_place_back_and_both_sides_know() -> None:
    organisation = make_organisation()
    member = make_member(organisation)
    mission = make_mission(organisation=organisation, minimum_age=18, slots=0)
    slot = make_slot(mission, in_days=40)
    young = make_person(age=17)
    young.set_birth_date(birthday(today() + datetime.timedelta(days=30), -18))
    young.save()
    row = services.apply(person=young, slot=slot, actor=None)
    services.accept(row, actor=member)
    move(slot, on(20))
    row.refresh_from_db()
    slot.refresh_from_db()
    assert (row.state, slot.taken) == (State.CANCELLED, 0)
    assert not mails("moved")
    [mail] = mails("cancelled_for_person")
    assert "18 ans" in mail.text
    [to_member] = mails("too_young")
    assert to_member.person == member.person


def test_saying_that_one_still_comes_is_for_oneself_and_once() -> None:
    slot = make_mission().slots.get()
    user = make_user()
    row = make_participation(slot=slot, person=user.person, state="accepted")
    move(slot, on(20))
    with pytest.raises(NotAllowed):
        services.still_coming(row, actor=make_user())
    for _ in range(2):
        services.still_coming(row, actor=user)
    row.refresh_from_db()
    assert (row.moved_from, row.state) == ("", State.ACCEPTED)


# --- cancelling -------------------------------------------------------------------------------------------


def test_several_slots_fall_at_once_for_one_reason_and_each_person_is_told_once() -> None:
    mission = make_mission(slots=3)
    make_mission(title="Servir des repas")
    first, second, kept = mission.slots.all()
    rows = [make_participation(slot=slot) for slot in (first, second, kept)]
    waiting = make_participation(slot=second, person=rows[0].person, state="to_confirm")
    fallen = missions.cancel_slots(
        mission, actor=None, slots=[first.pk, second.pk], reason="La salle est prise"
    )
    deliveries.deliver()
    assert fallen == 2
    told = mails("cancelled_for_person")
    assert sorted(mail.person_id for mail in told) == sorted(row.person_id for row in rows[:2])
    assert "La salle est prise" in told[0].text
    assert "Servir des repas" in told[0].text
    said = text_of(told[0])
    assert "La raison : La salle est prise\n" in said
    assert f"encore de la place à d’autres moments :\n\n- {when_in_words(kept)}".replace("\xa0", " ") in said
    assert mission.get_absolute_url() in said
    waiting.refresh_from_db()
    assert waiting.state == State.CANCELLED


def test_slots_to_cancel_are_of_the_mission_to_come_and_not_the_last() -> None:
    mission = make_mission(slots=2)
    first, second = mission.slots.all()
    begun = make_slot(mission, in_days=-1)
    stranger = make_mission().slots.get()
    for slots, code in (
        ([], "none"),
        ([first.pk, stranger.pk], "unknown_slot"),
        ([begun.pk], "begun"),
        ([first.pk, second.pk], "last_slot"),
    ):
        with pytest.raises(RuleBroken) as caught:
            missions.cancel_slots(mission, actor=None, slots=slots, reason="Pluie")
        assert caught.value.code == code
    make_participation(slot=first)
    with pytest.raises(RuleBroken) as caught:
        missions.cancel_slots(mission, actor=None, slots=[first.pk])
    assert caught.value.code == "reason"


def test_a_cancelled_mission_proposes_only_open_missions_with_places_that_one_may_join() -> None:
    mission = make_mission()
    good = make_mission(title="Jardiner ensemble", minimum_age=16)
    make_mission(title="Pour adultes", minimum_age=18)
    full = make_mission(title="Complète", capacity=1)
    make_participation(mission=full)
    make_mission(title="Suspendue", organisation=make_organisation(state="suspended"))
    known = make_mission(title="Déjà connue")
    minor = make_person(age=17)
    make_participation(mission=mission, person=minor)
    make_participation(mission=known, person=minor)
    missions.cancel(mission, actor=None, reason="Pluie")
    deliveries.deliver()
    [mail] = mails("cancelled_for_person")
    assert good.title in mail.text
    for title in ("Pour adultes", "Complète", "Suspendue", "Déjà connue"):
        assert title not in mail.text


# --- closing ----------------------------------------------------------------------------------------------


def test_closing_keeps_the_waiting_applications_unless_it_declines_them_all() -> None:
    for waiting, state in (("keep", State.APPLIED), ("decline", State.DECLINED)):
        Message.objects.all().delete()
        mission = make_mission()
        make_mission(title="Trier des livres")
        applied, talking, accepted = (
            make_participation(mission=mission, state=state) for state in ("applied", "in_talk", "accepted")
        )
        missions.close(mission, actor=None, waiting=waiting, message="Merci à vous")
        deliveries.deliver()
        for row in (applied, talking, accepted):
            row.refresh_from_db()
        assert applied.state == state
        assert accepted.state == State.ACCEPTED
        told = {mail.person_id: text_of(mail) for mail in mails("closed")}
        assert len(mails("closed")) == len(told) == 3, "each exactly once"
        assert "l’organisation vous attend" in told[accepted.person_id]
        if waiting == "decline":
            assert "votre candidature s’arrête" in told[applied.person_id]
            assert (applied.answer, applied.decline_reason) == ("Merci à vous", "closed")
            assert "/demandes/nouvelle/" in told[applied.person_id]
            assert not mails("declined")
        else:
            assert "va encore vous répondre" in told[talking.person_id]
            assert "Si vous préférez ne pas attendre" in told[talking.person_id]
        assert "Trier des livres" in told[applied.person_id]
        assert "Trier des livres" not in told[accepted.person_id], "who is expected is shown nothing else"


def test_past_dates_and_feeds_close_without_a_mail_to_the_applicants() -> None:
    mission = make_mission(slots=0, last_date=today() - datetime.timedelta(days=1))
    make_participation(slot=make_slot(mission, in_days=-1), state="accepted")
    assert missions.close_past() == 1
    deliveries.deliver()
    assert not mails("closed")


# --- suspending -------------------------------------------------------------------------------------------


def test_a_suspended_organisation_is_told_once_to_each_person_for_all_their_applications() -> None:
    organisation = make_organisation(name="La Table ouverte")
    staff, person = make_staff(), make_person()
    other = make_mission(title="Servir des repas")
    for title in ("Lire", "Jardiner", "Conduire"):
        make_participation(mission=make_mission(organisation=organisation, title=title), person=person)
    single = make_participation(mission=organisation.missions.first(), state="accepted")
    organisations.suspend(organisation, actor=staff, reason="Plaintes")
    deliveries.deliver()
    told = {mail.person_id: mail for mail in mails("paused")}
    assert len(mails("paused")) == len(told) == 2
    for title in ("Lire", "Jardiner", "Conduire", other.title):
        assert title in told[person.pk].text
    assert "Jardiner" not in told[single.person_id].text.split("Voir ma candidature")[0]
    assert "Plaintes" not in told[person.pk].text
    organisation.refresh_from_db()
    late = make_participation(mission=organisation.missions.first())
    organisations.lift(organisation, actor=staff)
    deliveries.deliver()
    resumed = [mail.person_id for mail in mails("resumed")]
    assert sorted(resumed) == sorted(told), "whoever was told of the pause, once"
    assert late.person_id not in resumed


def test_a_suspension_lifted_before_anybody_was_told_tells_nobody() -> None:
    organisation = make_organisation()
    make_participation(mission=make_mission(organisation=organisation))
    staff = make_staff()
    organisations.suspend(organisation, actor=staff, reason="Erreur")
    organisation.refresh_from_db()
    organisations.lift(organisation, actor=staff)
    deliveries.deliver()
    assert not mails("paused")
    assert not mails("resumed")


def test_a_mission_suspended_alone_tells_its_applicants_and_its_members_cannot_close_it_round() -> None:
    mission = make_mission()
    member, staff = make_member(mission.organisation), make_staff()
    row = make_participation(mission=mission)
    make_participation(mission=make_mission(organisation=mission.organisation))
    with pytest.raises(NotAllowed):
        missions.suspend(mission, actor=member, reason="Non")
    missions.suspend(mission, actor=staff, reason="Signalée")
    deliveries.deliver()
    assert [mail.person_id for mail in mails("paused")] == [row.person_id]
    with pytest.raises(RuleBroken, match="brigade a suspendu"):
        missions.close(mission, actor=member)
    missions.lift(mission, actor=staff)
    deliveries.deliver()
    assert [mail.person_id for mail in mails("resumed")] == [row.person_id]
    assert Message.objects.filter(kind__in=["missions.suspended", "missions.lifted"]).count() == 2


def test_an_organisation_that_closes_declines_what_waits_and_writes_once_to_each_person() -> None:
    organisation = make_organisation()
    person = make_person()
    missions_of = [make_mission(organisation=organisation, title=title) for title in ("Lire", "Jardiner")]
    waiting = make_participation(mission=missions_of[0], person=person)
    accepted = make_participation(mission=missions_of[1], person=person, state="accepted")
    organisations.close(organisation, actor=make_member(organisation))
    deliveries.deliver()
    waiting.refresh_from_db()
    accepted.refresh_from_db()
    assert (waiting.state, accepted.state) == (State.DECLINED, State.ACCEPTED)
    [mail] = mails("closed")
    assert "ferme son espace" in mail.subject
    assert "Lire" in mail.text
    assert "Jardiner" in mail.text


# --- and once, whatever happens ---------------------------------------------------------------------------


def test_a_reaction_that_dies_in_the_middle_tells_each_person_once_when_it_is_tried_again() -> None:
    slot = make_mission().slots.get()
    rows = [make_participation(slot=slot) for _ in range(3)]
    with connection.cursor() as cursor:
        cursor.execute("""
            CREATE FUNCTION pg_temp.dies_at_the_second() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF EXISTS (SELECT 1 FROM notifications_message WHERE kind = NEW.kind) THEN
                    RAISE EXCEPTION 'the outbox is full';
                END IF;
                RETURN NEW;
            END $$;
            CREATE TRIGGER dies BEFORE INSERT ON notifications_message
                FOR EACH ROW EXECUTE FUNCTION pg_temp.dies_at_the_second();
        """)
    move(slot, on(20))
    assert not mails("moved"), "nothing of a reaction that died is kept"
    assert Delivery.objects.filter(state="pending", attempts=1).exists()
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER dies ON notifications_message")
    Delivery.objects.filter(state="pending").update(not_before=now() - datetime.timedelta(hours=1))
    deliveries.deliver()
    assert sorted(mail.person_id for mail in mails("moved")) == sorted(row.person_id for row in rows)
    assert not Delivery.objects.exclude(state="done").exists()


def test_each_reaction_run_twice_tells_once() -> None:
    organisation = make_organisation()
    mission = make_mission(organisation=organisation, slots=2)
    slot = mission.slots.first()
    make_participation(slot=slot, state="accepted")
    move(slot, on(20))
    organisations.suspend(organisation, actor=make_staff(), reason="Plaintes")
    deliveries.deliver()
    before = Message.objects.count()
    for delivery in Delivery.objects.filter(subscriber="participations").select_related("event"):
        handler = handler_of(delivery.event.verb, delivery.subscriber)
        assert handler is not None
        handler(delivery.event)
    assert Message.objects.count() == before


# --- on the pages -----------------------------------------------------------------------------------------


def test_the_page_of_a_moved_application_says_both_times_and_takes_one_click_either_way(client: Any) -> None:
    slot = make_mission(slots=2).slots.first()
    user, other = make_user(), make_user()
    rows = [make_participation(slot=slot, person=each.person, state="accepted") for each in (user, other)]
    before = services.when_in_words(slot)
    move(slot, on(20))
    mine = reverse("participations:mine", args=[rows[0].pk])
    client.force_login(user)
    html = client.get(mine).content.decode()
    assert before[1:] in html
    assert "Je viens toujours" in html
    assert client.get(reverse("participations:mine", args=[rows[1].pk])).status_code == 404
    assert client.post(reverse("participations:still_coming", args=[rows[1].pk])).status_code == 404
    for _ in range(2):
        assert client.post(reverse("participations:still_coming", args=[rows[0].pk])).status_code == 302
    assert "Je viens toujours" not in client.get(mine).content.decode()
    client.force_login(other)
    html = client.get(reverse("participations:mine", args=[rows[1].pk])).content.decode()
    version = rows[1].version + 1
    assert f'name="version" value="{version}"' in html
    typed = {"version": version, "reason": "L’horaire a changé."}
    assert client.post(reverse("participations:cancel", args=[rows[1].pk]), typed).status_code == 302
    slot.refresh_from_db()
    assert slot.taken == 1


def test_a_suspended_organisation_no_longer_reads_the_contacts_of_those_it_accepted(client: Any) -> None:
    organisation = make_organisation()
    member = make_member(organisation)
    person = make_person(last_name="Quatrelivre", email="zeph@exemple.fr", phone="06 11 22 33 44")
    row = make_participation(mission=make_mission(organisation=organisation), person=person, state="accepted")
    answer = reverse("participations:answer", args=[organisation.pk, organisation.slug, row.pk])
    table = reverse("participations:participants", args=[organisation.pk, organisation.slug, row.slot_id])
    client.force_login(member)
    assert "Quatrelivre" in client.get(answer).content.decode()
    assert client.post(table).status_code == 200
    organisations.suspend(organisation, actor=make_staff(), reason="Plaintes")
    html = client.get(answer).content.decode() + client.get(organisation.space_url).content.decode()
    for private in ("Quatrelivre", "zeph@exemple.fr", "06 11 22 33 44"):
        assert private not in html
    assert client.post(table).status_code == 403
    client.force_login(make_user(person=person))
    assert "En pause" in client.get(reverse("participations:mine", args=[row.pk])).content.decode()


# --- what a mission asks, and where it is, change after people applied -------------------------------------------


def edit(mission: Any, **values: Any) -> None:
    diff = {
        name: {"label": name, "before": "", "after": "", "value": value} for name, value in values.items()
    }
    missions.apply_edit(mission, actor=None, diff=diff)
    deliveries.deliver()


def test_a_new_place_is_told_once_to_whoever_is_in_course_and_drops_nobody() -> None:
    mission = make_mission(slots=2)
    first, second = mission.slots.all()
    person = make_person()
    rows = [
        make_participation(slot=first, state="accepted", person=person),
        make_participation(slot=second),
    ]
    make_participation(slot=second, state="cancelled")
    edit(mission, addresses=[{"commune": "23096", "street": "2 rue Neuve", "postal_code": "23000"}])
    told = mails("place_changed")
    assert {mail.person_id for mail in told} == {row.person_id for row in rows}
    assert "2 rue Neuve" in text_of(told[0])
    for row in rows:
        row.refresh_from_db()
    assert [row.state for row in rows] == ["accepted", "applied"]
    event = Event.objects.filter(verb="mission.changed").latest("pk")
    services.mission_changed(mission.pk, fields=["addresses"], event_id=event.pk)
    assert len(mails("place_changed")) == 2, "safe to run twice"


def test_a_new_text_writes_to_no_applicant() -> None:
    mission = make_mission()
    make_participation(slot=mission.slots.get())
    edit(mission, title="Un autre titre pour la même mission")
    assert not mails("place_changed")
    assert not mails("age_raised")


def test_a_higher_age_is_told_to_the_organisation_and_shown_and_drops_nobody(client: Any) -> None:
    mission = make_mission(minimum_age=16, slots=2)
    first, second = mission.slots.all()
    handler = make_member(mission.organisation)
    lina = make_user(age=16).person
    expected = make_participation(slot=first, person=lina, state="accepted")
    waiting = make_participation(slot=second, person=make_user(age=16).person)
    make_participation(slot=second, state="accepted")
    edit(mission, minimum_age=18)
    [mail] = [mail for mail in mails("age_raised") if mail.person_id == handler.person_id]
    assert "2 personnes" in text_of(mail)
    expected.refresh_from_db()
    assert expected.state == State.ACCEPTED
    client.force_login(handler)
    space = reverse("participations:space", args=[mission.organisation.pk, mission.organisation.slug])
    assert client.get(f"{space}?etat=acceptees").text.count("moins de 18") == 1
    assert "minimum de la mission a changé" in client.get(f"{space}{expected.pk}/").text
    with pytest.raises(RuleBroken) as refused:
        services.accept(waiting, actor=handler)
    assert refused.value.code == "under_age"


def test_a_higher_age_that_everybody_has_is_told_to_nobody() -> None:
    mission = make_mission(minimum_age=16)
    make_member(mission.organisation)
    make_participation(slot=mission.slots.get(), state="accepted")
    edit(mission, minimum_age=18)
    assert not mails("age_raised")
