"""What the library adds to one's own space: the sheets one writes, the last self-assessment."""

from typing import Any

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.registries import Panel, panels

from .directory import noun_of
from .enums import State
from .models import Assessment, Method, Network, Resource

SHOWN = 5


def _my_space(request: Any, person: Person) -> dict[str, Any] | None:
    """Silent for whoever wrote nothing and assessed nothing."""
    sheets: list[Any] = []
    for model in (Method, Resource, Network):
        rows = model.objects.of_person(person).exclude(state=State.ARCHIVED)
        sheets += rows.defer("search", "search_extra").order_by("-updated_at")[:SHOWN]
    sheets.sort(key=lambda sheet: sheet.updated_at, reverse=True)
    last = Assessment.objects.of_person(person).select_related("organisation").order_by("-made_at").first()
    if not sheets and last is None:
        return None
    return {"sheets": [(one, noun_of(one)) for one in sheets[:SHOWN]], "assessment": last}


def register() -> None:
    panels.register("my_space", Panel("library/_my_space.html", _my_space, order=57))
