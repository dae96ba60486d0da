"""The canary's task, and the sweep of the files that nobody names."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings

from jeveuxagir.audit.jobs import daily, run_once
from jeveuxagir.common import private_files
from jeveuxagir.common.periodic import periodic

from . import canary


@shared_task
@periodic(every=settings.CANARY_PERIOD)
def serve_canary() -> None:
    """Write that a worker heard beat."""
    canary.serve()


@shared_task
@periodic(every=timedelta(hours=1))
def sweep_private_files() -> None:
    """Once a day: what a lost transaction or a broken upload left behind."""
    run_once("web.sweep_private_files", daily(), private_files.sweep)
