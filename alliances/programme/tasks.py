"""Pledges past their date."""

from datetime import timedelta

from celery import shared_task

from jeveuxagir.audit.jobs import daily, run_once
from jeveuxagir.common.periodic import periodic

from . import services


@shared_task
@periodic(every=timedelta(hours=1))
def ask_for_news() -> None:
    """Once a day: those whose date passed are asked for news, each once."""
    run_once("programme.ask_for_news", daily(), lambda: {"asked": services.ask_for_news()})
