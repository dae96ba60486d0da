"""What employers add to one's own space, and to theirs."""

from typing import Any

from django.http import HttpRequest

from jeveuxagir.accounts.models import Person
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.registries import Panel, panels
from jeveuxagir.ui.spaces import MyPage, my_pages

from .models import Employee
from .spaces import add_section


def _my_space(request: Any, person: Person) -> dict[str, Any] | None:
    """Where one works, and what one shows there; silent for whoever joined nobody."""
    rows = list(
        Employee.objects.of_person(person)
        .live()
        .select_related("organisation")
        .order_by("organisation__name")[:5]
    )
    return {"employments": rows} if rows else None


def _joined(request: HttpRequest) -> bool:
    """Whether one ever said where one works."""
    return Employee.objects.of_person(user_of(request).person).exists()


def register() -> None:
    my_pages.register("employers", MyPage("Mes employeurs", "companies:mine", order=45, shown=_joined))
    add_section(50, "Personnes", "personnes/")
    add_section(60, "Qui peut rejoindre", "acces/")
    add_section(70, "Sites", "sites/")
    panels.register("my_space", Panel("companies/_my_space.html", _my_space, order=70))
