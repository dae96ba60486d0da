"""The clocks of those who ask to join, of organisations without an owner, and of what registries say."""

from datetime import timedelta

from celery import shared_task

from jeveuxagir.audit.jobs import daily, run_once
from jeveuxagir.common.periodic import periodic

from . import joining, verification


@shared_task
@periodic(every=timedelta(minutes=10))
def ask_registries() -> None:
    """Those whose day has come: new numbers, registries that did not answer, and each one once a year."""
    verification.check_due()


@shared_task
@periodic(every=timedelta(hours=1))
def expire_join_requests() -> None:
    """Those who asked to join and got no answer in 30 days."""
    joining.expire_due()


@shared_task
@periodic(every=timedelta(hours=1))
def find_ownerless() -> None:
    """Once a night: organisations that two owners left at the same moment, by erasing their accounts."""
    run_once("organisations.find_ownerless", daily(), lambda: {"found": joining.find_ownerless()})
