"""What the brigade adds to its members' own spaces."""

from typing import Any

from django.urls import reverse

from jeveuxagir.accounts import roles
from jeveuxagir.common.registries import Panel, panels
from jeveuxagir.common.text import plural
from jeveuxagir.moderation.models import ModerationItem


def _to_do(request: Any, person: Any) -> dict[str, Any] | None:
    if not roles.is_brigade(request.user):
        return None
    waiting = ModerationItem.objects.visible_to(request.user).open().count()
    if not waiting:
        return None
    text = f"{plural(waiting, 'décision attend', 'décisions attendent')} la brigade"
    return {"lines": [(text, reverse("brigade:index"))]}


def register() -> None:
    panels.register("my_space.to_do", Panel("accounts/_to_do.html", _to_do, order=30))
