"""What documents add to the pages of an alliance."""

from typing import Any

from alliances.enums import Section as Shown
from alliances.models import Alliance
from alliances.spaces import Section, menu
from jeveuxagir.common.file_kinds import KINDS
from jeveuxagir.common.registries import Panel, panels

from .models import SharedDocument
from .reading import weight

MOST_SHOWN = 30


def _public(request: Any, alliance: Alliance) -> dict[str, Any] | None:
    """What the brigade read, if the parties chose to show documents."""
    if not alliance.shows(Shown.DOCUMENTS):
        return None
    rows = SharedDocument.objects.public().of_alliance(alliance).select_related("published_version")
    found = []
    for row in rows.order_by("-published_at", "-pk")[:MOST_SHOWN]:
        version = row.published_version
        if version is not None:
            row.alliance = alliance
            found.append({"document": row, "kind": KINDS[version.kind].label, "weight": weight(version.size)})
    return {"rows": found} if found else None


def register() -> None:
    menu.register("documents", Section("Documents", "shared_documents:documents", order=105, group="sharing"))
    panels.register("alliance.public", Panel("shared_documents/_public.html", _public, order=55))
