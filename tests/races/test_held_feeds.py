"""Staff confirm and refuse the same held closings at the same moment: one decision, told once, and no half of two."""

from __future__ import annotations

from typing import Any

import pytest

from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import now
from jeveuxagir.notifications.models import Message
from missions.feeds import services
from missions.feeds.models import FeedRun, Partner
from missions.models import Mission
from tests.factories import make_mission, make_staff
from tests.races.test_seats import outcome, together

CLOSINGS, STAFF = 6, 8


@pytest.mark.parametrize("verbs", [("release_held", "refuse_held"), ("release_held",), ("refuse_held",)])
def test_one_decision_stands_whoever_decides_at_once(committed_db: None, verbs: tuple[str, ...]) -> None:
    partner = Partner.objects.create(slug="p", name="Partenaire", contact_email="flux@partenaire.example")
    missions = [make_mission(imported=True) for _ in range(CLOSINGS)]
    run = FeedRun.objects.create(
        partner=partner, state="held", finished_at=now(), held_closings=[row.pk for row in missions]
    )
    make_staff("technical")  # who only hears of it
    staff = [make_staff("national") for _ in range(STAFF)]

    def decide(n: int) -> str:
        service: Any = getattr(services, verbs[n % len(verbs)])
        return outcome(lambda: service(run, actor=staff[n], reason=f"Raison {n}"))

    results = together(decide, list(range(STAFF)), threads=STAFF)
    assert sorted(results) == ["done"] + ["wrong_state"] * (STAFF - 1)
    run.refresh_from_db()
    winner = results.index("done")
    assert (run.decided_by, run.decision_reason) == (staff[winner], f"Raison {winner}")
    verb = "feed.closings_" + run.decision
    assert (
        Event.objects.filter(verb__startswith="feed.closings_").values_list("verb", flat=True).get() == verb
    )
    closed = Mission.objects.filter(state="closed").count()
    assert closed == (CLOSINGS if run.decision == "released" else 0)
    assert Message.objects.filter(kind="feeds.refused").count() == (run.decision == "refused")
    told = Message.objects.filter(kind="feeds.decided")
    assert told.count() == STAFF  # the others and the technical one, once each
    assert not told.filter(person=staff[winner].person).exists()
