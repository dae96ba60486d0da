"""Running what subscribers owe to events: each reaction once, in one transaction with the mark that says so.

A try is written down before it begins, so that a handler which kills its worker waits like one that fails.
The row stays locked while the handler runs: a dead worker frees it at once, a slow one keeps it.
"""

import time
from datetime import timedelta

import structlog
from django.db import Error, InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from .models import Delivery
from .services import handler_of

logger = structlog.get_logger(__name__)

LEASE = timedelta(minutes=2)
MOST_TRIES = 12
LONGEST_PAUSE = timedelta(hours=2)


def deliver(*, seconds: float = 240) -> int:
    """Run all that is due, for at most so long; returns how many reactions are done."""
    done = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end and (pk := _claim()) is not None:
        done += _run(pk)
    return done


def _claim() -> int | None:
    with transaction.atomic():
        due = (
            Delivery.objects.filter(state=Delivery.State.PENDING, not_before__lte=Now())
            .order_by("not_before", "pk")
            .select_for_update(skip_locked=True)
            .values_list("pk", flat=True)
            .first()
        )
        if due is not None:
            Delivery.objects.filter(pk=due).update(attempts=F("attempts") + 1, not_before=Now() + LEASE)
        return due


def _run(pk: int) -> bool:
    try:
        with transaction.atomic():
            delivery = (
                Delivery.objects.select_for_update(of=("self",), no_key=True)
                .select_related("event")
                .filter(pk=pk, state=Delivery.State.PENDING)
                .first()
            )
            if delivery is None:
                return False
            handler = handler_of(delivery.event.verb, delivery.subscriber)
            if handler is not None:  # a subscriber that no longer exists is owed nothing
                handler(delivery.event)
            Delivery.objects.filter(pk=pk).update(state=Delivery.State.DONE, done_at=Now(), last_error="")
            return True
    except Exception as error:
        _failed(pk, error)
        return False


def _failed(pk: int, error: Exception) -> None:
    logger.exception("delivery_failed", delivery=pk)
    if isinstance(error, OperationalError | InterfaceError):
        connection.close_if_unusable_or_obsolete()
    try:
        with transaction.atomic():
            delivery = Delivery.objects.select_for_update(no_key=True).get(pk=pk)
            if delivery.state != Delivery.State.PENDING:
                return
            pause = min(timedelta(seconds=2 ** (delivery.attempts + 1)), LONGEST_PAUSE)
            Delivery.objects.filter(pk=pk).update(
                state=Delivery.State.FAILED if delivery.attempts >= MOST_TRIES else Delivery.State.PENDING,
                not_before=Now() + pause,
                # never its text, which may quote a person
                last_error=f"{type(error).__module__}.{type(error).__qualname__}",
            )
    except Error:  # the database is away: the lease brings the reaction back
        connection.close()
