"""Sending the outbox, and the mail of the day."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings

from jeveuxagir.common.periodic import periodic

from . import digests, outbox


@shared_task(acks_late=False)
@periodic(every=timedelta(seconds=settings.OUTBOX_SWEEP))
def drain_outbox() -> None:
    """Send what is due. Woken after each message, sent by beat for those a lost wake forgot."""
    outbox.drain()


@shared_task
@periodic(every=timedelta(minutes=5))
def send_digests() -> None:
    """From seven in the morning, the one mail of the day of whoever chose so."""
    digests.send_due()
