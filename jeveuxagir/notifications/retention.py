"""Mails are not kept for ever: bodies 62 days, the rows a year. The nightly job of accounts does it."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from .models import Message

BODIES = timedelta(days=62)
ROWS = timedelta(days=365)
ENDED = [Message.State.SENT, Message.State.FAILED, Message.State.CANCELLED, Message.State.TOLD]


def old_rows(moment: Any) -> "QuerySet[Message]":
    return Message.objects.filter(state__in=ENDED, created_at__lt=moment - ROWS)


def old_bodies(moment: Any) -> "QuerySet[Message]":
    return Message.objects.filter(state__in=ENDED, created_at__lt=moment - BODIES).exclude(text="")


def empty(messages: "QuerySet[Message]") -> int:
    return messages.update(subject="", text="", html="", link="", calendar="")
