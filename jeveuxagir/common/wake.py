"""Waking a worker after commit. Rows say what is due; a sweep finds what a lost wake missed."""

import time

import structlog
from celery import current_app
from django.db import connection, transaction

logger = structlog.get_logger(__name__)

#: A broker that hangs makes nobody wait again for this long; the sweep does the work meanwhile.
PAUSE = 30.0
SLOW = 1.0
EXPIRES = 120
_silent_until = 0.0


def wake(task: str) -> None:
    """Send the task of this name (no arguments) after commit, once a transaction, never in the way of the caller.

    By name, so that services need not import the tasks that call them.
    """
    call = _Call(task)
    if connection.in_atomic_block:
        here = set(connection.savepoint_ids)
        if any(waiting == call and sids == here for sids, waiting, *_ in connection.run_on_commit):
            return
    transaction.on_commit(call, robust=True)


class _Call:
    def __init__(self, task: str) -> None:
        self.task = task

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Call) and other.task == self.task

    def __hash__(self) -> int:
        return hash(self.task)

    def __call__(self) -> None:
        global _silent_until
        begun = time.monotonic()
        if begun < _silent_until:
            return
        try:
            current_app.send_task(self.task, retry=False, expires=EXPIRES, ignore_result=True)
        except Exception:  # whatever the client raises: the fact is committed, the sweep will come
            logger.warning("wake_failed", task=self.task, seconds=round(time.monotonic() - begun, 1))
            if time.monotonic() - begun > SLOW:
                _silent_until = time.monotonic() + PAUSE
