"""Periodic work on people: what was never confirmed, and 18th birthdays."""

from datetime import timedelta

from celery import shared_task

from jeveuxagir.common.periodic import periodic

from . import nonces, services


@shared_task
@periodic(every=timedelta(minutes=10))
def erase_unconfirmed() -> None:
    services.erase_unconfirmed()


@shared_task
@periodic(every=timedelta(hours=6))
def forget_birthdays() -> None:
    services.forget_birthdays()


@shared_task
@periodic(every=timedelta(hours=6))
def forget_old_nonces() -> None:
    nonces.forget_old()
