"""What subscribers owe to an event happens once, whatever dies or fails meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connections, transaction
from django.db.models.functions import Now

from jeveuxagir.accounts.models import Person
from jeveuxagir.audit import deliveries, services
from jeveuxagir.audit.models import Delivery, Event

Handler = Callable[[Event], None]


@pytest.fixture
def subscribe(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Handler], None]:
    monkeypatch.setattr(services, "_subscribers", {})
    return lambda name, handler: services.subscribe("person.greeted", name, handler)


def greet() -> Event:
    with transaction.atomic():
        person = Person.objects.create(first_name="Camille")
        return services.record("person.greeted", person, word="bonjour")


def rename(event: Event) -> None:
    person = Person.objects.select_for_update().get(pk=event.subject_id)
    person.last_name += "x"
    person.save()


def test_each_subscriber_reacts_once(committed_db: None, subscribe: Callable[..., None]) -> None:
    subscribe("one", rename)
    subscribe("two", rename)
    greet()
    assert deliveries.deliver() == 2
    assert deliveries.deliver() == 0
    assert Person.objects.get().last_name == "xx"


def test_a_fact_that_is_rolled_back_has_no_event_and_no_reaction(
    committed_db: None, subscribe: Callable[..., None]
) -> None:
    subscribe("one", rename)
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012
        greet()
        raise ZeroDivisionError
    assert not Event.objects.exists()
    assert not Delivery.objects.exists()


def test_a_reaction_that_fails_leaves_nothing_and_comes_back_later(
    committed_db: None, subscribe: Callable[..., None]
) -> None:
    def fail_once(event: Event) -> None:
        rename(event)
        if not tries:
            tries.append(1)
            raise ZeroDivisionError("secret of Camille")

    tries: list[int] = []
    subscribe("one", fail_once)
    greet()
    assert deliveries.deliver() == 0
    waiting = Delivery.objects.get()
    assert (waiting.state, waiting.attempts, waiting.last_error) == (
        "pending",
        1,
        "builtins.ZeroDivisionError",
    )
    assert Person.objects.get().last_name == ""
    assert deliveries.deliver() == 0  # not yet
    Delivery.objects.update(not_before=Now())
    assert deliveries.deliver() == 1
    assert Person.objects.get().last_name == "x"


def test_a_reaction_that_never_works_is_given_up_and_does_not_hold_the_others(
    committed_db: None, subscribe: Callable[..., None]
) -> None:
    def fail(event: Event) -> None:
        raise ZeroDivisionError

    subscribe("bad", fail)
    subscribe("good", rename)
    greet()
    for _ in range(deliveries.MOST_TRIES):
        deliveries.deliver()
        Delivery.objects.filter(state="pending").update(not_before=Now())
    assert dict(Delivery.objects.values_list("subscriber", "state")) == {"bad": "failed", "good": "done"}


def test_four_workers_at_once_run_each_reaction_once(
    committed_db: None, subscribe: Callable[..., None]
) -> None:
    subscribe("one", rename)
    for _ in range(40):
        greet()

    def worker() -> None:
        try:
            deliveries.deliver()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(Person.objects.values_list("last_name", flat=True)) == {"x"}
    assert set(Delivery.objects.values_list("state", "attempts")) == {("done", 1)}


def test_a_database_lost_in_a_reaction_brings_it_back(
    committed_db: None, subscribe: Callable[..., None]
) -> None:
    from django.db import connection

    def lose(event: Event) -> None:
        if not tries:
            tries.append(1)
            other = connection.copy()
            with other.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid]
                )
            other.close()
        rename(event)

    tries: list[int] = []
    subscribe("one", lose)
    greet()
    try:
        assert deliveries.deliver() == 0
    except OperationalError:
        connections.close_all()
    Delivery.objects.update(not_before=Now() - timedelta(seconds=1))
    assert deliveries.deliver() == 1
    assert Person.objects.get().last_name == "x"


@pytest.mark.django_db
def test_an_event_cannot_be_changed_or_deleted() -> None:
    from django.db.utils import InternalError, ProgrammingError

    event = greet()
    for change in (lambda: Event.objects.update(verb="x"), event.delete):
        with (
            pytest.raises((InternalError, ProgrammingError, Exception), match="append-only"),
            transaction.atomic(),
        ):
            change()


def test_an_event_outside_a_transaction_is_refused(committed_db: None) -> None:
    person = Person.objects.create(first_name="Camille")
    with pytest.raises(RuntimeError):
        services.record("person.greeted", person)


@pytest.mark.django_db
def test_erasing_a_person_forgets_who_acted_and_keeps_the_fact() -> None:
    from jeveuxagir.accounts.models import User
    from jeveuxagir.common.registries import personal_data

    person = Person.objects.create(first_name="Camille", email="camille@example.org")
    user = User.objects.create_user(person.email, person=person)
    services.record("person.greeted", person, actor=user)
    registered: Any = personal_data["audit.Event"]
    assert [registered.export(row)["Fait"] for row in registered.rows(person)] == ["person.greeted"]
    registered.erase(person)
    assert Event.objects.get().actor is None
