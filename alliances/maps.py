"""The alliances of a page on a map: where each is drawn (the drawing is jeveuxagir.territories.maps)."""

from collections.abc import Sequence

from django.db.models import Avg

from jeveuxagir.territories import maps
from jeveuxagir.territories.contours import Point
from jeveuxagir.territories.maps import Map, Pin
from jeveuxagir.territories.models import Commune

from .directory import Card
from .models import Place


def maps_of(cards: Sequence[Card], *, first: int = 1) -> list[Map]:
    """The maps of a page of the list. `first` is the number of its first alliance."""
    middles = _middles(cards)
    pins = []
    for number, card in enumerate(cards, first):
        alliance = card.alliance
        point, department = _point_of(card, middles)
        if point is not None:
            anchor = f"alliance-{alliance.pk}"
            pins.append(Pin(point, department, number, alliance.name, card.where, card.url, anchor))
    return maps.draw(pins, noun="alliance")


def _point_of(card: Card, middles: dict[str, tuple[Point, str]]) -> tuple[Point | None, str]:
    """Its first place that can be drawn: a commune, the middle of an intercommunality or of a department; else the
    middle of the department that accompanies it. With the department it lies in."""
    own = str(card.alliance.department_id)
    for place in card.alliance.places.all():
        commune = place.commune
        if commune is not None and commune.latitude is not None and commune.longitude is not None:
            return (commune.latitude, commune.longitude), str(commune.department_id)
        if place.epci_id in middles:
            return middles[place.epci_id]
        if place.department_id and (point := maps.middle_of(str(place.department_id))):
            return point, str(place.department_id)
    return maps.middle_of(own), own


def _middles(cards: Sequence[Card]) -> dict[str, tuple[Point, str]]:
    """The middle of each intercommunality named, among its communes: one statement, if there is any."""
    named: list[Place] = [place for card in cards for place in card.alliance.places.all() if place.epci_id]
    if not named:
        return {}
    rows = Commune.objects.filter(epci__in={place.epci_id for place in named}, latitude__isnull=False)
    found: dict[str, tuple[Point, str]] = {}
    for epci, department, latitude, longitude in (
        rows.values("epci", "department")
        .annotate(latitude_=Avg("latitude"), longitude_=Avg("longitude"))
        .order_by("epci", "department")
        .values_list("epci", "department", "latitude_", "longitude_")
    ):
        found.setdefault(epci, ((latitude, longitude), department))
    return found
