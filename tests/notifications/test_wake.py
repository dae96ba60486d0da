"""Waking a worker is a courtesy: once a transaction, only after commit, and never in the way."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.db import transaction

from jeveuxagir.common import wake as waking
from jeveuxagir.common.wake import wake
from ops.services import Valkey

QUEUE = "jeveuxagir"
DRAIN = "jeveuxagir.notifications.tasks.drain_outbox"


@pytest.fixture
def broker(committed_db: None, valkey: Valkey, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setattr(waking, "_silent_until", 0.0)
    client = redis.Redis(unix_socket_path=str(valkey.socket), db=1)
    yield client
    client.close()


def test_many_messages_of_one_transaction_wake_once_and_after_commit(broker: Any) -> None:
    with transaction.atomic():
        for _ in range(5):
            wake(DRAIN)
        assert broker.llen(QUEUE) == 0
    assert broker.llen(QUEUE) == 1


def test_a_transaction_that_is_rolled_back_wakes_nobody(broker: Any) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012
        wake(DRAIN)
        raise ZeroDivisionError
    assert broker.llen(QUEUE) == 0


def test_a_wake_lost_with_its_savepoint_does_not_hide_the_next(broker: Any) -> None:
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012
            wake(DRAIN)
            raise ZeroDivisionError
        wake(DRAIN)
    assert broker.llen(QUEUE) == 1


def test_a_dead_broker_is_no_error_for_the_caller(broker: Any, valkey: Valkey) -> None:
    valkey.kill()
    try:
        with transaction.atomic():
            wake(DRAIN)
    finally:
        valkey.start()


def test_a_broker_that_hangs_is_asked_once_and_then_left_alone(
    broker: Any, valkey: Valkey, caplog: pytest.LogCaptureFixture
) -> None:
    assert valkey.process is not None
    os.kill(valkey.process.pid, signal.SIGSTOP)
    try:
        for _ in range(3):
            with transaction.atomic():
                wake(DRAIN)
    finally:
        os.kill(valkey.process.pid, signal.SIGCONT)
    assert sum("wake_failed" in record.getMessage() for record in caplog.records) == 1
