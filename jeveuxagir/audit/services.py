"""Recording what happened, and telling the subscribers, in the transaction of the fact."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection, models

from jeveuxagir.common.wake import wake

from .models import Delivery, Event

#: verb → {subscriber name: handler(event)}. Filled in AppConfig.ready().
_subscribers: dict[str, dict[str, Callable[[Event], None]]] = {}
#: model label → {follower name: function(keys)}. Filled in AppConfig.ready().
_followers: dict[str, dict[str, Callable[[list[str]], None]]] = {}


def subscribe(verb: str, name: str, handler: Callable[[Event], None]) -> None:
    """`handler(event)` runs in a Celery task, in its own transaction, and must be safe to run twice."""
    _subscribers.setdefault(verb, {})[name] = handler


def follow(model: str, name: str, noted: Callable[[list[str]], None]) -> None:
    """`noted(keys)` is told, in the transaction of the fact, that something happened to rows of this model.

    For what only needs to know which rows to look at again: it writes them down and leaves the work for later.
    """
    _followers.setdefault(model, {})[name] = noted


def _tell_followers(model: str, keys: list[str]) -> None:
    for noted in _followers.get(model, {}).values():
        noted(keys)


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
    _tell_followers(event.subject_type, [event.subject_id])
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
    if events:
        _tell_followers(events[0].subject_type, [event.subject_id for event in events])
    return events
