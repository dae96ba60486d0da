"""What charters and agreements show of the journey of their alliance."""

from django.db.models import Exists, OuterRef

from alliances.spaces import Sign, signs

from .enums import UNDER_WAY, Kind, State
from .models import Version


def _text(kind: Kind, in_force: str, begun: str) -> Sign:
    versions = Version.objects.filter(text__alliance=OuterRef("pk"), text__kind=kind)
    return Sign(
        in_force,
        Exists(versions.filter(state=State.IN_FORCE)),
        begun,
        Exists(versions.filter(state__in=UNDER_WAY)),
    )


def register() -> None:
    signs.register("charte", _text(Kind.CHARTER, "Une charte est en vigueur.", "Une charte se prépare."))
    signs.register(
        "convention",
        _text(Kind.AGREEMENT, "Une convention est en vigueur.", "Une convention se prépare."),
    )
