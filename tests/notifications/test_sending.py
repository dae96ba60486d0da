"""Owing a message: one row, in the transaction of the fact."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections, transaction
from django.utils import timezone

from jeveuxagir.accounts.models import Person
from jeveuxagir.notifications import services
from jeveuxagir.notifications.enums import Rhythm
from jeveuxagir.notifications.models import Message

CONTEXT = {"first_name": "Camille", "intro": "", "reasons": [], "url": "/"}


def test_a_message_is_rendered_when_its_fact_happens(person: Person, kind: Callable[..., Any]) -> None:
    kind()
    message = services.send("tests.news", to=person, dedupe_key="1", context=CONTEXT)
    assert message is not None
    message.refresh_from_db()
    assert (message.state, message.person, message.address) == ("pending", person, "")
    assert message.subject == "Une mission pour Camille"
    assert "/messages/arreter/" in message.text


def test_the_same_key_twice_is_one_message(person: Person, kind: Callable[..., Any]) -> None:
    kind()
    assert services.send("tests.news", to=person, dedupe_key="1", context=CONTEXT)
    assert services.send("tests.news", to=person, dedupe_key="1", context=CONTEXT) is None
    assert Message.objects.count() == 1


def test_two_at_once_with_the_same_key_are_one_message(committed_db: None, kind: Callable[..., Any]) -> None:
    import threading

    kind()
    results: list[Any] = []
    start = threading.Barrier(8)

    def fact() -> None:
        try:
            start.wait()
            with transaction.atomic():
                results.append(
                    services.send("tests.news", to="a@example.org", dedupe_key="1", context=CONTEXT)
                )
        finally:
            connections.close_all()

    threads = [threading.Thread(target=fact) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([result for result in results if result]) == 1
    assert len(results) == 8
    assert Message.objects.count() == 1


def test_a_fact_that_is_rolled_back_tells_nobody(committed_db: None, kind: Callable[..., Any]) -> None:
    kind()
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012
        services.send("tests.news", to="a@example.org", dedupe_key="1", context=CONTEXT)
        raise ZeroDivisionError
    assert not Message.objects.exists()


def test_a_message_outside_a_transaction_is_refused(committed_db: None, kind: Callable[..., Any]) -> None:
    kind()
    with pytest.raises(RuntimeError):
        services.send("tests.news", to="a@example.org", dedupe_key="1", context=CONTEXT)


@pytest.mark.django_db
def test_a_bare_address_gets_its_name_from_the_context_and_no_stop_link(kind: Callable[..., Any]) -> None:
    kind()
    message = services.send("tests.news", to="a@example.org", dedupe_key="1", context=CONTEXT)
    assert message is not None
    assert message.text.startswith("Bonjour Camille,")
    assert "arreter" not in message.text


def test_who_has_no_address_or_is_erased_is_owed_nothing(person: Person, kind: Callable[..., Any]) -> None:
    kind()
    managed = Person.objects.create(first_name="Paul")
    assert services.send("tests.news", to=managed, dedupe_key="1", context=CONTEXT) is None
    person.erased_at = timezone.now()
    person.save()
    assert services.send("tests.news", to=person, dedupe_key="2", context=CONTEXT) is None


def test_a_message_to_a_merged_person_goes_to_whom_they_are_now(
    person: Person, kind: Callable[..., Any]
) -> None:
    kind()
    old = Person.objects.create(first_name="Cam", email="old@example.org", merged_into=person)
    message = services.send("tests.news", to=old, dedupe_key="1", context=CONTEXT)
    assert message is not None
    assert message.person == person


def test_a_stopped_kind_is_not_written_and_what_waits_is_cancelled(
    person: Person, kind: Callable[..., Any]
) -> None:
    kind()
    later = timezone.now() + timedelta(days=1)
    waiting = services.send("tests.news", to=person, dedupe_key="1", context=CONTEXT, not_before=later)
    assert waiting is not None
    services.set_preference(person.pk, "tests.news", rhythm=Rhythm.NEVER)
    services.set_preference(person.pk, "tests.news", rhythm=Rhythm.NEVER)
    waiting.refresh_from_db()
    assert waiting.state == "cancelled"
    assert services.send("tests.news", to=person, dedupe_key="2", context=CONTEXT) is None
    services.resume(person.pk, "tests.news")
    assert services.send("tests.news", to=person, dedupe_key="3", context=CONTEXT)


def test_a_kind_that_cannot_be_stopped_is_always_sent(person: Person, kind: Callable[..., Any]) -> None:
    kind(can_stop=False)
    services.set_preference(person.pk, "tests.news", rhythm=Rhythm.NEVER)
    message = services.send("tests.news", to=person, dedupe_key="1", context=CONTEXT)
    assert message is not None
    assert "arreter" not in message.text
