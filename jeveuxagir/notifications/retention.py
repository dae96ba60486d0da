"""Mails are not kept for ever: bodies 62 days, the rows a year."""

from datetime import timedelta
from typing import Any

from django.db.models.functions import Now

from .models import Message

BODIES = timedelta(days=62)
ROWS = timedelta(days=365)
ENDED = [Message.State.SENT, Message.State.FAILED, Message.State.CANCELLED, Message.State.TOLD]


def forget() -> dict[str, Any]:
    ended = Message.objects.filter(state__in=ENDED)
    deleted, _ = ended.filter(created_at__lt=Now() - ROWS).delete()
    emptied = (
        ended.filter(created_at__lt=Now() - BODIES)
        .exclude(text="")
        .update(subject="", text="", html="", link="")
    )
    return {"deleted": deleted, "emptied": emptied}
