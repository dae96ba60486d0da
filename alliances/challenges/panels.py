"""What common problems add elsewhere: pages of one's own space and of an alliance, and whom an alliance could ask."""

from collections.abc import Iterable
from typing import Any

from alliances.composition import supporters
from alliances.models import Alliance
from jeveuxagir.accounts.models import Person
from jeveuxagir.common.registries import Panel, panels

from .enums import State
from .models import Challenge, Support

SHOWN = 5


def _my_space(request: Any, person: Person) -> dict[str, Any] | None:
    """Those one states; silent for whoever states none."""
    mine = Challenge.objects.of_person(person).exclude(state=State.CLOSED)
    found = list(mine.select_related("commune", "department").order_by("-created_at", "-pk")[:SHOWN])
    return {"challenges": found} if found else None


def _of_alliance(request: Any, alliance: Alliance) -> dict[str, Any] | None:
    """The problem that an alliance was born of."""
    found = list(Challenge.objects.public().filter(alliance=alliance).order_by("pk"))
    return {"challenges": found} if found else None


def _supporting(alliance: Alliance) -> Iterable[int]:
    """The organisations that said "nous aussi" to the problem the alliance was born of."""
    return Support.objects.of_alliance(alliance).values_list("organisation", flat=True)


def register() -> None:
    supporters.register("challenges", _supporting)
    panels.register("my_space", Panel("challenges/_my_space.html", _my_space, order=55))
    for page in ("alliance.home", "alliance.public"):
        panels.register(page, Panel("challenges/_of_alliance.html", _of_alliance, order=10))
