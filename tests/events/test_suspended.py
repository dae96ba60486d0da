"""An organisation is suspended: its events are hidden, who registered is told once; lifted, they go on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from alliances.events import notifications, registering, services
from alliances.events.models import Event, Registration
from jeveuxagir.audit import deliveries
from jeveuxagir.audit.invariants import broken
from jeveuxagir.audit.models import Event as Fact
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import of
from jeveuxagir.findable import services as index
from jeveuxagir.findable.models import Entry
from jeveuxagir.notifications.models import Message
from organisations import services as organisations
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def event() -> Event:
    return f.make_event(capacity=1, title="Réparer son vélo")


@pytest.fixture
def member(event: Event) -> Any:
    return f.make_member(event.organisation)


def come(event: Event) -> Registration:
    user = f.make_user()
    return registering.register(event=event, person=user.person, how="on_site", wait=True, actor=user)


def settled() -> None:
    """All that the facts owe is done."""
    deliveries.deliver()
    while index.refresh():
        pass


def suspend(event: Event) -> None:
    organisations.suspend(event.organisation, actor=f.make_staff(), reason="Une plainte.")
    settled()


def lift(event: Event) -> None:
    organisations.lift(event.organisation, actor=f.make_staff())
    settled()


def told(name: str) -> list[Any]:
    rows = Message.objects.filter(kind=f"events.{name}").select_related("person")
    return sorted((mail.person for mail in rows), key=lambda person: person.pk)


def found() -> set[str]:
    return set(Entry.objects.filter(kind="event").values_list("title", flat=True))


def test_its_events_leave_the_index_and_the_site_then_come_back(event: Event) -> None:
    index.rebuild("event")
    client, url = Client(), event.get_absolute_url()
    assert (client.get(url).status_code, found()) == (200, {event.title})
    suspend(event)
    assert (client.get(url).status_code, found()) == (404, set())
    assert event.title not in client.get(reverse("events:list")).text
    lift(event)
    assert (client.get(url).status_code, found()) == (200, {event.title})


def test_whoever_registered_or_waits_is_told_once_each_way(event: Event) -> None:
    here, waits = come(event), come(event)
    gone = f.make_registration(event, state="cancelled")
    suspend(event)
    assert told("paused") == [here.person, waits.person]
    deliveries.deliver()
    services.paused(event.organisation, once=suspension())
    assert len(told("paused")) == 2
    lift(event)
    services.resumed(event.organisation, once=suspension())
    assert told("resumed") == [here.person, waits.person]
    assert gone.person not in told("paused")
    text = Message.objects.get(kind="events.paused", person=here.person).text
    assert "Ne vous déplacez pas" in text
    assert "Votre place est gardée." in text


def test_whoever_is_on_several_dates_gets_one_mail_that_lists_them(event: Event) -> None:
    later = f.make_event(
        organisation=event.organisation,
        title="Réparer sa lampe",
        starts_at=event.starts_at + timedelta(days=7),
    )
    gone = f.make_event(
        organisation=event.organisation,
        title="Réparer sa radio",
        starts_at=event.starts_at + timedelta(days=8),
    )
    user = f.make_user()
    rows = [
        registering.register(event=one, person=user.person, how="on_site", wait=True, actor=user)
        for one in (later, event, gone)
    ]
    alone = registering.register(
        event=later, person=f.make_user().person, how="on_site", wait=True, actor=None
    )
    suspend(event)
    services.paused(event.organisation, once=suspension())
    assert sorted(mail.person_id for mail in Message.objects.filter(kind="events.paused")) == sorted(
        (user.person_id, alone.person_id)
    )
    mail = Message.objects.get(kind="events.paused", person=user.person)
    assert mail.subject == f"En pause : 3 rendez-vous {of(event.organisation.name)}"
    places = [mail.text.index(one.title) for one in (event, later, gone)]
    assert places == sorted(places), "by date"
    for row in rows:
        assert notifications.page_of(row) in mail.text
    registering.cancel(rows[2], actor=user)
    lift(event)
    back = Message.objects.get(kind="events.resumed", person=user.person)
    assert back.subject == f"{event.organisation.name} : 2 rendez-vous reprennent"
    assert gone.title not in back.text
    assert Message.objects.get(kind="events.resumed", person=alone.person).subject.endswith(
        f"« {later.title} »"
    )


def suspension() -> int:
    return Fact.objects.get(verb="organisation.suspended").pk


def test_suspended_and_lifted_before_anybody_was_told_says_nothing(event: Event) -> None:
    come(event)
    organisations.suspend(event.organisation, actor=f.make_staff(), reason="Une erreur.")
    organisations.lift(event.organisation, actor=f.make_staff())
    settled()
    assert told("paused") == told("resumed") == []


def test_a_place_given_back_meanwhile_is_given_when_it_goes_on(event: Event) -> None:
    here, waits = come(event), come(event)
    suspend(event)
    registering.cancel(here, actor=here.person.user)
    waits.refresh_from_db()
    assert waits.state == "waiting"
    assert broken() == {}
    lift(event)
    waits.refresh_from_db()
    assert waits.state == "registered"
    assert told("promoted") == [waits.person]
    assert told("resumed") == [waits.person]


def test_it_may_cancel_and_nothing_else(event: Event, member: Any) -> None:
    here = come(event)
    suspend(event)
    for act in (
        lambda: services.write(event, actor=member, text="Venez quand même."),
        lambda: registering.strike_off(here, actor=member),
    ):
        with pytest.raises(RuleBroken) as refusal:
            act()
        assert refusal.value.code == "not_validated"
    assert told("note") == []
    services.cancel(event, actor=member, reason="Plus d’atelier.")
    settled()
    assert told("cancelled") == [here.person]
    mail = Message.objects.get(kind="events.cancelled")
    assert "agenda" not in mail.text, "its calendar file is not public"


def test_it_no_longer_reads_who_comes(event: Event, member: Any, client: Client) -> None:
    here = come(event)
    suspend(event)
    client.force_login(member)
    page = client.get(event.manage_url).text
    assert here.person.first_name not in page.split("<main", 1)[-1]
    assert "Écrire aux personnes inscrites" not in page
    assert "Annuler l’événement" in page
    Event.objects.filter(pk=event.pk).update(
        state="done", starts_at=now() - timedelta(days=1, hours=2), ends_at=now() - timedelta(days=1)
    )
    assert "a eu lieu" not in client.get("/mon-espace/").text
    place = [event.organisation_id, event.organisation.slug, event.pk]
    answer = client.post(reverse("events:export", args=place))
    assert (answer.status_code, answer["Content-Type"][:9]) == (302, "text/html")


def test_one_s_own_pages_say_that_it_is_paused_and_lead_nowhere_closed(event: Event, client: Client) -> None:
    here = come(event)
    suspend(event)
    ticket = reverse("events:ticket", args=[notifications.token_of(here.pk)])
    client.force_login(here.person.user)
    for path in (ticket, reverse("events:mine"), "/mon-espace/"):
        page = client.get(path).text
        assert "pause" in page
        assert event.get_absolute_url() not in page
    client.post(ticket)
    here.refresh_from_db()
    assert here.state == "cancelled"


def test_what_it_said_with_others_stays_and_says_that_it_is_suspended(client: Client) -> None:
    alliance = f.make_alliance(parties=2, publication="public", published_at=now(), shown=["parties"])
    organisation = alliance.parties.order_by("pk")[0].organisation
    challenge = f.make_challenge(organisation=organisation)
    pages = [alliance.get_absolute_url(), challenge.get_absolute_url()]
    assert ["suspendue" in client.get(path).text for path in pages] == [False, False]
    organisations.suspend(organisation, actor=f.make_staff(), reason="Une plainte.")
    assert ["suspendue" in client.get(path).text for path in pages] == [True, True]
