"""A mission's life: written, sent, published, edited, closed; its slots; what follows its organisation."""

import datetime
from dataclasses import replace
from datetime import time
from typing import Any

import pytest
import time_machine

from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale, WrongState
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.notifications.models import Message
from jeveuxagir.taxonomies.models import Domain
from missions import services
from missions.enums import MissionMode, SlotKind, State
from missions.models import Mission, Slot
from missions.schedule import SlotSpec
from missions.services import AddressSpec, MissionData
from tests.factories import (
    GUERET,
    LILLE,
    get_commune,
    make_member,
    make_mission,
    make_organisation,
    make_participation,
    make_slot,
    make_staff,
    make_user,
)

pytestmark = pytest.mark.django_db

TEXT = (
    "Vous lisez des histoires à deux ou trois enfants, avec une bénévole de l’équipe, dans une salle calme. "
    * 2
)


def data(**values: Any) -> MissionData:
    return MissionData(
        **{
            "title": "Lire avec des élèves",
            "description": TEXT,
            "domain": Domain.objects.get(pk="education"),
            "addresses": [AddressSpec(get_commune(GUERET), "1 place Bonnyaud")],
            **values,
        }
    )


def in_days(days: int, **values: Any) -> SlotSpec:
    day = today() + datetime.timedelta(days=days)
    fields = {"local_date": day, "start_time": time(14), "end_time": time(16)} | values
    return SlotSpec(SlotKind.DATED, fields.pop("capacity", 5), **fields)


@pytest.fixture
def manager() -> Any:
    return make_member(make_organisation(), role="manager")


def organisation_of(user: Any) -> Any:
    return user.person.memberships.get().organisation


def draft(manager: Any, slots: Any = (), **values: Any) -> Mission:
    return services.create_draft(
        organisation=organisation_of(manager), actor=manager, data=data(**values), slots=slots
    )


def published(manager: Any) -> Mission:
    mission = services.submit(draft(manager, [in_days(10)]), actor=manager)
    return services.publish(mission, actor=None)


# --- drafts and publication --------------------------------------------------------------------------------


def test_a_draft_takes_its_goals_its_department_and_its_rhythm_from_what_it_says(manager: Any) -> None:
    mission = draft(manager, [in_days(10 + 7 * n) for n in range(5)])
    assert {sdg.pk for sdg in mission.sdgs.all()} == {4}
    assert mission.department_id == "23"
    assert mission.commitment == "weekly"
    assert mission.last_date == today() + datetime.timedelta(days=38)
    address = mission.addresses.get()
    assert (address.postal_code, address.latitude is not None) == ("23000", True)


def test_a_remote_mission_belongs_where_its_organisation_sits(manager: Any) -> None:
    mission = draft(manager, mode=MissionMode.REMOTE, addresses=[])
    assert mission.department_id == "23"


def test_addresses_lie_in_one_department(manager: Any) -> None:
    spread = [AddressSpec(get_commune(GUERET)), AddressSpec(get_commune(LILLE))]
    with pytest.raises(RuleBroken, match="même département"):
        draft(manager, addresses=spread)


def test_slots_overseas_hold_the_hours_of_their_place(manager: Any) -> None:
    mission = draft(manager, [in_days(10, start_time=time(9), end_time=time(11))], addresses=[
        AddressSpec(get_commune("97411"))])  # fmt: skip
    slot = mission.slots.get()
    assert slot.zone == "Indian/Reunion"
    assert slot.starts_at.astimezone(datetime.UTC).hour == 5
    moved = data(addresses=[AddressSpec(get_commune("98818"))])
    services.update(mission, actor=manager, data=moved)
    slot.refresh_from_db()
    assert slot.zone == "Pacific/Noumea"
    assert slot.starts_at.astimezone(datetime.UTC).hour == 22


def test_only_owners_and_managers_of_an_organisation_that_hosts_write(manager: Any) -> None:
    organisation = organisation_of(manager)
    for actor in (make_member(organisation, role="reader"), make_user(), make_staff()):
        with pytest.raises(NotAllowed):
            services.create_draft(organisation=organisation, actor=actor, data=data())
    company = make_organisation(kind="company")
    with pytest.raises(RuleBroken, match="accueillir"):
        services.create_draft(organisation=company, actor=make_member(company), data=data())


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        ({"title": "Lire"}, "title"),
        ({"description": "Court."}, "description"),
        ({"domain": None}, "domain"),
        ({"addresses": []}, "address"),
    ],
)
def test_an_incomplete_draft_is_kept_but_not_sent(manager: Any, missing: dict[str, Any], code: str) -> None:
    mission = draft(manager, [in_days(10)], **missing)
    with pytest.raises(RuleBroken) as caught:
        services.submit(mission, actor=manager)
    assert caught.value.code == code
    assert services.missing(mission)


def test_a_mission_without_a_slot_to_come_or_of_a_pending_organisation_is_not_sent(manager: Any) -> None:
    with pytest.raises(RuleBroken, match="créneau"):
        services.submit(draft(manager), actor=manager)
    pending = make_organisation(state="pending")
    owner = make_member(pending)
    mission = services.create_draft(organisation=pending, actor=owner, data=data(), slots=[in_days(3)])
    with pytest.raises(RuleBroken, match="valider votre organisation"):
        services.submit(mission, actor=owner)


def test_the_brigade_publishes_asks_or_refuses_through_its_queue(manager: Any) -> None:
    staff = make_staff()
    mission = services.submit(draft(manager, [in_days(10)]), actor=manager)
    item = ModerationItem.objects.get(kind="mission", subject_id=mission.pk)
    moderation.decide(
        item, actor=staff, decision="ask", reason="Dites l’âge des enfants.", version=item.version
    )
    mission.refresh_from_db()
    assert (mission.state, mission.state_reason) == (State.DRAFT, "Dites l’âge des enfants.")
    services.submit(mission, actor=manager)
    item = ModerationItem.objects.exclude(state="decided").get()
    moderation.decide(item, actor=staff, decision="accept", version=item.version)
    mission.refresh_from_db()
    assert mission.state == State.OPEN
    assert mission.published_at is not None
    assert set(Message.objects.values_list("kind", flat=True)) == {
        "missions.correction",
        "missions.published",
    }
    assert Mission.objects.open().get() == mission


def test_a_refused_mission_may_be_corrected_and_sent_again(manager: Any) -> None:
    mission = services.submit(draft(manager, [in_days(10)]), actor=manager)
    mission = services.refuse(mission, actor=None, reason="Ce n’est pas du bénévolat.")
    assert mission.state == State.REFUSED
    services.update(mission, actor=manager, data=data(description=TEXT + "Corrigé."))
    assert services.submit(mission, actor=manager).state == State.PENDING


def test_editing_what_waits_tells_whoever_was_deciding(manager: Any) -> None:
    mission = services.submit(draft(manager, [in_days(10)]), actor=manager)
    item = ModerationItem.objects.get()
    services.update(mission, actor=manager, data=data(title="Lire avec des lycéens"))
    with pytest.raises(Stale):
        moderation.decide(item, actor=make_staff(), decision="accept", version=item.version)


# --- edits of what is published ----------------------------------------------------------------------------


def test_sensitive_values_wait_for_the_brigade_and_the_rest_applies(manager: Any) -> None:
    mission = published(manager)
    done = services.update(
        mission, actor=manager, data=data(title="Lire avec des lycéens", minimum_age=16, commitment="monthly")
    )
    mission.refresh_from_db()
    assert (mission.title, mission.minimum_age, mission.commitment) == ("Lire avec des élèves", 18, "monthly")
    assert (done.waiting, done.applied) == (["titre", "âge minimum"], ["commitment"])
    item = ModerationItem.objects.exclude(state="decided").get()
    assert item.diff["title"]["before"] == "Lire avec des élèves"
    assert item.diff["title"]["after"] == "Lire avec des lycéens"
    assert services.draft_data(mission).title == "Lire avec des lycéens"
    moderation.decide(item, actor=make_staff(), decision="accept", version=item.version)
    mission.refresh_from_db()
    assert (mission.title, mission.minimum_age, mission.state) == ("Lire avec des lycéens", 16, State.OPEN)
    assert Event.objects.filter(verb="mission.changed").count() == 2


def test_new_addresses_wait_too_and_may_change_the_department(manager: Any) -> None:
    mission = published(manager)
    services.update(
        mission, actor=manager, data=data(addresses=[AddressSpec(get_commune(LILLE), "2 rue Neuve")])
    )
    assert mission.addresses.get().commune_id == GUERET
    item = ModerationItem.objects.exclude(state="decided").get()
    services.apply_edit(mission, actor=None, diff=item.diff)
    mission.refresh_from_db()
    assert (mission.addresses.get().commune_id, mission.department_id) == (LILLE, "59")


def test_an_edit_elsewhere_does_not_disturb_whoever_is_deciding(manager: Any) -> None:
    mission = published(manager)
    services.update(mission, actor=manager, data=data(title="Lire avec des lycéens"))
    item = ModerationItem.objects.filter(diff__has_key="title").get()
    mission.refresh_from_db()
    services.update(mission, actor=manager, data=replace(services.draft_data(mission), commitment="monthly"))
    assert ModerationItem.objects.get(pk=item.pk).version == item.version


def test_going_back_to_the_published_text_withdraws_what_waited(manager: Any) -> None:
    mission = published(manager)
    services.update(mission, actor=manager, data=data(title="Lire avec des lycéens"))
    services.update(mission, actor=manager, data=data())
    assert not ModerationItem.objects.exclude(state="decided").exists()


def test_a_refused_edit_leaves_the_text_and_says_why(manager: Any) -> None:
    mission = published(manager)
    services.update(mission, actor=manager, data=data(title="Vendre des livres chers"))
    item = ModerationItem.objects.exclude(state="decided").get()
    moderation.decide(
        item, actor=make_staff(), decision="refuse", reason="C’est une vente.", version=item.version
    )
    mission.refresh_from_db()
    assert mission.title == "Lire avec des élèves"
    assert "C’est une vente." in Message.objects.get(kind="missions.edit_refused").text


def test_an_edit_made_meanwhile_is_told_not_lost(manager: Any) -> None:
    mission = draft(manager)
    version = mission.version
    services.update(mission, actor=manager, version=version, data=data(title="Lire le mardi soir"))
    with pytest.raises(Stale, match="modifié"):
        services.update(mission, actor=manager, version=version, data=data(title="Lire le jeudi soir"))
    mission.refresh_from_db()
    assert mission.title == "Lire le mardi soir"


def test_an_imported_mission_is_edited_at_its_partner() -> None:
    organisation = make_organisation()
    mission = make_mission(organisation=organisation, imported=True)
    with pytest.raises(RuleBroken, match="partenaire"):
        services.update(mission, actor=make_member(organisation), data=data())


# --- slots -------------------------------------------------------------------------------------------------


def test_places_never_go_below_what_is_taken(manager: Any) -> None:
    slot = published(manager).slots.get()
    for _ in range(3):
        make_participation(slot=slot)
    with pytest.raises(RuleBroken, match="descendre jusqu’à 3") as caught:
        services.change_capacity(slot, actor=manager, capacity=2)
    assert caught.value.code == "below_taken"
    assert services.change_capacity(slot, actor=manager, capacity=3).capacity == 3


def test_a_slot_with_people_is_cancelled_with_a_reason_and_the_last_one_never(manager: Any) -> None:
    mission = published(manager)
    slot = mission.slots.get()
    with pytest.raises(RuleBroken, match="aucun créneau à venir"):
        services.cancel_slot(slot, actor=manager)
    services.add_slots(mission, actor=manager, slots=[in_days(20)])
    make_participation(slot=slot)
    with pytest.raises(RuleBroken, match="pourquoi"):
        services.cancel_slot(slot, actor=manager)
    services.cancel_slot(slot, actor=manager, reason="La salle est prise.")
    assert Event.objects.get(verb="mission.slot_cancelled").data["slots"] == [slot.pk]
    mission.refresh_from_db()
    assert mission.last_date == today() + datetime.timedelta(days=20)


def test_a_mission_without_end_has_no_last_date(manager: Any) -> None:
    mission = published(manager)
    services.add_slots(mission, actor=manager, slots=[SlotSpec(SlotKind.UNDATED, 3)])
    mission.refresh_from_db()
    assert mission.last_date is None


def test_a_mission_holds_two_hundred_slots_at_most(manager: Any) -> None:
    mission = draft(manager, [in_days(n) for n in range(1, 151)])
    with pytest.raises(RuleBroken, match="200"):
        services.add_slots(mission, actor=manager, slots=[in_days(n) for n in range(151, 211)])
    assert Slot.objects.filter(mission=mission).count() == 150


# --- ends --------------------------------------------------------------------------------------------------


def test_closing_and_opening_again(manager: Any) -> None:
    mission = services.close(published(manager), actor=manager)
    assert (mission.state, mission.close_reason) == (State.CLOSED, "organisation")
    assert services.reopen(mission, actor=manager).close_reason == ""


def test_states_are_enforced_on_the_server(manager: Any) -> None:
    mission = draft(manager)
    for verb in (services.publish, services.close, services.reopen, services.finish):
        with pytest.raises(WrongState):
            verb(mission, actor=None)


def test_cancelling_what_was_sent_asks_why(manager: Any) -> None:
    mission = published(manager)
    with pytest.raises(RuleBroken, match="pourquoi"):
        services.cancel(mission, actor=manager, reason="")
    assert services.cancel(mission, actor=manager, reason="La fête est reportée.").state == State.CANCELLED


def test_the_day_after_its_last_date_a_mission_closes_in_the_time_of_its_place() -> None:
    with time_machine.travel("2027-06-16 20:00 +0000"):
        paris, tahiti = make_mission(slots=0), make_mission(slots=0, commune="98735")
        for mission, zone in ((paris, "Europe/Paris"), (tahiti, "Pacific/Tahiti")):
            make_slot(mission, in_days=1, zone=zone)
            services.refresh_last_date(mission)
    with time_machine.travel("2027-06-17 23:30 +0200"):
        assert services.close_past() == 0
    with time_machine.travel("2027-06-18 00:30 +0200"):
        assert services.close_past() == 1  # in Papeete it is still the 17th, half past noon
    with time_machine.travel("2027-06-18 12:30 +0200"):
        assert services.close_past() == 1
        assert services.close_past() == 0
    paris.refresh_from_db()
    assert (paris.state, paris.close_reason) == (State.CLOSED, "dates_past")


def test_missions_follow_the_suspension_of_their_organisation(manager: Any) -> None:
    organisation = organisation_of(manager)
    mission, other = published(manager), services.close(published(manager), actor=manager)
    assert services.suspend_of_organisation(organisation) == 1
    assert services.suspend_of_organisation(organisation) == 0
    mission.refresh_from_db()
    assert mission.state == State.SUSPENDED
    assert services.lift_of_organisation(organisation) == 1
    mission.refresh_from_db()
    other.refresh_from_db()
    assert (mission.state, other.state) == (State.OPEN, State.CLOSED)
    assert services.close_of_organisation(organisation) == 1


def test_text_is_cleaned_and_html_is_only_text(manager: Any) -> None:
    mission = draft(
        manager, title="Lire\x00 <script>alert(1)</script>\u202e", description=TEXT + "<b>gras</b>"
    )
    assert mission.title == "Lire <script>alert(1)</script>"
    assert "<b>gras</b>" in mission.description
