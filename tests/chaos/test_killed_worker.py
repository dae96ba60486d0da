"""A worker is killed in the middle of what the library, the events and the index do: nothing is lost, nothing twice."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from alliances.events import registering
from alliances.library import editing
from alliances.library import tasks as library
from alliances.library.models import Resource
from jeveuxagir.audit import tasks as audit
from jeveuxagir.audit.models import Delivery
from jeveuxagir.common.clock import now
from jeveuxagir.findable import services as index
from jeveuxagir.findable import tasks as findable
from jeveuxagir.findable.models import Entry, Stale
from jeveuxagir.notifications.models import Message
from organisations import services as organisations
from tests import factories as f
from tests.support.hostile_server import Server, status
from tests.support.processes import CeleryWorker, database_url

pytestmark = [pytest.mark.xdist_group("chaos"), pytest.mark.proof]


@pytest.fixture
def worker(committed_db: None, valkey: Any, service_directory: Path) -> Iterator[Callable[..., CeleryWorker]]:
    """Gives a worker that is started; each call, another one."""
    made: list[CeleryWorker] = []

    def start(**env: str) -> CeleryWorker:
        made.append(CeleryWorker(service_directory, broker_url=valkey.broker_url, env=env))
        return made[-1].start()

    yield start
    for one in made:
        one.kill()


def until(true: Callable[[], Any], *, again: Callable[[], Any] = lambda: None) -> None:
    """Wait for it, asking `again` each second: a killed worker's session lingers a moment."""
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "it never came"
        again()
        time.sleep(0.2)


@contextmanager
def held(table: str, pk: int) -> Iterator[None]:
    """Somebody else holds this row: whoever wants it waits."""
    with psycopg.connect(database_url()) as other:
        other.execute(f"SELECT 1 FROM {table} WHERE id = %s FOR UPDATE", [pk])  # noqa: S608 (our own tables)
        yield
        other.rollback()


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock')"
        )
        return bool(cursor.fetchone()[0])


def test_killed_while_a_link_answers_its_failure_is_counted_once(
    worker: Callable[..., CeleryWorker],
) -> None:
    with Server().running() as server:
        tool = f.make_resource(link=server.serve("/outil", server.drip()))
        first = worker(LOOPBACK_PORTS=str(server.port))
        library.check_links.delay()
        until(lambda: server.asked)
        first.kill()
        tool.refresh_from_db()
        assert (tool.failures, tool.checked_at) == (0, None)
        server.serve("/outil", status(404))
        worker(LOOPBACK_PORTS=str(server.port))
        library.check_links.delay()
        until(lambda: Resource.objects.exclude(checked_at=None).exists())
        library.check_links.delay()
        time.sleep(1)
        tool.refresh_from_db()
        assert (tool.failures, tool.dead_since) == (1, None)


def test_killed_while_a_freed_place_is_given_it_is_given_and_told_once(
    worker: Callable[..., CeleryWorker],
) -> None:
    event = f.make_event(capacity=1)
    here, waits = (
        registering.register(event=event, person=f.make_person(), how="on_site", wait=True, actor=None)
        for _ in range(2)
    )
    staff = f.make_staff()
    first = worker()
    organisations.suspend(event.organisation, actor=staff, reason="Une plainte.")
    until(lambda: Message.objects.filter(kind="events.paused").count() == 2, again=audit.deliver_events.delay)
    registering.cancel(here, actor=None)
    with held("events_registration", waits.pk):
        organisations.lift(event.organisation, actor=staff)
        audit.deliver_events.delay()
        until(somebody_waits)
        first.kill()
    waits.refresh_from_db()
    assert waits.state == "waiting"
    assert not Message.objects.filter(kind="events.resumed").exists()
    worker()
    due = Delivery.objects.filter(state=Delivery.State.PENDING)
    due.update(not_before=now() - datetime.timedelta(seconds=1))
    until(lambda: not due.exists(), again=audit.deliver_events.delay)
    waits.refresh_from_db()
    assert waits.state == "registered"
    for kind in ("resumed", "promoted"):
        assert [mail.person for mail in Message.objects.filter(kind=f"events.{kind}")] == [waits.person]


def test_killed_while_the_index_is_written_it_is_written_later(worker: Callable[..., CeleryWorker]) -> None:
    method = f.make_method(title="Le tour de table")
    index.rebuild("method")
    entry = Entry.objects.get(kind="method")
    first = worker()
    with held("findable_entry", entry.pk):
        editing.apply_edit(method, actor=None, diff={"title": {"label": "titre", "value": "Le grand tour"}})
        findable.refresh.delay()
        until(somebody_waits)
        first.kill()
        assert Stale.objects.filter(kind="method").exists()
        assert Entry.objects.get(kind="method").title == "Le tour de table"
    worker()
    until(lambda: not Stale.objects.exists(), again=findable.refresh.delay)
    assert Entry.objects.get(kind="method").title == "Le grand tour"
