"""An event filled at the last click, places given back while others come, the queue served once: real transactions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from alliances.events import registering, services
from alliances.events.enums import SEATS
from alliances.events.models import Event, Registration
from jeveuxagir.audit.invariants import broken
from jeveuxagir.notifications.models import Message
from tests import factories as f

from .test_seats import outcome, together

PLACES, PEOPLE, THREADS = 8, 60, 16
ROUNDS = 3


@pytest.fixture(autouse=True)
def _nothing_is_broken_afterwards(committed_db: None) -> Iterator[None]:
    yield
    assert broken() == {}


def seats(event: Event) -> int:
    return Registration.objects.filter(event=event, state__in=SEATS).count()


def come(event: Event, person: Any, *, wait: bool = False) -> Any:
    return lambda: registering.register(event=event, person=person, how="on_site", wait=wait, actor=None)


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_sixty_people_on_eight_places_at_the_same_click(committed_db: None, round_number: int) -> None:
    event = f.make_event(capacity=PLACES)
    people = [f.make_person() for _ in range(PEOPLE)]
    results = Counter(together(lambda person: outcome(come(event, person)), people, threads=THREADS))
    event.refresh_from_db()
    assert results == {"done": PLACES, "full": PEOPLE - PLACES}
    assert event.taken == seats(event) == PLACES


def test_everybody_who_waits_has_a_rank_and_nobody_passes(committed_db: None) -> None:
    event = f.make_event(capacity=PLACES)
    people = [f.make_person() for _ in range(PEOPLE)]
    results = Counter(
        together(lambda person: outcome(come(event, person, wait=True)), people, threads=THREADS)
    )
    assert results == {"done": PEOPLE}
    assert seats(event) == PLACES
    ranks = [row.place_in_queue for row in Registration.objects.filter(event=event).waiting()]
    assert ranks == list(range(1, PEOPLE - PLACES + 1))


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_places_given_back_while_others_come_go_to_the_queue_each_once(
    committed_db: None, round_number: int
) -> None:
    event = f.make_event(capacity=PLACES)
    held = [f.make_registration(event, person=f.make_person()) for _ in range(PLACES)]
    queue = [
        registering.register(event=event, person=f.make_person(), how="on_site", wait=True, actor=None)
        for _ in range(PLACES + 4)
    ]
    newcomers = [f.make_person() for _ in range(PLACES)]
    acts: list[Any] = []
    for row, person in zip(held, newcomers, strict=True):
        acts += [lambda row=row: registering.cancel(row, actor=None)] * 2 + [come(event, person)]
    results = Counter(together(outcome, acts, threads=THREADS))
    assert results == {"done": 2 * PLACES, "full": PLACES}
    event.refresh_from_db()
    assert event.taken == seats(event) == PLACES
    served = list(Registration.objects.filter(promoted_at__isnull=False).order_by("pk"))
    assert [row.pk for row in served] == [row.pk for row in queue[:PLACES]], "in the order of the queue"
    assert Message.objects.filter(kind="events.promoted").count() == PLACES


def test_lowering_the_places_and_the_last_click_never_overbook(committed_db: None) -> None:
    from tests.events.test_services import published, same

    for _ in range(ROUNDS):
        event, member = published(capacity=PLACES)
        people = [f.make_person() for _ in range(PLACES)]
        acts = [come(event, person) for person in people]
        acts.insert(
            PLACES // 2,
            lambda event=event, member=member: services.edit(
                event, actor=member, data=same(event, capacity=PLACES // 2)
            ),
        )
        results = Counter(together(outcome, acts, threads=len(acts)))
        event.refresh_from_db()
        assert event.taken == seats(event) <= (event.capacity or 0)
        assert set(results) <= {"done", "full", "capacity_taken"}
        if event.capacity == PLACES:
            assert results["capacity_taken"] == 1
            assert event.taken == PLACES


def test_a_cancelled_event_takes_nobody_afterwards_and_everybody_who_came_is_told(committed_db: None) -> None:
    from jeveuxagir.audit import deliveries

    event = f.make_event(capacity=PEOPLE)
    member = f.make_member(event.organisation)
    people = [f.make_person() for _ in range(20)]
    acts = [come(event, person) for person in people]
    acts.insert(10, lambda: services.cancel(event, actor=member, reason="La salle ferme."))
    results = Counter(together(outcome, acts, threads=len(acts)))
    assert set(results) <= {"done", "cancelled"}
    came = Registration.objects.filter(event=event).count()
    assert results["done"] == came + 1
    while deliveries.deliver():
        pass
    assert Message.objects.filter(kind="events.cancelled").count() == came


def test_one_address_confirmed_twice_at_once_takes_one_place(committed_db: None) -> None:
    from jeveuxagir.accounts.services import keep_contact

    event = f.make_event(capacity=1)
    contact, token = keep_contact(email="deux@exemple.fr", first_name="Sam")
    registering.file_unconfirmed(contact, event=event, how="on_site", token=token)
    user = f.make_user(email="deux@exemple.fr")

    def confirm(_: int) -> str:
        try:
            registering.confirm_contact(contact, user)
        except Registration.DoesNotExist:
            return "gone"
        return "done"

    results = together(confirm, [1, 2], threads=2)
    assert "done" in results
    event.refresh_from_db()
    assert event.taken == seats(event) == 1
