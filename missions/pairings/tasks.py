"""The clocks of pairings, and the engine's daily round."""

from datetime import timedelta

from celery import shared_task

from jeveuxagir.audit.jobs import daily, run_once, was_done
from jeveuxagir.common.periodic import periodic

from . import services, weekly


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


@shared_task
@periodic(every=timedelta(hours=1))
def tell_the_week() -> None:
    """Once a week from Tuesday morning; after an outage, the week that runs, with all that came meanwhile."""
    week = weekly.period()
    if not was_done("pairings.weekly", week):
        report = weekly.run(week)  # each organisation in its own commit
        run_once("pairings.weekly", week, lambda: dict(report))
