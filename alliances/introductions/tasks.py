"""The day's round over introductions: what expires, and what came of those made a month ago."""

from datetime import timedelta

from celery import shared_task

from jeveuxagir.audit.jobs import daily, run_once
from jeveuxagir.common.periodic import periodic

from . import services


@shared_task
@periodic(every=timedelta(hours=1))
def follow_introductions() -> None:
    """Once a day; what an outage delayed is caught up."""
    run_once("introductions.follow", daily(hour=8), services.follow)
