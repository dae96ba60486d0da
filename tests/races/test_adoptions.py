"""Everybody adopts at the same instant while the text is amended and a party leaves: in force once, or not at all."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from alliances import services as alliances
from alliances.texts import services
from alliances.texts.enums import Kind, State
from alliances.texts.models import Adoption, Version
from jeveuxagir.audit.models import Event
from tests.factories import make_alliance, make_signatory

from .test_seats import outcome, together

PARTIES, ROUNDS = 8, 5


def begun(parties: int) -> tuple[Any, list[Any], list[Any], Version]:
    alliance = make_alliance(parties=parties)
    found = list(alliance.parties.order_by("pk"))
    people = [make_signatory(party) for party in found]
    version = services.begin(alliance, actor=people[0], kind=Kind.CHARTER)
    return alliance, found, people, services.open_to_adoption(version, actor=people[0])


def adopt(version: Version, party: Any, person: Any) -> Any:
    return lambda: services.adopt(
        version, actor=person, party=party, capacity="maire", seen_hash=version.text_hash
    )


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_the_last_adoption_turns_the_charter_in_force_exactly_once(
    committed_db: None, round_number: int
) -> None:
    _alliance, parties, people, version = begun(PARTIES)
    twice = [adopt(version, party, person) for party, person in zip(parties, people, strict=True)] * 2
    results = Counter(together(outcome, twice, threads=len(twice)))
    assert results == {"done": 2 * PARTIES}
    assert Adoption.objects.count() == PARTIES
    assert Version.objects.get(pk=version.pk).state == State.IN_FORCE
    assert Event.objects.filter(verb="text.in_force").count() == 1


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_adopting_and_amending_at_once_never_adopts_words_that_changed(
    committed_db: None, round_number: int
) -> None:
    _alliance, parties, people, version = begun(PARTIES)
    acts = [adopt(version, party, person) for party, person in zip(parties, people, strict=True)]
    acts.insert(round_number, lambda: services.amend(version, actor=people[0]))
    results = Counter(together(outcome, acts, threads=len(acts)))
    version.refresh_from_db()
    if version.state == State.IN_FORCE:  # all adopted first: amending came too late
        assert results == {"done": PARTIES, "wrong_state": 1}
    else:
        assert version.state == State.ABANDONED
        assert results["done"] == version.adoptions.count() + 1
    assert Event.objects.filter(verb="text.in_force").count() == (version.state == State.IN_FORCE)
    assert all(adoption.text_hash == version.text_hash for adoption in version.adoptions.all())


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_the_last_to_adopt_and_the_one_that_leaves_meet(committed_db: None, round_number: int) -> None:
    alliance, parties, people, version = begun(3)
    adopt(version, parties[0], people[0])()
    acts = [
        adopt(version, parties[1], people[1]),
        lambda: (alliances.leave(parties[2], actor=people[2]), services.settle_all(alliance)),
    ]
    assert Counter(together(outcome, acts, threads=2)) == {"done": 2}
    assert Version.objects.get(pk=version.pk).state == State.IN_FORCE
    assert Event.objects.filter(verb="text.in_force").count() == 1
