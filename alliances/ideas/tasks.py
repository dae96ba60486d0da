"""The clock of ideas: what came to nothing is not kept."""

from datetime import timedelta

from celery import shared_task

from jeveuxagir.audit.jobs import daily, run_once
from jeveuxagir.common.periodic import periodic

from . import services


@shared_task
@periodic(every=timedelta(hours=1))
def forget_old_ideas() -> None:
    """Once a day: ideas closed or withdrawn a year ago."""
    run_once("ideas.forget", daily(), lambda: {"erased": services.forget_old()})
