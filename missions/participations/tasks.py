"""The clocks of applications and departures."""

from datetime import timedelta

from celery import shared_task

from jeveuxagir.audit.jobs import daily, run_once
from jeveuxagir.common.periodic import periodic

from . import services, silence

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
    """Once a day: who waited too long for a guardian's mail, for a place, or for an organisation's answer."""
    run_once("participations.guardians", daily(), lambda: {"given_up": services.give_up_on_guardians()})
    run_once("participations.waiting_lists", daily(), lambda: {"shown": show_other_missions()})
    run_once(
        "participations.silence", daily(), lambda: {"released": silence.release(), "late": silence.remind()}
    )


def show_other_missions() -> int:
    """Other missions for those who have waited three weeks for a place. Returns how many were told."""
    waiting = services.alerts_to_answer_otherwise().order_by("created_at").values_list("pk", flat=True)
    return sum(services.show_other_missions(pk) for pk in waiting[:BATCH])
