"""What organisations add to their members' own space."""

from typing import Any

from django.db.models import Count
from django.urls import reverse

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.registries import Panel, panels
from jeveuxagir.common.text import plural

from .models import JoinRequest


def _to_do(request: Any, person: Person) -> dict[str, Any] | None:
    """Who asks to join the organisations this person is responsible for: one query."""
    rows = (
        JoinRequest.objects.told_to_owner(person)
        .order_by("organisation__name", "organisation")
        .values_list("organisation", "organisation__slug", "organisation__name")
        .annotate(asking=Count("pk"))
    )
    lines = [
        (
            f"{plural(asking, 'demande à rejoindre', 'demandes à rejoindre')} {name}",
            reverse("organisations:team", args=[pk, slug]) + "#demandes",
        )
        for pk, slug, name, asking in rows
    ]
    return {"lines": lines} if lines else None


def register() -> None:
    panels.register("my_space.to_do", Panel("accounts/_to_do.html", _to_do, order=25))
