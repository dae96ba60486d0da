"""Public alliances in the index of the whole site, with the places they cover."""

from typing import Any

from jeveuxagir.findable import registry
from jeveuxagir.findable.registry import Found, Source

from .models import Alliance

PLACES = ("commune__department", "epci", "department", "region")


def _found(alliance: Any) -> Found:
    places = [place.place for place in alliance.places.all()]
    return Found(
        title=alliance.name,
        url=alliance.get_absolute_url(),
        summary=alliance.purpose,
        note=alliance.get_stage_display().capitalize(),
        places=places or [alliance.department],
        domains=[alliance.domain_id] if alliance.domain_id else [],
        sdgs=[sdg.pk for sdg in alliance.sdgs.all()],
        published_at=alliance.published_at,
    )


def register() -> None:
    registry.register(
        Source(
            kind="alliance",
            model="alliances.Alliance",
            label="alliance",
            plural="alliances",
            order=20,
            rows=lambda: Alliance.objects.public().select_related("department"),
            prefetch=("sdgs", *(f"places__{place}" for place in PLACES)),
            found=_found,
            list_url="/alliances/",
            words_field="",
        )
    )
