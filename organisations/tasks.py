"""The clock of invitations."""

from datetime import timedelta

from celery import shared_task

from jeveuxagir.audit.jobs import daily, run_once
from jeveuxagir.common.periodic import periodic

from . import services


@shared_task
@periodic(every=timedelta(hours=1))
def forget_invitations() -> None:
    """Once a night."""
    run_once(
        "organisations.forget_invitations", daily(), lambda: {"forgotten": services.forget_invitations()}
    )
