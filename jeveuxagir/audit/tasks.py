"""Reacting to events, and the nightly count of what must never be."""

from datetime import timedelta

from celery import shared_task

from jeveuxagir.common.periodic import periodic

from . import deliveries, invariants
from .jobs import daily, run_once


@shared_task(acks_late=False)
@periodic(every=timedelta(minutes=1))
def deliver_events() -> None:
    """Run the reactions that are due. Woken after each event, sent by beat for those a lost wake forgot."""
    deliveries.deliver()


@shared_task
@periodic(every=timedelta(hours=1))
def check_invariants_nightly() -> None:
    """Ask, once a night, the questions whose answer must be empty."""
    period = daily()
    run_once(invariants.JOB, period, lambda: invariants.ask_tonight(period))
