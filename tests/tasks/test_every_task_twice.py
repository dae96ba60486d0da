"""Any task may run twice: the broker says so after a lost connection, and beat after a restart."""

from __future__ import annotations

import datetime
import inspect
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from alliances.introductions.models import Introduction
from jeveuxagir.accounts.models import UnconfirmedContact
from jeveuxagir.audit import services as audit
from jeveuxagir.celery import app
from jeveuxagir.notifications.models import Message
from missions.models import Mission
from missions.participations.models import Departure
from tests import factories
from tests.support.mail import SmtpSink
from volunteers.requests.models import EngagementRequest

PACKAGES = ("jeveuxagir.", "organisations.", "volunteers.", "missions.", "alliances.", "brigades.")
#: How to call a task that takes arguments: task name → function that gives them.
ARGUMENTS: dict[str, Callable[[], tuple[Any, ...]]] = {}
#: Rows that say when something ran, not what it did.
CLOCKS = {"audit_jobrun", "audit_canary"}


def ours() -> list[str]:
    app.loader.import_default_modules()
    return sorted(name for name in app.tasks if name.startswith(PACKAGES))


@pytest.fixture
def world(committed_db: None, smtp_sink: SmtpSink) -> None:
    """Something to do for every clock: late, due, expired and waiting rows."""
    long_ago = timezone.now() - datetime.timedelta(days=100)
    factories.make_alliance(last_acted_at=long_ago, cadence_days=30)
    factories.make_alliance(last_acted_at=long_ago, animator_warned_at=long_ago)
    steered = factories.make_alliance()
    factories.make_decision(steered, closes_at=long_ago)
    factories.make_task(steered, due_on=long_ago.date())
    factories.make_round(steered, due_on=long_ago.date())
    factories.make_pledge(until=long_ago.date())
    factories.make_skill_need(deadline=long_ago.date())
    factories.make_skill_need(deadline=long_ago.date(), reminded_on=long_ago.date())
    factories.make_offer(opened_days_ago=3.5)
    factories.make_introduction(expires_at=long_ago)
    factories.make_introduction(accepted=True)
    factories.make_resource(link="https://10.0.0.1/", failures=1)
    factories.make_example(published_at=timezone.now() - datetime.timedelta(days=400))
    Introduction.objects.filter(state="accepted").update(accepted_at=long_ago)
    contact = UnconfirmedContact.objects.create(
        email="inconnu@exemple.fr", first_name="Sam", token_hash="0" * 64, expires_at=long_ago
    )
    soon = factories.make_event(in_days=0.5)
    factories.make_registration(soon)
    factories.make_registration(soon, person=None, contact=contact, state="to_confirm")
    factories.make_event(in_days=-2)
    mission = factories.make_mission()
    factories.make_participation(contact=contact, mission=mission)
    factories.make_participation(mission=mission)
    factories.make_mission(title="Passée", slots=0)
    past = factories.make_mission(title="Finie", slots=0)
    factories.make_slot(past, in_days=-3)
    Mission.objects.filter(pk=past.pk).update(last_date=timezone.localdate() - datetime.timedelta(days=3))
    factories.make_person(age=17, guardian="to_send")
    for days in (8, 31, 84, 95):
        request = factories.make_request()
        then = timezone.now() - datetime.timedelta(days=days)
        EngagementRequest.objects.filter(pk=request.pk).update(
            without_proposal_since=then, confirmed_at=then, alive_at=then
        )
    factories.make_proposal(expires_at=long_ago)
    factories.make_proposal()
    imported = factories.make_mission(imported=True)
    departure = Departure.objects.create(mission=imported, person=factories.make_person())
    Departure.objects.filter(pk=departure.pk).update(created_at=timezone.now() - datetime.timedelta(days=8))
    for verb in ("mission.published", "request.confirmed", "organisation.suspended"):
        with transaction.atomic():
            subject = {"mission": mission, "request": request, "organisation": mission.organisation}
            audit.record(verb, subject[verb.split(".")[0]])
    old = Message.objects.create(
        kind="k",
        address="a@exemple.fr",
        dedupe_key="old",
        subject="s",
        text="t",
        state="sent",
        sent_at=long_ago,
    )
    Message.objects.filter(pk=old.pk).update(created_at=long_ago)
    Message.objects.create(kind="k", address="a@exemple.fr", dedupe_key="new", subject="s", text="t")


def snapshot() -> dict[str, list[str]]:
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor)) - CLOCKS
        found = {}
        for table in sorted(tables):
            if not table.startswith(("territories_", "taxonomies_", "django_", "auth_")):
                cursor.execute(f"SELECT t::text FROM {connection.ops.quote_name(table)} t ORDER BY 1")  # noqa: S608
                found[table] = [row for (row,) in cursor.fetchall()]
        return found


def call(name: str) -> None:
    task = app.tasks[name]
    required = [
        parameter
        for parameter in inspect.signature(task.run).parameters.values()
        if parameter.default is parameter.empty and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    ]
    assert not required or name in ARGUMENTS, f"say in ARGUMENTS how to call {name}"
    task.run(*ARGUMENTS[name]() if required else ())


def test_every_registered_task_does_nothing_the_second_time(world: None, smtp_sink: SmtpSink) -> None:
    names = ours()
    assert "jeveuxagir.notifications.tasks.drain_outbox" in names
    for _ in range(2):  # the second round takes up what the first one owed
        for name in names:
            call(name)
            once, mails = snapshot(), len(smtp_sink.received)
            call(name)
            twice = snapshot()
            assert twice == once, f"{name} changed {[table for table in once if once[table] != twice[table]]}"
            assert len(smtp_sink.received) == mails, f"{name} sent again"
    assert not Message.objects.filter(state="pending", not_before__lte=timezone.now()).exists()
    assert not Message.objects.filter(text="", state="pending").exists()
