"""What is due is written ahead, looked at once, and caught up after an outage."""

from __future__ import annotations

import datetime

import pytest

from jeveuxagir.common.clock import today
from jeveuxagir.notifications.models import Message
from missions.sponsorships import dues, services
from missions.sponsorships.enums import Side
from missions.sponsorships.models import Due
from missions.sponsorships.tasks import run_clocks

from .builders import story

pytestmark = pytest.mark.django_db


def told(name: str) -> int:
    return Message.objects.filter(kind=f"sponsorships.due_{name}").count()


def late(days: int) -> None:
    """As if the job had been stopped for so long."""
    for due in Due.objects.filter(settled_at=None):
        due.due_on -= datetime.timedelta(days=days)
        due.save()


def test_a_day_that_waits_a_week_is_recalled_once_to_the_side_that_owes_it() -> None:
    s = story()
    row = s.signed(3)
    s.day(row, 1)
    Due.objects.exclude(kind="validation").delete()
    assert dues.run() == {"looked": 0, "told": 0}
    late(100)
    assert dues.run() == {"looked": 1, "told": 1}
    assert dues.run() == {"looked": 0, "told": 0}
    message = Message.objects.get(kind="sponsorships.due_validation")
    assert message.person_id == s.manager.person_id
    assert "Zoé" not in message.text


def test_what_was_done_in_time_is_not_recalled() -> None:
    s = story()
    row = s.signed(3)
    s.validated(row, 1)
    assert dues.run() == {"looked": 1, "told": 0}, "a month after the first day, one was noted"
    Due.objects.exclude(kind="validation").delete()
    late(100)
    assert dues.run() == {"looked": 1, "told": 0}, "it was validated"


def test_a_month_without_a_day_an_end_that_comes_and_the_debriefs() -> None:
    s = story()
    row = s.signed(3)
    run_clocks()
    assert told("day") == 1, "it began sixty days ago and no day is noted"
    late(200)
    run_clocks()
    row.refresh_from_db()
    assert row.state == "running"
    assert (told("end"), told("debrief")) == (2, 2)
    run_clocks()
    assert (told("end"), told("debrief")) == (2, 2)


def test_an_amendment_moves_the_end_and_its_reminders() -> None:
    s = story()
    row = s.signed(3)
    amendment = s.proposed(
        row, terms=s.terms(3, ends_on=today() + datetime.timedelta(days=90)), summary="Un mois de plus"
    )
    s.signed_by_both(amendment)
    old = Due.objects.get(kind="end", about=(today() + datetime.timedelta(days=60)).isoformat())
    assert dues.settle(old.pk) is False
    assert Due.objects.filter(kind="end", settled_at=None).count() == 1
    services.break_off(row, actor=s.coordinator, side=Side.COMPANY, reason="Fin")
    assert not Due.objects.filter(settled_at=None).exclude(kind="validation").exists()
