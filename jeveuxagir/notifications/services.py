"""Writing messages into the outbox, and what people want to receive."""

from datetime import datetime
from typing import Any

from django.db import connection, models, transaction

from jeveuxagir.common.wake import wake

from . import catalogue
from .links import stop_link
from .models import Message, Preference, Suppression
from .rendering import render


def send(
    kind: str,
    *,
    to: Any,
    dedupe_key: str,
    context: dict[str, Any],
    not_before: datetime | None = None,
) -> Message | None:
    """Owe one message to one recipient (a Person or a bare address), in the transaction of the fact.

    None when the person stopped this kind or has no address, or when this `dedupe_key` was already used.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a message is written in the transaction of its fact")
    declared = catalogue.get(kind)
    message = Message(kind=kind, dedupe_key=dedupe_key)
    if isinstance(to, str):
        message.address = to.strip()
        first_name, stop_url = str(context.get("first_name", "")), ""
    else:
        person = to.merged_into or to
        if not person.email or person.erased_at or not wants(person, declared):
            return None
        message.person = person
        first_name = person.first_name
        stop_url = stop_link(person.pk, kind) if declared.can_stop else ""
    rendered = render(declared.template, context, first_name=first_name, why=declared.why, stop_url=stop_url)
    message.subject, message.text, message.html = rendered.subject, rendered.text, rendered.html
    if not_before is not None:
        message.not_before = not_before
    Message.objects.bulk_create([message], ignore_conflicts=True)
    if not Message.objects.filter(pk=message.pk).exists():
        return None  # the same dedupe_key: this fact was already told
    wake("jeveuxagir.notifications.tasks.drain_outbox")
    return message


def wants(person: Any, kind: catalogue.Kind) -> bool:
    """Whether this person receives this kind: yes, unless they stopped one that can be."""
    if not kind.can_stop:
        return True
    return not Preference.objects.filter(person=person, kind=kind.code, wanted=False).exists()


@transaction.atomic
def set_preference(person_id: int, kind: str, *, wanted: bool) -> None:
    """Receive or stop one kind. Stopping also cancels what is waiting to be sent. Same result when repeated."""
    if not catalogue.get(kind).can_stop:
        return
    Preference.objects.bulk_create(
        [Preference(person_id=person_id, kind=kind, wanted=wanted)],
        update_conflicts=True,
        unique_fields=["person", "kind"],
        update_fields=["wanted", "updated_at"],
    )
    if not wanted:
        Message.objects.filter(person_id=person_id, kind=kind, state=Message.State.PENDING).update(
            state=Message.State.CANCELLED
        )


@transaction.atomic
def set_preferences(person_id: int, wanted: dict[str, bool]) -> None:
    """All choices of the page at once."""
    for kind, chosen in wanted.items():
        set_preference(person_id, kind, wanted=chosen)


def cancel(messages: "models.QuerySet[Message]") -> int:
    """Withdraw messages that were not taken in charge yet; returns how many."""
    return messages.filter(state=Message.State.PENDING).update(state=Message.State.CANCELLED)


def lift_suppression(address: str) -> None:
    """An address was confirmed again by its owner: it may receive mail."""
    Suppression.objects.filter(address__iexact=address).delete()
