"""The canary's task."""

from celery import shared_task
from django.conf import settings

from jeveuxagir.common.periodic import periodic

from . import canary


@shared_task
@periodic(every=settings.CANARY_PERIOD)
def serve_canary() -> None:
    """Write that a worker heard beat."""
    canary.serve()
