"""The morning of the brigades."""

from datetime import timedelta

from celery import shared_task

from jeveuxagir.audit.jobs import daily, run_once
from jeveuxagir.common.periodic import periodic

from . import reminders


@shared_task
@periodic(every=timedelta(minutes=10))
def tell_brigades() -> None:
    """Once a day, before the digests: what arrived, and what is late."""
    run_once("moderation.reminders", daily(hour=reminders.HOUR), reminders.tell_all)
