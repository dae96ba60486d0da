"""The index follows what happens; woken after each fact, swept for those a lost wake forgot."""

from datetime import timedelta

from celery import shared_task

from jeveuxagir.audit.jobs import daily, run_once
from jeveuxagir.common.periodic import periodic

from . import services

MOST_BATCHES = 40


@shared_task(acks_late=False)
@periodic(every=timedelta(minutes=2))
def refresh() -> None:
    for _ in range(MOST_BATCHES):
        if not services.refresh():
            break


@shared_task
@periodic(every=timedelta(hours=1))
def rebuild_nightly() -> None:
    """Once a night: dates pass, and nothing is recorded when they do."""
    run_once("findable.rebuild", daily(), services.rebuild)
