"""The clocks of events and registrations."""

from datetime import timedelta

from celery import shared_task

from jeveuxagir.common.periodic import periodic

from . import registering, services

BATCH = 200


@shared_task
@periodic(every=timedelta(minutes=15))
def run_clocks() -> None:
    """48 hours to confirm; the mail of the day before; what has taken place."""
    registering.erase_unconfirmed()
    for pk in services.to_remind().order_by("starts_at").values_list("pk", flat=True)[:BATCH]:
        services.remind(pk)
    for pk in services.to_finish().order_by("ends_at").values_list("pk", flat=True)[:BATCH]:
        services.finish(pk)
