"""What ideas add to one's space."""

from typing import Any

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.registries import Panel, panels

from .models import Idea

SHOWN = 5


def _my_space(request: Any, person: Person) -> dict[str, Any] | None:
    """The latest ideas with what became of them; silent for whoever brought none."""
    ideas = list(
        Idea.objects.of_person(person).select_related("commune").order_by("-filed_at", "-pk")[:SHOWN]
    )
    return {"ideas": ideas} if ideas else None


def register() -> None:
    panels.register("my_space", Panel("ideas/_my_space.html", _my_space, order=60))
