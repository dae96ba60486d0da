"""Two organisations of the third world say « nous aussi » at once: ready once, and the brigade told once."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from alliances.challenges import services
from alliances.challenges.models import Challenge
from alliances.models import Alliance
from jeveuxagir.audit.models import Event
from jeveuxagir.moderation.models import ModerationItem
from tests import factories as f

from .test_seats import outcome, together

ROUNDS = 5


def also(challenge: Challenge, kind: str) -> Any:
    organisation = f.make_organisation(kind=kind)
    user = f.make_member(organisation)
    return lambda: services.support(challenge, actor=user, organisation=organisation)


@pytest.mark.parametrize("round_number", range(ROUNDS))
def test_the_third_world_makes_it_ready_exactly_once(committed_db: None, round_number: int) -> None:
    challenge = f.make_challenge()
    for kind in ("association", "company"):
        also(challenge, kind)()
    acts = [also(challenge, "local_authority") for _ in range(6)]
    assert Counter(together(outcome, acts, threads=len(acts))) == {"done": 6}
    assert Event.objects.filter(verb="challenge.ready").count() == 1
    assert ModerationItem.objects.filter(kind="ready").count() == 1
    assert challenge.supports.count() == 8


def test_two_who_start_the_alliance_at_once_start_one(committed_db: None) -> None:
    challenge = f.make_challenge(ready=True)
    users = [f.make_user() for _ in range(6)]
    acts = [
        lambda user=user: services.start_alliance(
            challenge, actor=user, organisation=None, name="Bien manger", purpose="Que chacun déjeune."
        )
        for user in users
    ]
    results = Counter(together(outcome, acts, threads=len(acts)))
    assert results == {"done": 1, "wrong_state": 5}
    assert Alliance.objects.count() == 1
