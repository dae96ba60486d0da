"""The health pages say which part fails."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from jeveuxagir.audit.models import Canary
from jeveuxagir.celery import app
from jeveuxagir.notifications.models import Message
from jeveuxagir.web import canary
from ops.services import Valkey
from tests.factories import make_person


def test_liveness_asks_nothing_of_the_database(client: Client) -> None:
    assert client.get("/sante/").content == b"ok\n"


@pytest.mark.django_db
def test_a_served_canary_and_a_living_broker_are_ready(client: Client, valkey: Valkey) -> None:
    canary.serve()
    answer = client.get("/sante/pret")
    assert answer.status_code == 200, answer.json()
    assert all(check["ok"] for check in answer.json()["checks"].values())


@pytest.mark.django_db
def test_a_canary_of_three_minutes_is_not_ready(client: Client, valkey: Valkey) -> None:
    canary.serve()
    Canary.objects.update(served_at=timezone.now() - timedelta(minutes=3, seconds=1))
    answer = client.get("/sante/pret")
    assert answer.status_code == 503
    assert [name for name, check in answer.json()["checks"].items() if not check["ok"]] == ["canary"]


@pytest.mark.django_db
def test_a_message_due_for_long_is_not_ready_and_its_address_is_not_shown(
    client: Client, valkey: Valkey
) -> None:
    canary.serve()
    Message.objects.create(
        kind="test",
        address="camille@example.org",
        dedupe_key="1",
        subject="s",
        text="t",
        not_before=timezone.now() - timedelta(minutes=16),
    )
    answer = client.get("/sante/pret")
    assert answer.status_code == 503
    assert not answer.json()["checks"]["oldest_unsent_message"]["ok"]
    assert "camille" not in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(("hours", "status"), [(35, 200), (37, 503)])
def test_what_waits_for_the_morning_s_mail_is_late_only_once_nobody_gathers_it(
    client: Client, valkey: Valkey, hours: int, status: int
) -> None:
    canary.serve()
    Message.objects.create(
        kind="test",
        person=make_person(),
        dedupe_key="1",
        subject="s",
        text="t",
        state=Message.State.GROUPED,
        not_before=timezone.now() - timedelta(hours=hours),
    )
    assert client.get("/sante/pret").status_code == status


@pytest.mark.django_db
def test_a_missing_broker_is_not_ready(client: Client, valkey: Valkey) -> None:
    canary.serve()
    valkey.kill()
    try:
        answer = client.get("/sante/pret")
    finally:
        valkey.start()
    assert answer.status_code == 503
    assert not answer.json()["checks"]["broker"]["ok"]


@pytest.mark.django_db
def test_a_missing_migration_is_not_ready(client: Client, valkey: Valkey) -> None:
    canary.serve()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'audit'")
    answer = client.get("/sante/pret")
    assert answer.status_code == 503
    assert not answer.json()["checks"]["migrations"]["ok"]


def test_beat_sends_the_canary() -> None:
    app.loader.import_default_modules()
    assert "jeveuxagir.web.tasks.serve_canary" in app.conf.beat_schedule
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= app.tasks.keys()
