"""Companies ask for the last place of team at once: one has it, and no team is ever outside the sizes."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from missions import services as mission_services
from missions.participations import services
from missions.participations.enums import SEAT_STATES
from missions.participations.models import Participation
from missions.participations.services import Team
from tests import factories as f

from .test_seats import outcome, together

TEAM = Team(contact_name="Zoé Martin", contact_phone="+33 6 11 22 33 44")


@pytest.fixture(autouse=True)
def _nothing_is_broken_afterwards(committed_db: None) -> Iterator[None]:
    from jeveuxagir.audit.invariants import broken

    yield
    assert broken() == {}


def coordinators(number: int) -> list[Any]:
    companies = [f.make_company() for _ in range(number)]
    return [(company, f.make_member(company)) for company in companies]


def register(slot: Any, company: Any, actor: Any, places: int = 8) -> str:
    return outcome(
        lambda: services.register_team(organisation=company, slot=slot, places=places, team=TEAM, actor=actor)
    )


@pytest.mark.parametrize("round_number", range(5))
def test_two_companies_on_the_last_place_of_team(committed_db: None, round_number: int) -> None:
    slot = f.make_team_mission(teams=1, capacity=40).slots.get()
    results = Counter(together(lambda pair: register(slot, *pair), coordinators(2), threads=2))
    slot.refresh_from_db()
    assert results == {"done": 1, "full": 1}
    assert (slot.taken, slot.teams_taken) == (8, 1)


def test_twelve_companies_and_people_on_three_places_of_team_and_thirty_places(committed_db: None) -> None:
    slot = f.make_team_mission(teams=3, capacity=30).slots.get()
    people = [f.make_person(email=f"course{n}@exemple.fr") for n in range(12)]
    work: list[Any] = [*coordinators(12), *people]

    def act(item: Any) -> str:
        if isinstance(item, tuple):
            return register(slot, *item)
        return outcome(lambda: services.apply(person=item, slot=slot, actor=None))

    results = Counter(together(act, work, threads=8))
    slot.refresh_from_db()
    assert set(results) <= {"done", "full", "busy"}
    held = Participation.objects.filter(slot=slot, state__in=SEAT_STATES)
    assert slot.teams_taken == held.teams().count() <= 3
    assert slot.taken == sum(row.places for row in held) <= 30


def test_the_sizes_change_while_teams_register(committed_db: None) -> None:
    mission = f.make_team_mission(teams=6, capacity=80, description="Un jardin à remettre en état. " * 6)
    slot, host = mission.slots.get(), f.make_member(mission.organisation)

    def act(item: Any) -> str:
        if item is None:
            data = mission_services.current_data(mission)
            return outcome(
                lambda: (
                    mission_services.update(mission, actor=host, data=replace(data, team_smallest=9)) and None
                )
            )
        return register(slot, *item)

    results = Counter(together(act, [*coordinators(5), None], threads=6))
    slot.refresh_from_db()
    assert set(results) <= {"done", "team_size", "busy"}
    assert slot.taken == 8 * slot.teams_taken


def test_a_team_grows_while_another_registers(committed_db: None) -> None:
    slot = f.make_team_mission(teams=2, capacity=20).slots.get()
    (first, boss), (second, other) = coordinators(2)
    register(slot, first, boss)
    row = Participation.objects.get()

    def act(grow: bool) -> str:
        if grow:
            return outcome(lambda: services.change_team(row, actor=boss, places=12, team=TEAM))
        return register(slot, second, other, 12)

    results = Counter(together(act, [True, False], threads=2))
    slot.refresh_from_db()
    assert results == {"done": 1, "full": 1}
    assert slot.taken <= 20
