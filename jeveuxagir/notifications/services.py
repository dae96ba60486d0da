"""Writing messages into the outbox, and what people want to receive."""

from datetime import datetime
from typing import Any

from django.db import connection, models, transaction

from jeveuxagir.common.wake import wake

from . import catalogue, selectors
from .catalogue import DIGEST
from .enums import Rhythm
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
    calendar: bytes = b"",
) -> Message | None:
    """Owe one message to one recipient (a Person or a bare address), in the transaction of the fact.

    It goes at once, or waits for the digest of whoever chose so (state `grouped`).
    `calendar`: a calendar file to attach (ui/calendar.py); a line of the digest goes without it.
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
        rhythm = rhythm_of(person, declared)
        if not person.email or person.erased_at or rhythm == Rhythm.NEVER:
            return None
        message.person = person
        message.state = Message.State.GROUPED if rhythm == Rhythm.DAILY else Message.State.PENDING
        first_name = person.first_name
        stop_url = stop_link(person.pk, kind) if declared.can_stop else ""
    rendered = render(declared.template, context, first_name=first_name, why=declared.why, stop_url=stop_url)
    message.subject, message.text, message.html = rendered.subject, rendered.text, rendered.html
    message.link = rendered.link if declared.digestible else ""
    message.calendar = calendar.decode()
    if not_before is not None:
        message.not_before = not_before
    Message.objects.bulk_create([message], ignore_conflicts=True)
    if not Message.objects.filter(pk=message.pk).exists():
        return None  # the same dedupe_key: this fact was already told
    if message.state == Message.State.PENDING:
        wake("jeveuxagir.notifications.tasks.drain_outbox")
    return message


def rhythm_of(person: Any, kind: catalogue.Kind) -> Rhythm:
    """How this person receives this kind."""
    if kind.choices == [Rhythm.IMMEDIATE]:
        return Rhythm.IMMEDIATE
    return selectors.rhythms_of(person.pk, kind.code).of(kind)


@transaction.atomic
def set_preference(person_id: int, kind: str, *, rhythm: Rhythm) -> None:
    """Choose how one kind comes. What waits follows: it is sent at once, or cancelled. Same result when repeated."""
    declared = catalogue.get(kind)
    if rhythm not in declared.choices:
        return
    Preference.objects.bulk_create(
        [Preference(person_id=person_id, kind=kind, rhythm=rhythm)],
        update_conflicts=True,
        unique_fields=["person", "kind"],
        update_fields=["rhythm", "updated_at"],
    )
    _settle(person_id, kind)


@transaction.atomic
def set_preferences(person_id: int, chosen: dict[str, Rhythm]) -> None:
    """All choices of the page at once. They also say whether there is a digest."""
    Preference.objects.filter(person_id=person_id, kind=DIGEST).delete()
    before = selectors.rhythms_of(person_id)
    for kind, rhythm in chosen.items():
        if rhythm != before.of_code(kind):
            set_preference(person_id, kind, rhythm=rhythm)


@transaction.atomic
def resume(person_id: int, kind: str) -> None:
    """Receive again what was stopped from a mail, as it came before anybody chose."""
    Preference.objects.filter(person_id=person_id, kind=kind, rhythm=Rhythm.NEVER).delete()


def _settle(person_id: int, kind: str) -> None:
    """What waits to be sent, or for a digest, follows the new choice."""
    now = selectors.rhythms_of(person_id)
    waiting = Message.objects.filter(
        person_id=person_id, state__in=[Message.State.PENDING, Message.State.GROUPED]
    )
    if kind != DIGEST:
        waiting = waiting.filter(kind=kind)
    codes = set(waiting.order_by().values_list("kind", flat=True).distinct())
    cancel(waiting.filter(kind__in=[code for code in codes if now.of_code(code) == Rhythm.NEVER]))
    at_once = [code for code in codes if now.of_code(code) == Rhythm.IMMEDIATE]
    if waiting.filter(kind__in=at_once, state=Message.State.GROUPED).update(state=Message.State.PENDING):
        wake("jeveuxagir.notifications.tasks.drain_outbox")


def cancel(messages: "models.QuerySet[Message]") -> int:
    """Withdraw messages that were not taken in charge yet; returns how many."""
    waiting = [Message.State.PENDING, Message.State.GROUPED]
    return messages.filter(state__in=waiting).update(state=Message.State.CANCELLED)


def lift_suppression(address: str) -> None:
    """An address was confirmed again by its owner: it may receive mail."""
    Suppression.objects.filter(address__iexact=address).delete()
