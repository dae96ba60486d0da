"""The clock of missions."""

from datetime import timedelta

from celery import shared_task

from jeveuxagir.audit.jobs import hourly, run_once
from jeveuxagir.common.periodic import periodic

from . import services


@shared_task
@periodic(every=timedelta(minutes=20))
def close_past_missions() -> None:
    """Each hour, because midnight comes at another hour in each of our twelve time zones."""
    run_once("missions.close_past", hourly(), lambda: {"closed": services.close_past()})
