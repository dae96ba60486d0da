"""What the programme adds elsewhere: an organisation's pledges on its page, and what waits for who made them."""

from collections.abc import Iterator
from typing import Any

from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.registries import Panel, ToDo, panels, to_do

from .enums import State
from .models import Pledge

SHOWN = 10


def _of_organisation(request: Any, organisation: Any) -> dict[str, Any] | None:
    """Its public pledges, on its public page."""
    rows = Pledge.objects.public().filter(organisation=organisation)
    found = list(rows.select_related("measure", "organisation").order_by("-opened_at", "-pk")[:SHOWN])
    return {"pledges": found} if found else None


def _to_do(request: Any) -> Iterator[ToDo]:
    """What is to mend, and what news are awaited of."""
    mine = Pledge.objects.of_person(user_of(request).person).select_related("organisation")
    for pledge in mine.filter(state__in=[State.DRAFT, State.OPEN]).order_by("pk"):
        if pledge.state == State.DRAFT:
            text = f"Votre engagement « {pledge.what} » est à corriger"
            yield ToDo(text, pledge.get_absolute_url(), pledge.state_changed_at, "Corriger")
        elif pledge.asked_at and pledge.silent_since:
            text = f"On attend des nouvelles de votre engagement « {pledge.what} »"
            yield ToDo(text, pledge.get_absolute_url(), pledge.asked_at, "Répondre")


def register() -> None:
    to_do.register("programme", _to_do)
    panels.register(
        "organisation.public", Panel("programme/_of_organisation.html", _of_organisation, order=60)
    )
