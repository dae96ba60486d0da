"""Evaluations past their date."""

from datetime import timedelta

from celery import shared_task

from jeveuxagir.audit.jobs import daily, run_once
from jeveuxagir.common.periodic import periodic

from . import services


@shared_task
@periodic(every=timedelta(hours=1))
def remind_evaluations() -> None:
    """Once a day: the parties that have not answered, at most once a week each."""
    run_once("evaluations.remind_evaluations", daily(), lambda: {"reminded": services.remind_due()})
