"""Messages while the world falls apart: none lost, and each repeat has a cause that is counted."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.chaos.harness import FAULTS, Town

pytestmark = pytest.mark.xdist_group("chaos")
ASKABLE = "tests.support.relay.JournalRelay"


@pytest.fixture
def town(service_directory: Path) -> Iterator[Callable[..., Town]]:
    towns: list[Town] = []

    def build(**options: object) -> Town:
        towns.append(Town(service_directory, **options))  # type: ignore[arg-type]
        return towns[-1].start()

    yield build
    for built in towns:
        built.remove()


def play(town: Town, *, messages: int, faults: int, pauses: int = 0) -> None:
    """Owe messages in small lots and strike between them; then wait until all that was owed is sent."""
    strikes = [FAULTS[number % len(FAULTS)] for number in range(faults)] + ["pause_worker"] * pauses
    town.random.shuffle(strikes)
    lot = messages // len(strikes)
    for number, fault in enumerate(strikes):
        town.owe(number * lot, lot)
        # Strike in the middle of a lot: once something of it was sent, whenever that is.
        goal = (number * lot) + town.random.randint(1, lot // 2)
        town.until(lambda goal=goal: len(set(town.relay.accepted())) >= goal, seconds=40, what="no progress")
        town.strike(fault)
    town.owe(len(strikes) * lot, messages - len(strikes) * lot)
    town.until(lambda: town.unsent() == 0, seconds=180, what="not all were sent")
    time.sleep(0.5)  # a late repeat would still show


def verdict(town: Town) -> tuple[set[str], Counter[str], str]:
    """(lost, repeats by Message-ID, the story)."""
    accepted = Counter(town.relay.accepted())
    domain = "jeveuxagir.example"
    owed = {f"<{pk}@{domain}>" for (pk,) in town.sql("SELECT id FROM notifications_message")}
    assert set(accepted) <= owed, "a message nobody owed"
    repeats = Counter({message: count - 1 for message, count in accepted.items() if count > 1})
    story = town.story()
    print(story)  # noqa: T201
    return owed - set(accepted), repeats, story


def expect_nothing_lost_and_repeats_explained(town: Town, messages: int) -> None:
    lost, repeats, story = verdict(town)
    assert not lost, story
    assert len(set(town.relay.accepted())) == messages, story
    # The relay took it and said nothing: it must go again. Else only a process that died between 250 and commit.
    silent = Counter(message for fault, message in town.relay.happened if fault == "drop_after")
    unexplained = repeats - silent
    assert unexplained.total() <= town.happened["kill_worker"] + town.happened["restart_database"], story
    told_again = {
        f"<{pk}@jeveuxagir.example>"
        for (pk,) in town.sql(
            "SELECT id FROM notifications_message WHERE last_error = 'in doubt, then sent again'"
        )
    }
    assert set(repeats) <= told_again, story  # each repeat knew that it might be one
    town.run("check_invariants")


def test_300_messages_through_10_faults_none_lost(town: Callable[..., Town]) -> None:
    small = town(seed=20261125)
    play(small, messages=300, faults=10)
    expect_nothing_lost_and_repeats_explained(small, 300)


@pytest.mark.proof
def test_3000_messages_through_100_faults_none_lost(town: Callable[..., Town]) -> None:
    large = town(seed=1)
    play(large, messages=3_000, faults=100, pauses=20)
    expect_nothing_lost_and_repeats_explained(large, 3_000)


@pytest.mark.proof
def test_with_a_relay_that_can_be_asked_none_lost_and_none_twice(town: Callable[..., Town]) -> None:
    large = town(seed=2, relay_class=ASKABLE)
    play(large, messages=1_000, faults=40)
    lost, repeats, story = verdict(large)
    assert not lost, story
    assert not repeats, story
