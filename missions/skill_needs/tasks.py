"""The clock of skill needs."""

from datetime import timedelta

from celery import shared_task

from jeveuxagir.audit.jobs import daily, run_once
from jeveuxagir.common.periodic import periodic

from . import services


@shared_task
@periodic(every=timedelta(minutes=30))
def tell_past_deadlines() -> None:
    """Each night, once; what an outage missed is told the next time."""
    run_once("skill_needs.past_deadlines", daily(), services.past_deadlines)
