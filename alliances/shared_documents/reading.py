"""What pages read of documents: the list with its latest versions, the room that is left."""

from dataclasses import dataclass

from django.db.models import Prefetch

from alliances.models import Alliance
from jeveuxagir.common.text import NBSP, amount

from .models import ROOM, FileVersion, SharedDocument, Shelf


@dataclass(frozen=True)
class Room:
    used: int

    @property
    def share(self) -> int:
        return min(100, round(100 * self.used / ROOM))

    @property
    def words(self) -> str:
        return f"{weight(self.used)} sur {weight(ROOM)}"


def room_of(alliance: Alliance) -> Room:
    return Room(Shelf.used_by(alliance))


def documents_of(alliance: Alliance) -> list[tuple[SharedDocument, FileVersion]]:
    """Each with its latest version, the last changed first, in two queries."""
    rows = alliance.shared_documents.select_related("party").prefetch_related(
        Prefetch("versions", FileVersion.objects.select_related("party").order_by("-number"), to_attr="held")
    )
    return [(row, row.held[0]) for row in rows.order_by("-changed_at", "-pk")]


def weight(size: int) -> str:
    """« 1,2 Mo », « 340 ko »."""
    if size >= 1024**2:
        return f"{amount(round(10 * size / 1024**2) / 10)}{NBSP}Mo"  # type: ignore[arg-type]
    return f"{max(1, round(size / 1024))}{NBSP}ko"
