"""Mails are not kept for ever: bodies 62 days, the rows a year."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Now

from .models import Message

BODIES = timedelta(days=62)
ROWS = timedelta(days=365)
ENDED = [Message.State.SENT, Message.State.FAILED, Message.State.CANCELLED, Message.State.TOLD]


def forget() -> dict[str, Any]:
    deleted, _ = old_rows(Now()).delete()
    return {"deleted": deleted, "emptied": empty(old_bodies(Now()))}


def old_rows(moment: Any) -> "QuerySet[Message]":
    return Message.objects.filter(state__in=ENDED, created_at__lt=moment - ROWS)


def old_bodies(moment: Any) -> "QuerySet[Message]":
    return Message.objects.filter(state__in=ENDED, created_at__lt=moment - BODIES).exclude(text="")


def empty(messages: "QuerySet[Message]") -> int:
    return messages.update(subject="", text="", html="", link="")
