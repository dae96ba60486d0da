"""Periodic jobs: each is done once for a period, whatever beat does."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from jeveuxagir.common.clock import PARIS

from .models import JobRun


def run_once(job: str, period: str, work: Callable[[], dict[str, Any] | None]) -> bool:
    """Do `work` unless this job was done for this period; its row and its effects commit together.

    A second caller waits for the first and does nothing; after a failure the next beat tries again.
    """
    with transaction.atomic():
        JobRun.objects.bulk_create([JobRun(job=job, period=period)], ignore_conflicts=True)
        run = (
            JobRun.objects.select_for_update(no_key=True)
            .filter(job=job, period=period, finished_at=None)
            .first()
        )
        if run is None:
            return False
        run.report = work() or {}
        run.finished_at = timezone.now()
        run.save(update_fields=["report", "finished_at"])
        return True


def was_done(job: str, period: str) -> bool:
    """For work too long for one transaction: look before, and `run_once` to say so after."""
    return JobRun.objects.filter(job=job, period=period, finished_at__isnull=False).exists()


def last_report(job: str) -> JobRun | None:
    """What this job said it did, the last time it was done."""
    return JobRun.objects.filter(job=job, finished_at__isnull=False).order_by("-finished_at").first()


def daily(*, hour: int = 3) -> str:
    """The period of a job of the night: the date of Paris, which changes at `hour` rather than at midnight."""
    return (timezone.localtime(timezone=PARIS) - timedelta(hours=hour)).date().isoformat()


def hourly(*, hours: int = 1) -> str:
    """The period of a job done every so many hours (UTC, so that no clock change repeats or skips one)."""
    now = timezone.now()
    return f"{now:%Y-%m-%d}T{now.hour - now.hour % hours:02d}"
