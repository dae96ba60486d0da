"""A periodic job is done once a period."""

import threading
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connections

from jeveuxagir.audit.jobs import daily, hourly, run_once
from jeveuxagir.audit.models import JobRun


@pytest.mark.django_db
def test_a_job_is_done_once_for_a_period() -> None:
    done: list[int] = []
    assert run_once("count", "2026-11-25", lambda: done.append(1))
    assert not run_once("count", "2026-11-25", lambda: done.append(1))
    assert run_once("count", "2026-11-26", lambda: done.append(1))
    assert len(done) == 2


@pytest.mark.django_db
def test_a_job_that_failed_is_tried_again() -> None:
    def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_once("count", "2026-11-25", fail)
    assert run_once("count", "2026-11-25", lambda: {"count": 3})
    assert JobRun.objects.get().report == {"count": 3}


def test_two_beats_at_once_do_a_job_once(committed_db: None) -> None:
    done: list[int] = []
    start = threading.Barrier(8)

    def beat() -> None:
        try:
            start.wait()
            run_once("count", "2026-11-25", lambda: done.append(1))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=beat) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1
    assert JobRun.objects.count() == 1


@pytest.mark.parametrize(
    ("local", "period"),
    [
        ("2026-10-25T02:30", "2026-10-24"),  # the hour that the end of summer time repeats
        ("2026-10-25T03:00", "2026-10-25"),
        ("2026-03-29T03:30", "2026-03-29"),
        ("2026-11-25T00:10", "2026-11-24"),
    ],
)
def test_the_night_s_period_changes_at_three_in_paris(local: str, period: str) -> None:
    moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("Europe/Paris"))
    with time_machine.travel(moment, tick=False):
        assert daily() == period


def test_six_hourly_periods_are_four_a_day() -> None:
    with time_machine.travel(datetime(2026, 11, 25, 17, 59, tzinfo=ZoneInfo("UTC")), tick=False):
        assert hourly(hours=6) == "2026-11-25T12"
