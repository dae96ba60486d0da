"""What alerts add to the search and to a person's space."""

from typing import Any

from django.urls import reverse

from jeveuxagir.common.registries import Panel, panels
from jeveuxagir.ui.spaces import MyPage, my_pages

from .models import SavedSearch


def _search(request: Any, found: dict[str, Any]) -> dict[str, Any] | None:
    """« M’alerter » on a search that asks something."""
    query = found["query"]
    if query.is_empty:
        return None
    return {"url": reverse("mission_alerts:new") + found["address"], "total": found["total"]}


def _my_space(request: Any, person: Any) -> dict[str, Any] | None:
    alerts = list(SavedSearch.objects.of_person(person).current().order_by("pk")[:10])
    return {"alerts": alerts} if alerts else None


def register() -> None:
    panels.register("missions.search", Panel("alerts/_search.html", _search, order=10))
    panels.register("my_space", Panel("alerts/_my_space.html", _my_space, order=30))
    my_pages.register("alerts", MyPage("Mes alertes", "mission_alerts:mine", order=30))
