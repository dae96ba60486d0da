"""What the brigade adds to its members' own spaces."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Min
from django.urls import reverse

from jeveuxagir.accounts import roles
from jeveuxagir.common.registries import ToDo, to_do
from jeveuxagir.common.text import plural
from jeveuxagir.moderation.models import ModerationItem


def _to_do(request: Any) -> Iterator[ToDo]:
    if not roles.is_brigade(request.user):
        return
    waiting = ModerationItem.objects.visible_to(request.user).open().order_by()
    found = waiting.aggregate(count=Count("pk"), since=Min("created_at"))
    if found["count"]:
        text = f"{plural(found['count'], 'décision attend', 'décisions attendent')} la brigade"
        yield ToDo(text, reverse("brigade:index"), found["since"], "Décider")


def register() -> None:
    to_do.register("brigade", _to_do)
