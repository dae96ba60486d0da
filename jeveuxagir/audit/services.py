"""Recording what happened, and telling the subscribers, in the transaction of the fact."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection, models

from jeveuxagir.common.wake import wake

from .models import Delivery, Event

#: verb → {subscriber name: handler(event)}. Filled in AppConfig.ready().
_subscribers: dict[str, dict[str, Callable[[Event], None]]] = {}


def subscribe(verb: str, name: str, handler: Callable[[Event], None]) -> None:
    """`handler(event)` runs in a Celery task, in its own transaction, and must be safe to run twice."""
    _subscribers.setdefault(verb, {})[name] = handler


def handler_of(verb: str, name: str) -> Callable[[Event], None] | None:
    return _subscribers.get(verb, {}).get(name)


def record(verb: str, subject: models.Model, *, actor: Any = None, **data: Any) -> Event:
    """Write the event of a fact. Must be called inside the transaction of the fact."""
    if not connection.in_atomic_block:
        raise RuntimeError("an event is recorded in the transaction of its fact")
    event = Event.objects.create(
        verb=verb,
        actor=actor if getattr(actor, "pk", None) else None,
        subject_type=subject._meta.label,
        subject_id=str(subject.pk),
        data=data,
    )
    names = _subscribers.get(verb)
    if names:
        Delivery.objects.bulk_create([Delivery(event=event, subscriber=name) for name in names])
        wake("jeveuxagir.audit.tasks.deliver_events")
    return event


def record_many(
    verb: str, subjects: Iterable[models.Model], *, actor: Any = None, **data: Any
) -> list[Event]:
    """The same fact of many objects at once, as an import writes it."""
    if not connection.in_atomic_block:
        raise RuntimeError("an event is recorded in the transaction of its fact")
    actor = actor if getattr(actor, "pk", None) else None
    events = Event.objects.bulk_create(
        Event(verb=verb, actor=actor, subject_type=row._meta.label, subject_id=str(row.pk), data=data)
        for row in subjects
    )
    names = _subscribers.get(verb)
    if names and events:
        Delivery.objects.bulk_create(
            Delivery(event=event, subscriber=name) for event in events for name in names
        )
        wake("jeveuxagir.audit.tasks.deliver_events")
    return events
