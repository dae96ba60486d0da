"""What the thread adds to the pages of an alliance."""

from typing import Any

from alliances.models import Alliance
from alliances.spaces import Section, menu
from jeveuxagir.common.registries import Panel, panels

SHOWN = 3


def _home(request: Any, alliance: Alliance) -> dict[str, Any] | None:
    """The topics that were written in last."""
    found = list(alliance.topics.select_related("party").order_by("-last_at", "-pk")[:SHOWN])
    for row in found:
        row.alliance = alliance
    return {"alliance": alliance, "topics": found} if found else None


def register() -> None:
    menu.register("exchanges", Section("Échanges", "exchanges:topics", order=100, group="sharing"))
    panels.register("alliance.home", Panel("exchanges/_home.html", _home, order=80))
