"""The clocks of applications and departures."""

from datetime import timedelta

from celery import shared_task

from jeveuxagir.audit.jobs import daily, run_once
from jeveuxagir.common.periodic import periodic

from . import services

BATCH = 500


@shared_task
@periodic(every=timedelta(minutes=15))
def run_clocks() -> None:
    """48 hours to confirm; guardians told; 7 days before the question about a departure."""
    services.erase_unconfirmed()
    services.send_cleared()
    for pk in services.departures_to_ask().values_list("pk", flat=True)[:BATCH]:
        services.ask_about_departure(pk)


@shared_task
@periodic(every=timedelta(hours=1))
def run_nightly() -> None:
    """Once a day: applications that waited too long for a guardian's mail."""
    run_once("participations.guardians", daily(), lambda: {"given_up": services.give_up_on_guardians()})
