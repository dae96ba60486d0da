"""The clocks of offers: their first 72 hours, their period, and the days left."""

from datetime import timedelta

from celery import shared_task

from jeveuxagir.audit.jobs import daily, hourly, run_once
from jeveuxagir.common.periodic import periodic

from . import services


@shared_task
@periodic(every=timedelta(hours=1))
def expire_offers() -> None:
    """Once a day: those whose last day was yesterday, and those whose state is late on their days."""
    run_once(
        "offers.expire", daily(), lambda: {"expired": services.expire_due(), "settled": services.settle_due()}
    )


@shared_task
@periodic(every=timedelta(hours=1))
def open_offers_to_all() -> None:
    """Each hour: those whose first 72 hours are over are found by anybody."""
    run_once("offers.to_all", hourly(), lambda: {"found": services.found_by_all()})
