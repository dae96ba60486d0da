"""The clocks of pairings, and the engine's daily round."""

from datetime import timedelta

from celery import shared_task

from jeveuxagir.audit.jobs import daily, run_once
from jeveuxagir.common.periodic import periodic

from . import services


@shared_task
@periodic(every=timedelta(minutes=15))
def expire_pairings() -> int:
    """What was left 21 days without an answer."""
    return services.expire_due()


@shared_task
@periodic(every=timedelta(hours=1))
def propose_pairings() -> None:
    """Once a day, every open offer is looked at again: needs have come, 72 hours have passed."""
    run_once("pairings.propose", daily(), lambda: {"proposed": services.propose_all()})
