"""Votes that end, actions that are late."""

from datetime import timedelta

from celery import shared_task

from jeveuxagir.audit.jobs import daily, run_once
from jeveuxagir.common.periodic import periodic

from . import services


@shared_task
@periodic(every=timedelta(minutes=10))
def end_votes() -> None:
    """Those whose time is over are counted."""
    services.end_due()


@shared_task
@periodic(every=timedelta(hours=1))
def remind_late_tasks() -> None:
    """Once a day: who has an action past its date, at most once a week each."""
    run_once("governance.remind_late_tasks", daily(), lambda: {"reminded": services.remind_due()})
