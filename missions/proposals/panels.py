"""What requests and proposals add to a person's space."""

from typing import Any

from django.urls import reverse

from jeveuxagir.common.clock import now
from jeveuxagir.common.registries import Panel, panels
from jeveuxagir.common.text import plural
from jeveuxagir.ui.spaces import MyPage, my_pages
from volunteers.requests.enums import LIVE_STATES
from volunteers.requests.models import EngagementRequest

from . import services
from .models import Proposal


def _my_space(http: Any, person: Any) -> dict[str, Any]:
    rows = (
        EngagementRequest.objects.of_person(person)
        .filter(state__in=LIVE_STATES)
        .select_related("commune")
        .prefetch_related("domains")
        .order_by("-filed_at")
    )
    return {"requests": list(services.with_open_counts(rows))}


def _to_do(http: Any, person: Any) -> dict[str, Any] | None:
    waiting = Proposal.objects.of_person(person).open().filter(expires_at__gt=now()).count()
    if not waiting:
        return None
    return {"lines": [(f"{plural(waiting, 'proposition')} à regarder", reverse("proposals:mine"))]}


def register() -> None:
    my_pages.register("requests", MyPage("Mes demandes", "proposals:mine", order=10))
    panels.register("my_space.to_do", Panel("accounts/_to_do.html", _to_do, order=10))
    panels.register("my_space", Panel("proposals/_my_space.html", _my_space, order=10))
