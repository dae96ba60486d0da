"""Votes that fall at once, over real transactions."""

from __future__ import annotations

import datetime
from typing import Any

from alliances.enums import Rule
from alliances.governance import services
from alliances.governance.enums import DecisionState
from alliances.governance.models import Decision, Vote
from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import RuleBroken
from tests.moderation.test_races import together

from .test_services import Table


def decided(decision: Decision) -> int:
    verbs = ["decision.adopted", "decision.rejected"]
    return Event.objects.filter(verb__in=verbs, data__decision=decision.pk).count()


def test_two_last_votes_at_once_decide_once(committed_db: None) -> None:
    for _ in range(4):
        table = Table(rule=Rule.CONSENT)
        decision = table.propose()
        table.vote(decision, 0)
        results = together(*[lambda n=number, t=table, d=decision: t.vote(d, n) for number in (1, 2)])
        assert not [one for one in results if isinstance(one, Exception)], results
        assert Decision.objects.get(pk=decision.pk).state == DecisionState.ADOPTED
        assert decided(decision) == 1
        assert Decision.objects.get(pk=decision.pk).outcome["yes"] == 3


def test_a_vote_and_the_end_at_once_leave_one_result_that_counts_what_was_accepted(
    committed_db: None,
) -> None:
    for _ in range(4):
        table = Table(rule=Rule.MAJORITY)
        decision = table.propose()
        soon = now() + datetime.timedelta(milliseconds=40)
        Decision.objects.filter(pk=decision.pk).update(closes_at=soon)
        decision.refresh_from_db()

        def end() -> Any:
            import time

            time.sleep(max((soon - now()).total_seconds(), 0))  # noqa: B023
            return services.end_due()

        results = together(end, lambda t=table, d=decision: t.vote(d, 0))
        refusals = [one for one in results if isinstance(one, Exception)]
        assert all(isinstance(one, RuleBroken) for one in refusals), results
        fresh = Decision.objects.get(pk=decision.pk)
        assert decided(decision) == 1
        assert fresh.outcome["yes"] == Vote.objects.filter(decision=decision).count()
