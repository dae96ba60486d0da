"""200 people, 20 places: exactly 20, nobody twice. The twin without the guard overbooks, so the test can fail."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, connections

from jeveuxagir.accounts import nonces
from jeveuxagir.common.errors import RuleBroken
from missions import services as mission_services
from missions.models import Mission, Slot
from missions.participations import services
from missions.participations.enums import SEAT_STATES
from missions.participations.models import Participation
from tests.factories import make_mission, make_person
from volunteers.requests.groups import Group

PLACES, PEOPLE, THREADS = 20, 200, 24
ROUNDS = 10  # 2,000 tries
INSISTENCE = 10  # tries of each person in the longer proof: 20,000


def together(work: Callable[[Any], Any], items: list[Any], *, threads: int = THREADS) -> list[Any]:
    """Run `work` on each item, all threads starting at once; each closes its connection at the end."""
    gate = threading.Barrier(threads)
    shares: list[list[Any]] = [items[n::threads] for n in range(threads)]

    def run(share: list[Any]) -> list[Any]:
        try:
            connection.ensure_connection()
            gate.wait(timeout=60)
            return [work(item) for item in share]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return [result for results in pool.map(run, shares) for result in results]


def outcome(act: Callable[[], Any]) -> str:
    """What happened, in a word: "done", or the code of the refusal."""
    try:
        act()
    except RuleBroken as refusal:
        return refusal.code
    return "done"


@pytest.fixture(autouse=True)
def _nothing_is_broken_afterwards(committed_db: None) -> Iterator[None]:
    """The questions asked nightly have empty answers after every race."""
    from jeveuxagir.audit.invariants import broken

    yield
    assert broken() == {}


def seats(slot: Slot) -> int:
    return Participation.objects.filter(slot=slot, state__in=SEAT_STATES).count()


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_two_hundred_people_on_twenty_places(committed_db: None, round_number: int) -> None:
    slot = make_mission(capacity=PLACES).slots.get()
    people = [make_person(email=f"course{n}@exemple.fr") for n in range(PEOPLE)]
    results = Counter(
        together(lambda person: outcome(lambda: services.apply(person=person, slot=slot, actor=None)), people)
    )
    slot.refresh_from_db()
    assert results == {"done": PLACES, "full": PEOPLE - PLACES}
    assert (slot.taken, seats(slot)) == (PLACES, PLACES)
    assert Participation.objects.values("person").distinct().count() == PLACES


@pytest.mark.proof
@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_two_hundred_people_who_insist(committed_db: None, round_number: int) -> None:
    """Each tries ten times, on two slots, and some cancel in between: never one seat too many, nobody twice."""
    mission = make_mission(slots=2, capacity=PLACES)
    slots = list(mission.slots.all())
    people = [make_person(email=f"insiste{n}@exemple.fr") for n in range(PEOPLE)]

    def act(item: tuple[int, Any]) -> str:
        number, person = item
        held = Participation.objects.live().filter(person=person).first() if number % 7 == 0 else None
        if held is not None:
            return outcome(lambda: services.cancel(held, actor=None, reason="essai"))
        return outcome(lambda: services.apply(person=person, slot=slots[number % 2], actor=None))

    tries = [(n * 3 + k, person) for k in range(INSISTENCE) for n, person in enumerate(people)]
    results = Counter(together(act, tries))
    assert set(results) <= {"done", "full", "duplicate", "wrong_state", "busy"}
    for slot in mission.slots.all():
        assert slot.taken == seats(slot) <= PLACES
    assert _holders(mission) <= 2 * PLACES
    # A seat given back at the very end may still be free: whoever asks now takes it, and nobody one more.
    for number, person in enumerate(people):
        for slot in (slots[number % 2], slots[1 - number % 2]):
            outcome(lambda person=person, slot=slot: services.apply(person=person, slot=slot, actor=None))
    assert _holders(mission) == 2 * PLACES


def _holders(mission: Mission) -> int:
    """How many people hold a seat of this mission; nobody twice."""
    live = Participation.objects.live().filter(mission=mission).values_list("person", flat=True)
    assert len(live) == len(set(live))
    return len(live)


@contextmanager
def guard_off() -> Iterator[None]:
    """This database without its CHECK, its unique constraints, and our service without its locks."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE missions_slot DROP CONSTRAINT slot_never_overbooked")
    original = services._lock_slot

    def unlocked(slot: Slot) -> Any:
        mission = slot.mission
        return mission, Slot.objects.get(pk=slot.pk)

    services._lock_slot = unlocked  # type: ignore[assignment]
    try:
        yield
    finally:
        services._lock_slot = original
        Participation.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(
                "ALTER TABLE missions_slot ADD CONSTRAINT slot_never_overbooked "
                "CHECK (taken >= 0 AND taken <= capacity)"
            )


def test_the_twin_without_the_guard_overbooks(committed_db: None) -> None:
    slot = make_mission(capacity=PLACES).slots.select_related("mission__organisation").get()
    people = [make_person(email=f"jumeau{n}@exemple.fr") for n in range(PEOPLE)]
    with guard_off():
        together(lambda person: outcome(lambda: services.apply(person=person, slot=slot, actor=None)), people)
        assert seats(slot) > PLACES


def test_the_database_alone_refuses_the_seat_too_many(committed_db: None) -> None:
    """Whatever forgets the service: rows written directly, without a lock."""
    from django.db import IntegrityError

    from jeveuxagir.common.clock import now

    slot = make_mission(capacity=PLACES).slots.get()
    people = [make_person(email=f"direct{n}@exemple.fr") for n in range(60)]

    def write(person: Any) -> str:
        try:
            Participation.objects.create(
                person=person, mission_id=slot.mission_id, slot=slot, state="applied", applied_at=now()
            )
        except IntegrityError:
            return "refused"
        return "done"

    assert Counter(together(write, people)) == {"done": PLACES, "refused": 60 - PLACES}
    slot.refresh_from_db()
    assert slot.taken == PLACES


def test_one_person_who_applies_from_many_windows_holds_one_seat(committed_db: None) -> None:
    mission = make_mission(slots=3, capacity=PLACES)
    slots = list(mission.slots.all())
    person = make_person()
    tries = [slots[n % 3] for n in range(30)]
    results = Counter(
        together(
            lambda slot: outcome(lambda: services.apply(person=person, slot=slot, actor=None)),
            tries,
            threads=10,
        )
    )
    assert results == {"done": 1, "duplicate": 29}
    assert sum(slot.taken for slot in mission.slots.all()) == 1


def test_lowering_the_places_while_people_apply_never_goes_below_what_is_taken(committed_db: None) -> None:
    slot = make_mission(capacity=PLACES).slots.get()
    people = [make_person(email=f"baisse{n}@exemple.fr") for n in range(60)]

    def act(item: Any) -> str:
        if isinstance(item, int):
            return outcome(lambda: mission_services.change_capacity(slot, actor=None, capacity=item))
        return outcome(lambda: services.apply(person=item, slot=slot, actor=None))

    mixed = [
        thing for n, person in enumerate(people) for thing in ([person] if n % 6 else [person, 20 - n // 6])
    ]
    results = Counter(together(act, mixed, threads=12))
    slot.refresh_from_db()
    assert set(results) <= {"done", "full", "below_taken"}
    assert slot.taken == seats(slot) <= slot.capacity


def test_cancelling_and_applying_at_once_keep_the_count(committed_db: None) -> None:
    slot = make_mission(capacity=PLACES).slots.get()
    held = [
        services.apply(person=make_person(email=f"part{n}@exemple.fr"), slot=slot, actor=None)
        for n in range(PLACES)
    ]
    people = [make_person(email=f"vient{n}@exemple.fr") for n in range(40)]

    def act(item: Any) -> str:
        if isinstance(item, Participation):
            return outcome(lambda: services.cancel(item, actor=None, reason="essai"))
        return outcome(lambda: services.apply(person=item, slot=slot, actor=None))

    mixed = [thing for pair in zip(held, people[::2], people[1::2], strict=True) for thing in pair]
    results = Counter(together(act, mixed, threads=12))
    slot.refresh_from_db()
    assert set(results) <= {"done", "full"}
    assert slot.taken == seats(slot) <= PLACES


def test_a_double_click_applies_once_and_shows_the_first_result(committed_db: None) -> None:
    slot = make_mission(capacity=PLACES).slots.get()
    person = make_person()

    def click(_: int) -> str:
        with nonces.once("user:1", "le-meme-formulaire") as sent:
            if sent.first:
                sent.outcome = f"/p/{services.apply(person=person, slot=slot, actor=None).pk}/"
        return sent.outcome

    results = set(together(click, list(range(16)), threads=8))
    assert len(results) == 1
    assert seats(slot) == 1


def test_two_groups_of_three_on_four_places_one_is_in_and_the_other_is_shown_where(
    committed_db: None,
) -> None:
    """Product decision 14: places are counted, not applications."""
    mission = make_mission(capacity=4, slots=2)
    slot, elsewhere = mission.slots.all()
    family = Group("family", 3)

    def try_it(person: Any) -> Any:
        try:
            return services.apply(person=person, slot=slot, group=family, actor=None)
        except services.Full as refusal:
            return refusal

    for _ in range(ROUNDS):
        results = together(try_it, [make_person(), make_person()], threads=2)
        [refusal] = [result for result in results if isinstance(result, services.Full)]
        assert refusal.alternatives == [elsewhere]
        slot.refresh_from_db()
        assert (slot.taken, seats(slot)) == (3, 1)
        Participation.objects.all().delete()
