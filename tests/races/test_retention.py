"""The nightly erasure takes its locks in everybody’s order: it never waits for somebody who waits for it."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connections, transaction

from jeveuxagir.accounts import retention
from jeveuxagir.common.clock import now
from jeveuxagir.common.locks import lock
from missions.models import Slot
from missions.participations.models import Participation
from tests.factories import make_participation


@pytest.fixture(autouse=True)
def _nothing_is_broken_afterwards(committed_db: None) -> Iterator[None]:
    from jeveuxagir.audit.invariants import broken

    yield
    assert broken() == {}


def test_an_old_application_goes_while_its_organisation_reads_the_slot() -> None:
    row = make_participation(state="realised")
    old = now() - timedelta(days=400)
    Participation.objects.filter(pk=row.pk).update(state_changed_at=old)
    report: dict[str, object] = {}

    def night() -> None:
        try:
            report.update(retention.run())
        finally:
            connections.close_all()

    worker = threading.Thread(target=night)
    with transaction.atomic():
        lock(Slot.objects.all(), pk=row.slot_id)
        worker.start()
        worker.join(timeout=1.5)  # it waits for the slot, within its lock_timeout
        lock(Participation.objects.all(), pk=row.pk)  # would be a deadlock if it held the application
    worker.join(timeout=30)
    assert report["failed"] == []
    assert not Participation.objects.filter(pk=row.pk).exists()
    assert Slot.objects.get(pk=row.slot_id).taken == 0
