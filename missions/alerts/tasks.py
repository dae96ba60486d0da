"""The clocks of alerts."""

from datetime import timedelta

from celery import shared_task

from jeveuxagir.audit.jobs import daily, run_once
from jeveuxagir.common.periodic import periodic

from . import services

MOST_BATCHES = 40


@shared_task
@periodic(every=timedelta(minutes=10))
def run_alerts() -> None:
    """Ask the alerts about the missions that opened, then write the mails that are due."""
    for _ in range(MOST_BATCHES):
        if not services.collect():
            break
    services.tell_due()


@shared_task
@periodic(every=timedelta(hours=1))
def run_nightly() -> None:
    """Once a night: alerts whose search means nothing any more; what is kept no longer."""
    run_once("mission_alerts.nightly", daily(), services.end_dead)
