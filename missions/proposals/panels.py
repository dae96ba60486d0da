"""What requests and proposals add to a person's space."""

from typing import Any

from jeveuxagir.common.registries import Panel, panels
from volunteers.requests.enums import LIVE_STATES
from volunteers.requests.models import EngagementRequest

from . import services


def _my_space(http: Any, person: Any) -> dict[str, Any]:
    rows = (
        EngagementRequest.objects.of_person(person)
        .filter(state__in=LIVE_STATES)
        .select_related("commune")
        .prefetch_related("domains")
        .order_by("-filed_at")
    )
    return {"requests": list(services.with_open_counts(rows))}


def register() -> None:
    panels.register("my_space", Panel("proposals/_my_space.html", _my_space, order=10))
