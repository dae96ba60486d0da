"""Open missions in the index of the whole site."""

from typing import Any

from jeveuxagir.findable import registry
from jeveuxagir.findable.registry import Found, Source

from .enums import REMOTE_MODES
from .search import SearchQuery, matching


def _found(mission: Any) -> Found:
    addresses = list(mission.addresses.all())
    points = ((address.latitude, address.longitude) for address in addresses)
    return Found(
        title=mission.title,
        url=mission.get_absolute_url(),
        summary=mission.description,
        words=mission.search_extra,
        note=mission.organisation.name,
        places=list({address.commune_id: address.commune for address in addresses}.values()),
        point=next(((lat, lon) for lat, lon in points if lat is not None and lon is not None), None),
        everywhere=mission.mode in REMOTE_MODES,
        domains=[mission.domain_id] if mission.domain_id else [],
        sdgs=[sdg.pk for sdg in mission.sdgs.all()],
        published_at=mission.published_at,
    )


def _rows() -> Any:
    return matching(SearchQuery()).select_related("organisation").defer("search", "words")


def register() -> None:
    registry.register(
        Source(
            kind="mission",
            model="missions.Mission",
            label="mission",
            plural="missions",
            order=10,
            rows=_rows,
            prefetch=("addresses__commune__department", "sdgs"),
            found=_found,
            list_url="/missions/",
            place_field="commune",
            filters=("odd", "domaine"),
        )
    )
