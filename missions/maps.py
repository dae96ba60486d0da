"""The missions of a page on a map: where each is drawn (the drawing is jeveuxagir.territories.maps)."""

from collections.abc import Sequence

from jeveuxagir.territories import maps
from jeveuxagir.territories.contours import Point
from jeveuxagir.territories.geo import distance_km
from jeveuxagir.territories.maps import Map, Pin, Searched

from .cards import Card
from .enums import MissionMode
from .models import Mission
from .search import SearchQuery


def maps_of(cards: Sequence[Card], query: SearchQuery, *, first: int = 1) -> list[Map]:
    """The maps of a page of results. `first` is the number of its first mission."""
    pins = []
    for number, card in enumerate(cards, first):
        mission = card.mission
        if (point := point_of(mission, query)) is not None:
            anchor = f"mission-{mission.pk}"
            pins.append(
                Pin(point, mission.department_id or "", number, mission.title, card.where, card.url, anchor)
            )
    searched = Searched(query.commune, query.radius_km) if query.has_place and query.commune else None
    return maps.draw(pins, noun="mission", searched=searched)


def point_of(mission: Mission, query: SearchQuery) -> Point | None:
    """Where to draw it: of its addresses, the nearest to the place searched. Uses the prefetched addresses."""
    if mission.mode == MissionMode.REMOTE:
        return None
    points = []
    for address in mission.addresses.all():
        latitude, longitude = address.latitude, address.longitude
        if latitude is None or longitude is None:
            latitude, longitude = address.commune.latitude, address.commune.longitude
        if latitude is not None and longitude is not None:
            points.append((latitude, longitude))
    commune = query.commune
    if not points or commune is None or commune.latitude is None or commune.longitude is None:
        return points[0] if points else None
    latitude, longitude = commune.latitude, commune.longitude
    return min(points, key=lambda point: distance_km(latitude, longitude, *point))
