"""Proof of life: beat sends, a worker serves, a row says when. The only sign that the whole chain lives."""

import logging
import os
import signal
import threading
import time
from datetime import timedelta

from django.conf import settings
from django.db import Error, connection
from django.db.models.functions import Now
from django.utils import timezone

from jeveuxagir.audit.models import Canary

NAME = "worker"
logger = logging.getLogger(__name__)


def serve() -> None:
    """A worker heard beat: write when."""
    Canary.objects.bulk_create(
        [Canary(name=NAME, asked_at=Now(), served_at=Now())],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["asked_at", "served_at"],
    )


def age() -> timedelta | None:
    """How long ago a worker last heard beat; None if it never did."""
    served_at = Canary.objects.filter(name=NAME).values_list("served_at", flat=True).first()
    return timezone.now() - served_at if served_at else None


def watch() -> None:
    """End this worker, from a thread of its own, once the canary is too old and no task is running."""
    threading.Thread(target=_watch, name="canary", daemon=True).start()


def _watch() -> None:
    from celery.worker import state

    listening_since = time.monotonic()
    while True:
        time.sleep(settings.CANARY_PERIOD.total_seconds())
        if state.active_requests:  # a long task is no deafness
            listening_since = time.monotonic()
        if time.monotonic() - listening_since < settings.CANARY_DEADLINE.total_seconds():
            continue
        try:
            silent = age()
        except Error:  # the database is away: a new worker would not hear more
            continue
        finally:
            connection.close()
        if silent is None or silent > settings.CANARY_DEADLINE:
            logger.error("Worker hears nothing: it ends to be restarted")
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(10)
            os._exit(1)
