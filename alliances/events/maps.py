"""The events of a page on a map (the drawing is jeveuxagir.territories.maps); those online only are not on it."""

from collections.abc import Sequence

from jeveuxagir.territories import maps
from jeveuxagir.territories.maps import Map, Pin

from .directory import Card


def maps_of(cards: Sequence[Card], *, first: int = 1) -> list[Map]:
    """The maps of a page of the list. `first` is the number of its first event."""
    pins = []
    for number, card in enumerate(cards, first):
        event, commune = card.event, card.event.commune
        if commune is None or commune.latitude is None or commune.longitude is None:
            continue
        point = (commune.latitude, commune.longitude)
        department = str(commune.department_id)
        pins.append(
            Pin(point, department, number, event.title, card.where, card.url, f"evenement-{event.pk}")
        )
    return maps.draw(pins, noun="événement")
