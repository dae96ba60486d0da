"""Public alliances in the index of the whole site, with the places they cover."""

from typing import Any

from jeveuxagir.findable import registry
from jeveuxagir.findable.registry import Found, Source

from .enums import Section
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
        terms=[
            *([f"categorie:{alliance.category_id}"] if alliance.category_id else []),
            *(f"fonction:{code}" for code in _functions(alliance)),
        ],
        published_at=alliance.published_at,
    )


def _functions(alliance: Any) -> list[str]:
    """What its parties of today hold, if they show themselves."""
    if not alliance.shows(Section.PARTIES):
        return []
    live = [party for party in alliance.parties.all() if party.left_at is None]
    return [one.pk for party in live for one in party.functions.all()]


def register() -> None:
    registry.register(
        Source(
            kind="alliance",
            model="alliances.Alliance",
            label="alliance",
            plural="alliances",
            order=20,
            rows=lambda: Alliance.objects.public().select_related("department"),
            prefetch=("sdgs", "parties__functions", *(f"places__{place}" for place in PLACES)),
            found=_found,
            list_url="/alliances/",
            words_field="",
            filters=("odd", "domaine", "categorie", "fonction"),
        )
    )
