"""Visitors report the same mission at the same moment: one case, every report in it."""

from __future__ import annotations

import pytest

from jeveuxagir.moderation import reports
from jeveuxagir.moderation.models import ModerationItem, Report
from tests.factories import make_mission, make_person
from tests.races.test_seats import together

VISITORS = 24


def test_reports_at_the_same_moment_make_one_case(committed_db: None) -> None:
    subject = reports.subject_of(make_mission().get_absolute_url())
    together(lambda n: reports.report(subject, why="money", email=f"v{n}@exemple.fr"), list(range(VISITORS)))
    item = ModerationItem.objects.get(kind="report")
    assert item.reports.count() == VISITORS
    assert item.title.startswith(f"{VISITORS}\u00a0signalements")


@pytest.mark.parametrize("again", [1, 2])
def test_a_person_who_clicks_many_times_reports_once(committed_db: None, again: int) -> None:
    subject = reports.subject_of(make_mission().get_absolute_url())
    person = make_person()
    together(lambda n: reports.report(subject, why="money", person=person), list(range(VISITORS * again)))
    assert Report.objects.count() == 1
