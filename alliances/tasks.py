"""The nightly round over alliances: warnings and sleep, mandates that end."""

from datetime import timedelta

from celery import shared_task

from jeveuxagir.audit.jobs import daily, run_once
from jeveuxagir.common.periodic import periodic

from . import health, services


@shared_task
@periodic(every=timedelta(hours=1))
def watch_alliances() -> None:
    """Once a night."""
    run_once("alliances.watch", daily(), health.watch)
    run_once("alliances.mandates", daily(), lambda: {"ended": services.end_mandates()})
