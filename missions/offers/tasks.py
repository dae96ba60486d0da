"""The clocks of offers: their period, and the days left."""

from datetime import timedelta

from celery import shared_task

from jeveuxagir.audit.jobs import daily, run_once
from jeveuxagir.common.periodic import periodic

from . import services


@shared_task
@periodic(every=timedelta(hours=1))
def expire_offers() -> None:
    """Once a day: those whose last day was yesterday, and those whose state is late on their days."""
    run_once(
        "offers.expire", daily(), lambda: {"expired": services.expire_due(), "settled": services.settle_due()}
    )
