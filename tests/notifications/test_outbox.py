"""The sender: what each answer of the relay, and each death, leaves behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections, transaction
from django.db.models.functions import Now

from jeveuxagir.accounts.models import Person
from jeveuxagir.audit import deliveries
from jeveuxagir.audit.models import Event
from jeveuxagir.notifications import catalogue, outbox, relay, services
from jeveuxagir.notifications.models import Message, Suppression
from tests.support.mail import SmtpSink
from tests.support.relay import UnreliableRelay


@pytest.fixture
def unreliable(committed_db: None, tmp_path: Path, settings: Any) -> Iterator[UnreliableRelay]:
    server = UnreliableRelay(tmp_path / "journal").start()
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.OUTBOX_PAUSE = "127.0.0.1", server.port, 0.001
    yield server
    server.stop()


def owe(count: int = 1, **columns: Any) -> list[Message]:
    rows = [
        Message(
            **{
                "kind": "tests.news",
                "address": f"p{number}@example.org",
                "dedupe_key": f"{number}",
                "subject": "Sujet",
                "text": "Texte\n",
                **columns,
            }
        )
        for number in range(count)
    ]
    return Message.objects.bulk_create(rows)


def state_of(message: Message) -> str:
    message.refresh_from_db()
    return message.state


def drain_until_idle() -> None:
    for _ in range(50):
        outbox.drain()
        if not Message.objects.filter(state__in=["pending", "claimed", "sending"]).exists():
            return
        Message.objects.filter(state="pending").update(not_before=Now())
    raise AssertionError("still something to send")


def test_a_message_reaches_the_person_with_its_fixed_id(
    committed_db: None, smtp_sink: SmtpSink, kind: Callable[..., Any]
) -> None:
    kind()
    person = Person.objects.create(first_name="Camille", email="camille@example.org")
    with transaction.atomic():
        message = services.send(
            "tests.news",
            to=person,
            dedupe_key="1",
            context={"first_name": "C", "intro": "Élan", "reasons": ["À 4 km"], "url": "/"},
        )
    assert message is not None
    assert outbox.drain().sent == 1
    (received,) = smtp_sink.to("camille@example.org")
    assert received.message_id == message.message_id
    assert received.sender == "ne-pas-repondre@jeveuxagir.example"
    assert "À 4 km" in received.text
    assert "À 4 km" in received.html
    assert received.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    message.refresh_from_db()
    assert (message.state, message.owner, message.attempts) == ("sent", "", 1)
    assert message.sent_at is not None
    assert outbox.drain().sent == 0


def test_a_drain_speaks_through_one_connection(unreliable: UnreliableRelay) -> None:
    owe(50)
    assert outbox.drain().sent == 50
    assert unreliable.connections == 1


def test_a_message_for_later_waits(unreliable: UnreliableRelay) -> None:
    (message,) = owe(not_before=Now() + timedelta(hours=1))
    outbox.drain()
    assert state_of(message) == "pending"


@pytest.mark.parametrize("code", ["421", "450", "451", "452"])
def test_a_transient_refusal_is_tried_again_later(
    unreliable: UnreliableRelay, settings: Any, code: str
) -> None:
    settings.OUTBOX_PAUSE = 60
    message, other = owe(2)
    unreliable.misbehave(code)
    outbox.drain()
    assert sorted([state_of(message), state_of(other)]) == ["pending", "sent"]
    waiting = Message.objects.get(state="pending")
    assert waiting.not_before > waiting.created_at + timedelta(seconds=30)
    assert waiting.last_error.startswith(code)
    assert waiting.sending_at is None  # the outcome is known: nothing is in doubt


@pytest.mark.parametrize("code", ["550", "551", "553", "554"])
def test_a_final_refusal_fails_and_the_address_is_not_written_to_again(
    unreliable: UnreliableRelay, code: str
) -> None:
    (message,) = owe(address="Gone@example.org")
    unreliable.misbehave(code)
    outbox.drain()
    assert state_of(message) == "failed"
    assert "@" not in message.last_error
    assert Suppression.objects.get().address == "gone@example.org"
    (again,) = owe(address="gone@example.org", dedupe_key="again")
    outbox.drain()
    assert state_of(again) == "failed"
    assert not unreliable.accepted()
    services.lift_suppression("GONE@example.org")
    owe(address="gone@example.org", dedupe_key="confirmed again")
    assert outbox.drain().sent == 1


def test_a_refused_address_may_still_be_asked_to_confirm_itself(
    unreliable: UnreliableRelay, kind: Callable[..., Any]
) -> None:
    kind("tests.confirm", confirms=True)
    Suppression.objects.create(address="back@example.org", reason="550")
    news, confirm = owe(2, address="Back@example.org")
    Message.objects.filter(pk=confirm.pk).update(kind="tests.confirm")
    outbox.drain()
    assert (state_of(news), state_of(confirm)) == ("failed", "sent")


def test_a_message_that_never_passes_fails_in_the_end_and_holds_up_nobody(
    unreliable: UnreliableRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = owe(2)
    composed = outbox.compose

    def broken(message: Message, address: str) -> Any:
        if message.pk == bad.pk:
            raise KeyError("a fault of ours")
        return composed(message, address)

    monkeypatch.setattr(outbox, "compose", broken)
    outbox.drain()
    assert (state_of(bad), state_of(good)) == ("pending", "sent")
    Message.objects.filter(pk=bad.pk).update(attempts=outbox.MOST_TRIES)
    drain_until_idle()
    assert state_of(bad) == "failed"


def test_a_relay_that_is_away_makes_all_wait_and_counts_no_try(
    committed_db: None, settings: Any, unused_port: int
) -> None:
    settings.EMAIL_PORT = unused_port
    owe(30)
    outbox.drain()
    assert set(Message.objects.values_list("state", "attempts", "owner")) == {("pending", 0, "")}


@pytest.mark.parametrize(("fault", "times"), [("drop_before", 1), ("drop_after", 2)])
def test_a_connection_lost_before_the_answer_leaves_a_doubt_and_the_message_goes_again_with_its_id(
    unreliable: UnreliableRelay, fault: str, times: int
) -> None:
    (message,) = owe()
    unreliable.misbehave(fault)
    report = outbox.drain()
    drain_until_idle()
    assert unreliable.accepted() == [message.message_id] * times
    assert report.in_doubt == 1
    message.refresh_from_db()
    assert message.last_error == "in doubt, then sent again"


def test_a_relay_that_can_be_asked_is_asked_and_nothing_goes_twice(
    unreliable: UnreliableRelay, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OUTBOX_RELAY = "tests.support.relay.JournalRelay"
    monkeypatch.setenv("RELAY_JOURNAL", str(unreliable.journal))
    messages = owe(4)
    unreliable.misbehave("drop_after", "drop_before", "drop_after")
    drain_until_idle()
    assert sorted(unreliable.accepted()) == sorted(message.message_id for message in messages)
    assert Message.objects.filter(last_error="in doubt, then found at the relay").count() == 2


def test_a_relay_that_hangs_is_left_after_the_time_out(
    unreliable: UnreliableRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "TIMEOUT", 0.3)
    (message,) = owe()
    unreliable.misbehave("hang_after")
    assert outbox.drain().in_doubt == 1
    drain_until_idle()
    assert state_of(message) == "sent"


def test_what_a_dead_sender_held_comes_back_when_its_lease_is_over(unreliable: UnreliableRelay) -> None:
    held = {"owner": "dead", "lease_until": Now() + timedelta(minutes=1)}
    claimed, sending = owe(2)
    Message.objects.filter(pk=claimed.pk).update(state="claimed", **held)
    Message.objects.filter(pk=sending.pk).update(state="sending", sending_at=Now(), **held)
    outbox.drain()
    assert (state_of(claimed), state_of(sending)) == ("claimed", "sending")
    Message.objects.update(lease_until=Now() - timedelta(seconds=1))
    outbox.drain()
    assert (state_of(claimed), state_of(sending)) == ("sent", "sent")
    assert (claimed.last_error, sending.last_error) == ("", "in doubt, then sent again")


def test_a_row_that_is_being_spoken_for_is_not_rescued_though_its_lease_is_over(
    unreliable: UnreliableRelay,
) -> None:
    (message,) = owe(
        state="sending", owner="slow", lease_until=Now() - timedelta(seconds=1), sending_at=Now()
    )
    spoken, go = threading.Event(), threading.Event()

    def slow_sender() -> None:
        try:
            with transaction.atomic():
                Message.objects.select_for_update(no_key=True).get(pk=message.pk)
                spoken.set()
                go.wait(20)
        finally:
            connections.close_all()

    thread = threading.Thread(target=slow_sender)
    thread.start()
    spoken.wait(20)
    assert outbox.rescue() == 0
    go.set()
    thread.join()
    assert outbox.rescue() == 1


def test_a_sender_whose_claim_was_given_to_another_does_not_speak(unreliable: UnreliableRelay) -> None:
    (message,) = owe()
    ((pk, doubtful),) = outbox.claim("first")
    Message.objects.update(lease_until=Now() - timedelta(seconds=1))
    outbox.rescue()
    outbox.claim("second")
    outbox._send_one(relay.SmtpRelay(), pk, "first", doubtful, outbox.Report())
    assert unreliable.accepted() == []
    assert state_of(message) == "claimed"


def test_four_senders_at_once_send_each_message_once(unreliable: UnreliableRelay) -> None:
    messages = owe(200)

    def sender() -> None:
        try:
            outbox.drain()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=sender) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(unreliable.accepted()) == sorted(message.message_id for message in messages)


def test_a_database_that_restarts_after_the_250_does_not_make_a_repeat(
    unreliable: UnreliableRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The session is ended by the server between the relay's answer and our write."""
    (message,) = owe()
    spoken = relay.SmtpRelay.send

    def then_lose_the_session(self: Any, *args: Any) -> None:
        from django.db import connection

        spoken(self, *args)
        pid = connection.connection.info.backend_pid
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        other.close()

    monkeypatch.setattr(relay.SmtpRelay, "send", then_lose_the_session)
    outbox.drain()
    monkeypatch.undo()
    assert state_of(message) == "sent"
    assert unreliable.accepted() == [message.message_id]


def test_the_hooks_run_in_the_commit_that_says_sent_and_not_before(
    unreliable: UnreliableRelay, kind: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "_on_sent", {})
    told: list[str] = []
    kind(on_sent=lambda message: told.append(f"own {message.state}"))
    catalogue.on_sent("tests.news", lambda message: told.append("other"))
    unreliable.misbehave("451")
    owe()
    outbox.drain(seconds=0)
    assert told == []
    drain_until_idle()
    assert told == ["own sent", "other"]


def test_a_hook_that_fails_is_tried_again_and_the_message_stays_sent(
    unreliable: UnreliableRelay, kind: Callable[..., Any]
) -> None:
    tries: list[int] = []

    def hook(message: Message) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise ZeroDivisionError

    kind(on_sent=hook)
    (message,) = owe()
    outbox.drain()
    assert state_of(message) == "sent"
    assert Event.objects.get().verb == "message.sent"
    assert deliveries.deliver() == 1
    assert len(tries) == 2


def test_an_address_that_smtp_cannot_say_fails_alone(unreliable: UnreliableRelay) -> None:
    bad, good = owe(2)
    Message.objects.filter(pk=bad.pk).update(address="jérôme@example.org")
    outbox.drain()
    assert (state_of(bad), state_of(good)) == ("failed", "sent")


@pytest.fixture
def unused_port() -> int:
    from ops.services import free_port

    return free_port()


def test_no_more_messages_are_taken_than_the_relay_accepts_in_a_minute(
    unreliable: UnreliableRelay, settings: Any
) -> None:
    settings.OUTBOX_PER_MINUTE = 5
    owe(12)
    for _ in range(3):
        outbox.drain()
    assert Message.objects.filter(state="sent").count() == 5
    assert Message.objects.filter(state="pending").count() == 7
    Message.objects.filter(state="sent").update(sending_at=Now() - timedelta(minutes=2))
    outbox.drain()
    assert Message.objects.filter(state="sent").count() == 10
