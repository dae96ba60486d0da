"""Events: written, read by the brigade, moved, cancelled, followed up; places, the waiting list, forgetting."""

from __future__ import annotations

import datetime
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from alliances.events import panels, registering, repeating, services
from alliances.events.enums import Rhythm
from alliances.events.models import Event, Registration
from alliances.events.moderation import conflict
from jeveuxagir.accounts import privacy
from jeveuxagir.audit import deliveries
from jeveuxagir.audit.invariants import broken
from jeveuxagir.common.clock import PARIS, now, today
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale, WrongState
from jeveuxagir.common.text import NBSP
from jeveuxagir.moderation import reports
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.notifications.models import Message
from jeveuxagir.territories.models import Commune
from organisations import services as organisations
from tests import factories as f

pytestmark = pytest.mark.django_db
MARSEILLE = "13055"
FORT_DE_FRANCE = "97209"


def data(**changes: Any) -> services.EventData:
    values: dict[str, Any] = {
        "title": "Réparer son vélo",
        "kind": "workshop",
        "description": "On apprend à changer une chambre à air, puis chacun répare le sien.",
        "day": today() + datetime.timedelta(days=20),
        "start": datetime.time(14),
        "end": datetime.time(16),
        "commune": Commune.objects.get(pk=f.GUERET),
        "place": "Maison des associations",
        "capacity": 2,
    }
    return services.EventData(**values | changes)


def drafted(**changes: Any) -> tuple[Event, Any]:
    organisation = f.make_organisation()
    member = f.make_member(organisation)
    repeat = changes.pop("repeat", None)
    return services.draft(
        actor=member, organisation=organisation, data=data(**changes), repeat=repeat
    ), member


def item_of(event: Event) -> ModerationItem:
    return ModerationItem.objects.open().get(kind="event", subject_id=event.pk)


def decide(event: Event, decision: str, reason: str = "") -> Event:
    item = item_of(event)
    moderation.decide(item, actor=f.make_staff(), decision=decision, reason=reason, version=item.version)
    return fresh(event)


def fresh(event: Event) -> Event:
    return Event.objects.select_related("organisation", "commune").get(pk=event.pk)


def register(event: Event, **fields: Any) -> Registration:
    user = f.make_user()
    fields.setdefault("how", "online" if event.mode == "online" else "on_site")
    return registering.register(event=event, person=user.person, actor=user, **fields)


def mails(kind: str, person: Any = None) -> list[Message]:
    rows = Message.objects.filter(kind=f"events.{kind}").order_by("created_at", "pk")
    return list(rows.filter(person=person) if person is not None else rows)


# --- written, and read by the brigade ---------------------------------------------------------------------------


def test_an_event_is_read_by_the_brigade_before_anybody_else_does() -> None:
    event, member = drafted()
    assert not Event.objects.public().exists()
    services.submit(event, actor=member)
    assert not Event.objects.public().exists()
    event = decide(event, "accept")
    assert (event.state, event.is_public) == ("published", True)
    assert [mail.person for mail in mails("published")] == [member.person]


def test_an_event_to_mend_goes_back_to_its_organisation_with_why_and_may_be_sent_again() -> None:
    event, member = drafted()
    services.submit(event, actor=member)
    event = decide(event, "ask", "Dites où se retrouver.")
    assert (event.state, event.reason) == ("draft", "Dites où se retrouver.")
    assert "Dites où se retrouver." in mails("to_mend")[0].text
    services.submit(event, actor=member)
    event = decide(event, "refuse", "Ce n’est pas d’intérêt général.")
    assert event.state == "refused"
    services.edit(event, actor=member, data=data(title="Un autre titre"))
    services.submit(event, actor=member)
    assert decide(event, "accept").state == "published"


def test_an_organisation_that_is_not_validated_keeps_its_draft() -> None:
    organisation = f.make_organisation(state="pending")
    member = f.make_member(organisation)
    event = services.draft(actor=member, organisation=organisation, data=data())
    with pytest.raises(RuleBroken) as refusal:
        services.submit(event, actor=member)
    assert refusal.value.code == "not_validated"
    assert fresh(event).state == "draft"


def test_only_those_who_handle_the_organisation_write_its_events() -> None:
    organisation = f.make_organisation()
    for stranger in (f.make_user(), f.make_member(organisation, role="reader"), f.make_staff()):
        with pytest.raises(NotAllowed):
            services.draft(actor=stranger, organisation=organisation, data=data())


def test_staff_who_belong_to_the_organisation_do_not_decide() -> None:
    event, member = drafted()
    services.submit(event, actor=member)
    insider = f.make_staff(user=member)
    assert "une autre personne de la brigade" in conflict(item_of(event), insider)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"day": datetime.date(2020, 1, 1)}, "past"),
        ({"end": datetime.time(13)}, "end_before_start"),
        ({"commune": None}, "commune"),
        ({"day": today() + datetime.timedelta(days=900)}, "too_far"),
        ({"last_day": today() + datetime.timedelta(days=60)}, "too_long"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(RuleBroken) as refusal:
        drafted(**changes)
    assert refusal.value.code == code


def test_an_event_ends_the_next_day_when_it_is_a_night() -> None:
    event, _ = drafted(start=datetime.time(20), end=datetime.time(1))
    assert event.ends_at - event.starts_at == datetime.timedelta(hours=5)


def test_hours_are_those_of_the_place() -> None:
    event, _ = drafted(commune=Commune.objects.get(pk=FORT_DE_FRANCE))
    assert event.zone == "America/Martinique"
    assert event.local_start.hour == 14
    assert "heure de la Martinique" in event.zone_words


def test_an_event_is_linked_only_to_an_alliance_of_its_organisation() -> None:
    alliance = f.make_alliance()
    with pytest.raises(RuleBroken) as refusal:
        drafted(alliance=alliance)
    assert refusal.value.code == "alliance"
    organisation = alliance.parties.first().organisation
    member = f.make_member(organisation)
    event = services.draft(actor=member, organisation=organisation, data=data(alliance=alliance))
    assert event.alliance == alliance


# --- series -----------------------------------------------------------------------------------------------------


def test_a_series_makes_one_row_a_date_read_as_one_case_and_published_together() -> None:
    _event, member = drafted(repeat=services.Repeat(Rhythm.WEEKLY, 4))
    dates = list(Event.objects.order_by("starts_at"))
    assert len(dates) == 4
    assert [(b.local_start - a.local_start).days for a, b in pairwise(dates)] == [7, 7, 7]
    assert len({one.series_id for one in dates}) == 1
    services.submit(dates[2], actor=member)
    assert ModerationItem.objects.open().filter(kind="event").count() == 1
    decide(dates[0], "accept")
    assert Event.objects.public().count() == 4


def test_the_same_weekday_of_each_month_and_a_fifth_one_becomes_the_last() -> None:
    second_tuesday = datetime.date(2026, 12, 8)
    assert repeating.dates(second_tuesday, "monthly", 4) == [
        second_tuesday,
        datetime.date(2027, 1, 12),
        datetime.date(2027, 2, 9),
        datetime.date(2027, 3, 9),
    ]
    fifth = datetime.date(2027, 1, 29)
    assert repeating.dates(fifth, "monthly", 2)[1] == datetime.date(2027, 2, 26)


@pytest.mark.parametrize("count", [1, 27])
def test_a_series_has_from_two_to_twenty_six_dates(count: int) -> None:
    with pytest.raises(RuleBroken):
        drafted(repeat=services.Repeat(Rhythm.WEEKLY, count))
    assert not Event.objects.exists()


def test_the_later_drafts_of_a_series_change_with_it_but_their_day() -> None:
    event, member = drafted(repeat=services.Repeat(Rhythm.WEEKLY, 3))
    services.edit(
        event, actor=member, data=data(title="Un titre commun", start=datetime.time(15)), following=True
    )
    dates = list(Event.objects.order_by("starts_at"))
    assert {one.title for one in dates} == {"Un titre commun"}
    assert {one.local_start.hour for one in dates} == {15}
    assert len({one.local_start.date() for one in dates}) == 3


def test_the_later_dates_of_a_published_series_take_the_words_once_they_are_read() -> None:
    event, member = drafted(repeat=services.Repeat(Rhythm.WEEKLY, 4))
    services.submit(event, actor=member)
    services.publish(event, actor=None)
    first, second, third, fourth = Event.objects.order_by("starts_at")
    fourth_hour = fourth.local_start
    done = services.edit(
        second,
        actor=member,
        data=replace(
            data(title="Un nouveau titre", start=datetime.time(16), end=datetime.time(18)),
            day=second.local_start.date(),
        ),
        following=True,
    )
    assert done.waiting == [f"titre (et 2{NBSP}dates suivantes)"]
    item = item_of(second)
    assert fresh(first).title == fresh(third).title != "Un nouveau titre"
    services.cancel(third, actor=member, reason="La salle ferme.")
    moderation.decide(item, actor=f.make_staff("national"), decision="accept", version=item.version)
    dates = {one.pk: one for one in Event.objects.all()}
    assert [dates[one.pk].title == "Un nouveau titre" for one in (first, second, third, fourth)] == [
        *(False, True),
        *(False, True),
    ]
    assert dates[fourth.pk].local_start == fourth_hour
    assert dates[second.pk].local_start.hour == 16


def test_cancelling_the_following_dates_leaves_those_before() -> None:
    organisation = f.make_organisation()
    member = f.make_member(organisation)
    services.draft(
        actor=member, organisation=organisation, data=data(), repeat=services.Repeat(Rhythm.WEEKLY, 3)
    )
    Event.objects.update(state="published", published_at=now())
    dates = list(Event.objects.order_by("starts_at"))
    services.cancel(dates[1], actor=member, reason="La salle ferme.", following=True)
    assert [one.state for one in Event.objects.order_by("starts_at")] == [
        "published",
        "cancelled",
        "cancelled",
    ]


# --- what is published changes ------------------------------------------------------------------------------------


def published(**fields: Any) -> tuple[Event, Any]:
    organisation = f.make_organisation()
    member = f.make_member(organisation)
    event = f.make_event(
        organisation=organisation, kind="workshop", starts_at=start(), ends_at=start(2), **fields
    )
    return fresh(event), member


def start(hours: int = 0) -> datetime.datetime:
    day = today() + datetime.timedelta(days=20)
    return datetime.datetime.combine(day, datetime.time(14 + hours), tzinfo=PARIS)


def same(event: Event, **changes: Any) -> services.EventData:
    """What its form holds now, with changes."""
    kept: dict[str, Any] = {
        "title": event.title,
        "description": event.description,
        "capacity": event.capacity,
        "mode": event.mode,
        "online_capacity": event.online_capacity,
        "online_url": event.online_url,
    }
    return replace(data(), **kept | changes)


def test_the_words_wait_for_the_brigade_as_a_diff_and_the_rest_changes_at_once() -> None:
    event, member = published(capacity=5)
    done = services.edit(
        event, actor=member, data=replace(same(event, capacity=8), title="Un titre tout neuf")
    )
    assert done.waiting == ["titre"]
    after = fresh(event)
    assert (after.capacity, after.title) == (8, event.title)
    item = item_of(event)
    assert item.rows == [("titre", event.title, "Un titre tout neuf")]
    assert decide(event, "accept").title == "Un titre tout neuf"
    assert mails("edit_accepted")


def test_a_refused_edit_leaves_the_published_words() -> None:
    event, member = published()
    services.edit(event, actor=member, data=replace(same(event), description="Tout autre chose, " * 4))
    after = decide(event, "refuse", "Sans rapport.")
    assert after.description == event.description
    assert "Sans rapport." in mails("edit_refused")[0].text


def test_whoever_comes_second_with_an_old_form_is_told() -> None:
    event, member = published()
    services.edit(event, actor=member, data=same(event, capacity=9), version=event.version)
    with pytest.raises(Stale):
        services.edit(event, actor=member, data=same(event, capacity=4), version=event.version)


def test_a_moved_event_tells_everybody_once_and_its_calendar_grows() -> None:
    event, member = published(capacity=1)
    here, waits = register(event), None
    waits = register(event, wait=True)
    services.edit(event, actor=member, data=same(event, start=datetime.time(16), end=datetime.time(18)))
    deliveries.deliver()
    deliveries.deliver()
    assert fresh(event).sequence == 1
    assert len(mails("moved", here.person)) == 1
    assert len(mails("moved", waits.person)) == 1
    assert "16" in mails("moved", here.person)[0].text
    assert "liste d’attente" in mails("moved", waits.person)[0].text


def test_two_moves_before_anybody_is_told_say_the_last_place_once() -> None:
    event, member = published()
    here = register(event)
    for hour in (15, 16):
        services.edit(
            fresh(event), actor=member, data=same(event, start=datetime.time(hour), end=datetime.time(18))
        )
    deliveries.deliver()
    (mail,) = mails("moved", here.person)
    assert "16" in mail.text


def test_what_moves_nothing_tells_nobody() -> None:
    event, member = published(capacity=5)
    register(event)
    done = services.edit(event, actor=member, data=same(event, capacity=6))
    deliveries.deliver()
    assert not done.moved
    assert not mails("moved")


def test_the_capacity_never_goes_below_what_is_taken() -> None:
    event, member = published(capacity=3)
    for _ in range(2):
        register(event)
    with pytest.raises(RuleBroken) as refusal:
        services.edit(fresh(event), actor=member, data=same(event, capacity=1))
    assert refusal.value.code == "capacity_taken"
    assert "2 places sont déjà prises" in refusal.value.message
    assert fresh(event).capacity == 3
    services.edit(fresh(event), actor=member, data=same(event, capacity=2))
    assert fresh(event).capacity == 2


def test_even_past_the_services_the_database_refuses_one_place_too_many() -> None:
    event = f.make_event(capacity=1)
    f.make_registration(event)
    with pytest.raises(IntegrityError), transaction.atomic():
        f.make_registration(event)
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(capacity=1, taken=2)


def test_more_places_serve_those_who_wait_in_order() -> None:
    event, member = published(capacity=1)
    register(event)
    queue = [register(event, wait=True) for _ in range(3)]
    services.edit(fresh(event), actor=member, data=same(event, capacity=3))
    states = [Registration.objects.get(pk=row.pk).state for row in queue]
    assert states == ["registered", "registered", "waiting"]


def test_a_way_that_people_chose_is_not_taken_away() -> None:
    event, member = published(mode="both")
    register(event, how="online")
    with pytest.raises(RuleBroken) as refusal:
        services.edit(fresh(event), actor=member, data=replace(same(event), mode="on_site"))
    assert refusal.value.code == "ways"


def test_a_cancelled_event_tells_everybody_once_with_why() -> None:
    event, member = published(capacity=1)
    here = register(event)
    waits = register(event, wait=True)
    services.cancel(fresh(event), actor=member, reason="L’animatrice est malade.")
    deliveries.deliver()
    deliveries.deliver()
    for row in (here, waits):
        (mail,) = mails("cancelled", row.person)
        assert "L’animatrice est malade." in mail.text
    after = fresh(event)
    assert (after.state, after.sequence, after.is_public) == ("cancelled", 1, True)
    with pytest.raises(WrongState):
        services.cancel(after, actor=member, reason="Encore")
    assert registering.promote(after) == []


def test_cancelling_wants_a_reason() -> None:
    event, member = published()
    with pytest.raises(RuleBroken) as refusal:
        services.cancel(event, actor=member, reason="  ")
    assert refusal.value.code == "reason"


def test_an_organisation_that_closes_cancels_what_it_announced() -> None:
    event, member = published()
    here = register(event)
    organisations.close(event.organisation, actor=member, reason="Nous arrêtons.")
    deliveries.deliver()
    deliveries.deliver()
    assert fresh(event).state == "cancelled"
    assert mails("cancelled", here.person)
    assert not Event.objects.public().exists(), "its pages go with it"


def test_an_event_of_a_suspended_organisation_is_not_read_and_takes_nobody() -> None:
    event, _ = published()
    type(event.organisation).objects.update(state="suspended")
    assert not Event.objects.public().exists()
    with pytest.raises(RuleBroken) as refusal:
        register(fresh(event))
    assert refusal.value.code == "closed"


def test_a_report_that_is_upheld_takes_the_page_away_and_tells_who_registered() -> None:
    event, member = published()
    here = register(event)
    made = reports.report(reports.subject_of(event.get_absolute_url()), why="misleading")
    item = ModerationItem.objects.get(pk=made.item_id)
    moderation.decide(item, actor=f.make_staff(), decision="refuse", reason="Trompeur.", version=item.version)
    deliveries.deliver()
    after = fresh(event)
    assert (after.state, after.is_public) == ("cancelled", False)
    assert len(mails("cancelled", here.person)) == 1
    assert [mail.person for mail in mails("removed")] == [member.person]


def test_a_report_that_asks_for_a_correction_leaves_the_page_to_those_who_registered() -> None:
    event, member = published()
    register(event)
    made = reports.report(reports.subject_of(event.get_absolute_url()), why="gone")
    item = ModerationItem.objects.get(pk=made.item_id)
    moderation.decide(item, actor=f.make_staff(), decision="ask", reason="La salle.", version=item.version)
    assert fresh(event).is_public
    assert "La salle." in mails("page_to_mend", member.person)[0].text


# --- registering ----------------------------------------------------------------------------------------------------


def test_a_place_is_taken_at_once_and_told_with_the_way_to_give_it_back() -> None:
    event = f.make_event(capacity=2)
    row = register(event)
    assert (row.state, fresh(event).taken) == ("registered", 1)
    (mail,) = mails("registered", row.person)
    assert "/evenements/mon-inscription/" in mail.text
    assert "agenda.ics" in mail.text


def test_nobody_registers_twice_nor_to_what_they_organise() -> None:
    event = f.make_event()
    user = f.make_user()
    registering.register(event=event, person=user.person, how="on_site", actor=user)
    with pytest.raises(RuleBroken) as refusal:
        registering.register(event=event, person=user.person, how="on_site", actor=user)
    assert refusal.value.code == "duplicate"
    member = f.make_member(event.organisation)
    with pytest.raises(RuleBroken) as refusal:
        registering.register(event=event, person=member.person, how="on_site", actor=member)
    assert refusal.value.code == "own"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"state": "draft"}, "closed"),
        ({"state": "cancelled"}, "cancelled"),
        ({"in_days": -0.01}, "begun"),
        ({"state": "done", "in_days": -2}, "closed"),
    ],
)
def test_one_registers_only_to_what_is_published_and_to_come(fields: dict[str, Any], code: str) -> None:
    with pytest.raises(RuleBroken) as refusal:
        register(f.make_event(**fields))
    assert refusal.value.code == code


def test_a_full_event_says_so_and_offers_to_wait() -> None:
    event = f.make_event(capacity=1)
    register(event)
    with pytest.raises(registering.Full) as refusal:
        register(event)
    assert "liste d’attente" in refusal.value.message
    row = register(event, wait=True)
    assert (row.state, row.place_in_queue) == ("waiting", 1)
    assert register(event, wait=True).place_in_queue == 2
    assert mails("waiting", row.person)
    assert fresh(event).taken == 1


def test_places_are_counted_apart_on_site_and_online() -> None:
    event = f.make_event(mode="both", capacity=1, online_capacity=1)
    register(event, how="on_site")
    with pytest.raises(registering.Full) as refusal:
        register(event, how="on_site")
    assert refusal.value.other == "online"
    assert "il en reste en ligne" in refusal.value.message
    register(event, how="online")
    after = fresh(event)
    assert (after.taken, after.online_taken, after.is_full) == (1, 1, True)


def test_a_place_that_frees_goes_to_whoever_waits_first_and_they_are_told() -> None:
    event = f.make_event(capacity=1)
    held = register(event)
    first, second = register(event, wait=True), register(event, wait=True)
    registering.cancel(held, actor=None)
    rows = {row.pk: row for row in Registration.objects.all()}
    assert rows[first.pk].state == "registered"
    assert rows[second.pk].state == "waiting"
    assert len(mails("promoted", first.person)) == 1
    assert not mails("promoted", second.person)
    assert fresh(event).taken == 1
    registering.cancel(rows[held.pk], actor=None)
    assert len(mails("promoted")) == 1, "giving back twice serves nobody twice"


def test_whoever_comes_does_not_pass_before_those_who_wait() -> None:
    event = f.make_event(mode="both", capacity=1)
    register(event)
    register(event, wait=True)
    Event.objects.filter(pk=event.pk).update(
        capacity=2
    )  # past the services: a place frees, nobody was served yet
    with pytest.raises(registering.Full):
        register(event)


def test_one_gives_back_only_ones_own_place() -> None:
    row = register(f.make_event())
    with pytest.raises(NotAllowed):
        registering.cancel(row, actor=f.make_user())


def test_the_organisation_gives_a_place_back_and_the_person_is_told() -> None:
    event = f.make_event(capacity=1)
    member = f.make_member(event.organisation)
    held, waits = register(event), register(event, wait=True)
    with pytest.raises(NotAllowed):
        registering.strike_off(held, actor=f.make_user())
    registering.strike_off(held, actor=member)
    assert Registration.objects.get(pk=waits.pk).state == "registered"
    assert mails("struck_off", held.person)


def test_a_place_is_not_given_back_once_it_began() -> None:
    row = f.make_registration(f.make_event(in_days=-0.01))
    with pytest.raises(RuleBroken) as refusal:
        registering.cancel(row, actor=None)
    assert refusal.value.code == "begun"


# --- once it took place ---------------------------------------------------------------------------------------------


def test_who_came_is_noted_page_by_page_and_corrected() -> None:
    event = f.make_event(in_days=-1)
    member = f.make_member(event.organisation)
    rows = [f.make_registration(event) for _ in range(3)]
    listed = {rows[0].pk, rows[1].pk}
    assert services.mark(event, actor=member, listed=listed, came={rows[0].pk, rows[2].pk}) == 1
    states = [Registration.objects.get(pk=row.pk).state for row in rows]
    assert states == ["attended", "absent", "registered"], "who is not on the page is left alone"
    services.mark(event, actor=member, listed=listed, came=listed)
    assert Registration.objects.filter(state="attended").count() == 2
    assert fresh(event).taken == 3


def test_presence_is_not_noted_before_it_begins() -> None:
    event = f.make_event()
    with pytest.raises(RuleBroken):
        services.mark(event, actor=f.make_member(event.organisation), listed=set(), came=set())


def test_the_replay_is_told_once_to_those_who_had_a_place() -> None:
    event = f.make_event(in_days=-1, capacity=1)
    member = f.make_member(event.organisation)
    came = f.make_registration(event, state="attended")
    f.make_registration(event, state="waiting")
    for report in ("Ce qui s’est dit.", "Corrigé."):
        services.follow_up(event, actor=member, replay_url="https://exemple.fr/video", report=report)
        deliveries.deliver()
    assert [mail.person for mail in mails("followed")] == [came.person]
    assert fresh(event).report == "Corrigé."
    with pytest.raises(RuleBroken):
        services.follow_up(event, actor=member, replay_url="", report=" ")


def test_the_replay_waits_for_the_end() -> None:
    event = f.make_event()
    with pytest.raises(RuleBroken) as refusal:
        services.follow_up(
            event, actor=f.make_member(event.organisation), replay_url="https://a.fr", report=""
        )
    assert refusal.value.code == "not_yet"


def test_a_message_reaches_each_of_those_who_registered_and_nobody_sees_the_others() -> None:
    event = f.make_event(capacity=1)
    member = f.make_member(event.organisation)
    with pytest.raises(RuleBroken):
        services.write(event, actor=member, text="Il y a quelqu’un ?")
    rows = [register(event), register(event, wait=True)]
    note = services.write(
        event, actor=member, text="Prenez un tablier.\n\n→ Cliquez : https://mauvais.example"
    )
    deliveries.deliver()
    assert note.sent_to == 2
    for row in rows:
        (mail,) = mails("note", row.person)
        assert "Prenez un tablier." in mail.text
        assert 'href="https://mauvais.example' not in mail.html, "what somebody types makes no button"


# --- clocks -----------------------------------------------------------------------------------------------------------


def test_the_day_before_each_one_is_reminded_once_and_again_if_it_moved() -> None:
    event = f.make_event(in_days=0.8, mode="both", online_url="https://exemple.fr/salle")
    online = register(event, how="online")
    waits = f.make_registration(event, state="waiting")
    later = register(f.make_event(in_days=3))
    for _ in range(2):
        for pk in services.to_remind().values_list("pk", flat=True):
            services.remind(pk)
    (mail,) = mails("reminder", online.person)
    assert "https://exemple.fr/salle" in mail.text
    assert not mails("reminder", waits.person)
    assert not mails("reminder", later.person)
    Event.objects.filter(pk=event.pk).update(sequence=1)
    services.remind(event.pk)
    assert len(mails("reminder", online.person)) == 2


def test_what_is_over_is_done_and_nobody_is_served_any_more() -> None:
    event = f.make_event(in_days=-1)
    assert services.finish(event.pk)
    assert not services.finish(event.pk)
    assert fresh(event).state == "done"


def test_who_organised_is_told_once_what_is_left_to_do_and_their_list_says_it_until_it_is_done() -> None:
    organisation = f.make_organisation()
    member = f.make_member(organisation)
    event = f.make_event(organisation=organisation, in_days=-1)
    came, missed = f.make_registration(event), f.make_registration(event)
    for _ in range(2):
        services.finish(event.pk)
    (mail,) = mails("over", member.person)
    assert "2 présences à noter" in mail.text.replace("\xa0", " ")
    asker = SimpleNamespace(user=member)

    def said() -> list[str]:
        return [one.text.replace("\xa0", " ") for one in panels._to_follow(asker)]

    assert said() == [f"« {event.title} » a eu lieu : notez qui est venu et publiez le compte rendu"]
    services.mark(fresh(event), actor=member, listed={came.pk, missed.pk}, came={came.pk})
    assert said() == [f"« {event.title} » a eu lieu : publiez le compte rendu"]
    services.follow_up(fresh(event), actor=member, replay_url="", report="Douze vélos roulent.")
    assert said() == []


def test_what_took_place_long_ago_or_was_followed_up_already_asks_nothing() -> None:
    organisation = f.make_organisation()
    member = f.make_member(organisation)
    followed = f.make_event(
        organisation=organisation, in_days=-1, report="Dit tout de suite.", followed_at=now()
    )
    f.make_event(organisation=organisation, in_days=-40, state="done")
    services.finish(followed.pk)
    assert mails("over") == []
    assert list(panels._to_follow(SimpleNamespace(user=member))) == []


# --- the law ----------------------------------------------------------------------------------------------------------


def test_whoever_is_forgotten_gives_their_places_back_and_past_ones_stay_counted() -> None:
    event = f.make_event(capacity=1)
    user = f.make_user()
    held = registering.register(event=event, person=user.person, how="on_site", message="Bonjour", actor=user)
    waits = register(event, wait=True)
    past = f.make_registration(f.make_event(in_days=-30), person=user.person, state="attended", message="Oui")
    privacy.erase(user.person, actor=user)
    assert Registration.objects.get(pk=waits.pk).state == "registered"
    held.refresh_from_db()
    past.refresh_from_db()
    assert (held.state, held.person_id, held.message) == ("cancelled", None, "")
    assert (past.state, past.person_id, past.message) == ("attended", None, "")
    assert past.event.taken == 1


def test_the_questions_of_the_night_find_what_is_wrong() -> None:
    event = f.make_event(capacity=2)
    f.make_registration(event, state="waiting")
    assert set(broken()) == {"events.nobody_waits_in_vain"}
    Registration.objects.all().delete()
    assert broken() == {}
    Event.objects.filter(pk=event.pk).update(taken=1)
    assert set(broken()) == {"events.counted_places"}


# --- acceptance -------------------------------------------------------------------------------------------------------


def test_the_waiting_list_of_a_person_costs_the_same_with_one_and_many(client: Any) -> None:
    user = f.make_user()
    client.force_login(user)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/mon-espace/evenements/").status_code == 200
        return len(queries)

    def wait() -> None:
        event = f.make_event(capacity=1)
        f.make_registration(event)
        f.make_registration(event, person=user.person, state="waiting")

    wait()
    cost()
    one = cost()
    for _ in range(8):
        wait()
    assert cost() == one
