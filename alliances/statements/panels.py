"""What lived statements add to one's space."""

from typing import Any

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.registries import Panel, panels

from .models import Statement

SHOWN = 5


def _my_space(request: Any, person: Person) -> dict[str, Any] | None:
    """The latest ones with what became of them; silent for whoever wrote none."""
    rows = Statement.objects.of_person(person).select_related("commune").order_by("-created_at", "-pk")
    statements = list(rows[:SHOWN])
    return {"statements": statements} if statements else None


def register() -> None:
    panels.register("my_space", Panel("statements/_my_space.html", _my_space, order=62))
