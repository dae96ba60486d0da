"""The clock of feeds: each partner's is read every six hours."""

from datetime import timedelta

from celery import shared_task

from jeveuxagir.common.periodic import periodic
from jeveuxagir.common.wake import wake

from . import services


@shared_task
@periodic(every=timedelta(minutes=10))
def read_due_feed() -> None:
    """Read the feed of one partner that is due, and leave the next one to whichever worker is free."""
    run = services.claim_due()
    if run is None:
        return
    wake("missions.feeds.tasks.read_due_feed")
    services.carry_out(run)
