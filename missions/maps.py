"""The results of a page on a map, drawn on the server over our own contours: the same content as the list.

One map per part of the world that has a result: the mainland with Corsica, and each overseas department apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import asinh, atan, cos, degrees, floor, log2, radians, sinh, tan

from django.conf import settings
from django.db.models import Q

from jeveuxagir.common.text import NBSP, plural
from jeveuxagir.territories import contours
from jeveuxagir.territories.contours import Box, Point
from jeveuxagir.territories.geo import distance_km
from jeveuxagir.territories.models import Commune, Department

from .cards import Card
from .enums import MissionMode
from .models import Mission
from .search import SearchQuery

WIDTH, HEIGHT = 720, 500
MARGIN = 28
#: Points nearer than this, in units of the drawing, are one.
TOGETHER = 36
#: A map is never narrower than this.
LEAST_KM = 24.0
#: Wider than this, regions are drawn instead of departments, on a coarser grid.
WIDE_KM = 420.0
TOWNS = 9
TOWNS_APART = 62
#: How wide a letter of their name is.
LETTER = 9
MAINLAND = ""
#: Mainland and Corsica, islands far out left aside.
MAINLAND_BOX: Box = (41.3, -5.2, 51.1, 9.6)
KM_PER_DEGREE = 111.32
TILE = 256


@dataclass(frozen=True)
class Mark:
    """A point of the map: one mission, or several too near each other to be told apart."""

    x: float
    y: float
    cards: list[tuple[int, Card]]

    @property
    def is_one(self) -> bool:
        return len(self.cards) == 1

    @property
    def text(self) -> str:
        return str(self.cards[0][0]) if self.is_one else f"×{len(self.cards)}"

    @property
    def url(self) -> str:
        """The mission; of several, the first of them in the list."""
        card = self.cards[0][1]
        return card.url if self.is_one else f"#mission-{card.mission.pk}"

    @property
    def label(self) -> str:
        if self.is_one:
            number, card = self.cards[0]
            return f"{number}. {card.mission.title}, {card.where}"
        numbers = ", ".join(str(number) for number, _ in self.cards)
        count = plural(len(self.cards), "mission")
        return f"{count} au même endroit, {self.cards[0][1].where}{NBSP}: numéros {numbers} de la liste"


@dataclass(frozen=True)
class Town:
    x: float
    y: float
    name: str
    is_left: bool


@dataclass(frozen=True)
class Tile:
    url: str
    x: float
    y: float
    size: float


@dataclass(frozen=True)
class Map:
    """What the template draws, in units of its viewBox."""

    key: str
    title: str
    land: str
    marks: list[Mark]
    towns: list[Town] = field(default_factory=list)
    tiles: list[Tile] = field(default_factory=list)
    #: the circle searched: x, y, radius
    circle: tuple[float, float, float] | None = None
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def missions(self) -> int:
        return sum(len(mark.cards) for mark in self.marks)


@dataclass(frozen=True)
class View:
    """Web Mercator, fitted to a box."""

    west: float
    north: float
    scale: float

    @classmethod
    def of(cls, box: Box) -> "View":
        south, west, north, east = box
        top, bottom = _mercator(north), _mercator(south)
        scale = min((WIDTH - 2 * MARGIN) / (east - west), (HEIGHT - 2 * MARGIN) / (top - bottom))
        return cls(
            west=(west + east) / 2 - WIDTH / 2 / scale,
            north=(top + bottom) / 2 + HEIGHT / 2 / scale,
            scale=scale,
        )

    def xy(self, point: Point) -> tuple[float, float]:
        return (point[1] - self.west) * self.scale, (self.north - _mercator(point[0])) * self.scale

    @property
    def box(self) -> Box:
        return (
            _latitude(self.north - HEIGHT / self.scale),
            self.west,
            _latitude(self.north),
            self.west + WIDTH / self.scale,
        )


def maps_of(cards: Sequence[Card], query: SearchQuery, *, first: int = 1) -> list[Map]:
    """The maps of a page of results. `first` is the number of its first mission."""
    places: dict[str, list[tuple[Point, int, Card]]] = {}
    for number, card in enumerate(cards, first):
        point = point_of(card.mission, query)
        if point is not None:
            places.setdefault(_part(card.mission.department_id or ""), []).append((point, number, card))
    here = _part(query.commune.department_id) if query.has_place and query.commune else None
    if here is not None:
        places.setdefault(here, [])
    views = {
        part: View.of(_box(part, query if part == here else None, found)) for part, found in places.items()
    }
    towns = _towns(list(views.values()))
    names = {department.code: department.name for department in Department.objects.filter(pk__in=places)}
    drawn = []
    for part, found in sorted(places.items(), key=lambda item: (item[0] != here, item[0])):
        view, marks = views[part], _marks(views[part], found)
        drawn.append(
            Map(
                key=part or "metropole",
                title=names.get(part, "France métropolitaine"),
                land=_land(view),
                marks=marks,
                towns=_shown(view, towns, marks, query if part == here else None),
                tiles=_tiles(view),
                circle=_circle(view, query) if part == here else None,
            )
        )
    return drawn


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


# --- what is in sight --------------------------------------------------------------------------------------


def _part(department: str) -> str:
    return department if department[:2] in ("97", "98") else MAINLAND


def _box(part: str, query: SearchQuery | None, found: list[tuple[Point, int, Card]]) -> Box:
    """Around the circle searched; else the whole department overseas; else what holds every point."""
    points = [point for point, _, _ in found]
    commune = query.commune if query else None
    if commune is not None and commune.latitude is not None and commune.longitude is not None and query:
        return _around((commune.latitude, commune.longitude), query.radius_km * 1.08)
    if part != MAINLAND and (contour := contours.of_department(part)):
        return contour.box
    if not points:
        return MAINLAND_BOX
    south, west, north, east = contours.box_of([tuple(points)])
    middle = ((south + north) / 2, (west + east) / 2)
    least = _around(middle, LEAST_KM / 2)
    box = (min(south, least[0]), min(west, least[1]), max(north, least[2]), max(east, least[3]))
    return MAINLAND_BOX if part == MAINLAND and _width_km(box) > WIDE_KM else box


def _around(point: Point, km: float) -> Box:
    up = km / KM_PER_DEGREE
    right = up / max(cos(radians(point[0])), 0.1)
    return point[0] - up, point[1] - right, point[0] + up, point[1] + right


def _width_km(box: Box) -> float:
    south, west, north, east = box
    return max((north - south), (east - west) * cos(radians((south + north) / 2))) * KM_PER_DEGREE


@lru_cache(maxsize=256)
def _land(view: View) -> str:
    """The outlines in sight as one SVG path. A point is told once per cell of the grid: neighbours still meet."""
    box = view.box
    wide = _width_km(box) > WIDE_KM
    grid = 2 if wide else 1
    path = []
    for contour in contours.regions(box) if wide else contours.departments(box):
        for ring in contour.rings:
            points: list[tuple[int, int]] = []
            for point in ring:
                x, y = view.xy(point)
                cell = (_cell(x, WIDTH, grid), _cell(y, HEIGHT, grid))
                if not points or cell != points[-1]:
                    points.append(cell)
            if len(points) > 3:
                path.append("M" + "L".join(f"{x} {y}" for x, y in points[:-1]) + "Z")
    return "".join(path)


def _cell(value: float, size: int, grid: int) -> int:
    """On the grid; what is far outside stays just outside."""
    return round(max(-size, min(2 * size, value)) / grid) * grid


def _marks(view: View, found: list[tuple[Point, int, Card]]) -> list[Mark]:
    marks: list[Mark] = []
    for point, number, card in found:
        x, y = view.xy(point)
        x, y = min(max(x, 14), WIDTH - 14), min(max(y, 14), HEIGHT - 14)
        near = next((m for m in marks if abs(m.x - x) < TOGETHER and abs(m.y - y) < TOGETHER), None)
        if near:
            near.cards.append((number, card))
        else:
            marks.append(Mark(round(x, 1), round(y, 1), [(number, card)]))
    return marks


def _circle(view: View, query: SearchQuery) -> tuple[float, float, float] | None:
    commune = query.commune
    if commune is None or commune.latitude is None or commune.longitude is None:
        return None
    x, y = view.xy((commune.latitude, commune.longitude))
    radius = query.radius_km / KM_PER_DEGREE / cos(radians(commune.latitude)) * view.scale
    return round(x, 1), round(y, 1), round(radius, 1)


def _towns(views: list[View]) -> list[Commune]:
    """The most populated communes in sight of any of the maps: one statement."""
    in_sight = Q(pk__in=[])
    for view in views:
        south, west, north, east = view.box
        in_sight |= Q(latitude__range=(south, north), longitude__range=(west, east))
    return list(Commune.objects.filter(in_sight).most_populated()[: 30 * len(views)]) if views else []


def _shown(view: View, towns: list[Commune], marks: list[Mark], query: SearchQuery | None) -> list[Town]:
    """The place searched, then the largest towns: none over another or under a mark."""
    chosen = query.commune if query else None
    shown: list[Town] = []
    for commune in [chosen, *towns] if chosen else towns:
        if commune is None or commune.latitude is None or commune.longitude is None:
            continue
        x, y = view.xy((commune.latitude, commune.longitude))
        if not (8 < x < WIDTH - 8 and 12 < y < HEIGHT - 12) or len(shown) == TOWNS:
            continue
        name = commune.name
        is_left = x > WIDTH * 0.8
        start, end = (x - LETTER * len(name), x) if is_left else (x, x + LETTER * len(name))
        free = all(abs(town.x - x) > TOWNS_APART or abs(town.y - y) > TOWNS_APART / 3 for town in shown)
        clear = all(abs(mark.y - y) > 26 or not start - 22 < mark.x < end + 22 for mark in marks)
        if free and clear:
            shown.append(Town(round(x, 1), round(y, 1), name, is_left))
    return shown


def _tiles(view: View) -> list[Tile]:
    """The background images, when an address of tiles is set."""
    address = settings.SEARCH_TILES_URL
    if not address:
        return []
    world = 360 * view.scale  # the width of the whole world, in our units
    zoom = max(0, min(18, round(log2(world / TILE))))
    size = world / 2**zoom
    left, top = (view.west + 180) * view.scale, (180 - view.north) * view.scale
    return [
        Tile(
            address.format(z=zoom, x=column, y=row),
            round(column * size - left, 2),
            round(row * size - top, 2),
            round(size + 0.5, 2),
        )
        for row in range(max(floor(top / size), 0), floor((top + HEIGHT) / size) + 1)
        for column in range(max(floor(left / size), 0), floor((left + WIDTH) / size) + 1)
    ]


def _mercator(latitude: float) -> float:
    """Degrees north on the flat map, in the same unit as degrees east."""
    return degrees(asinh(tan(radians(latitude))))


def _latitude(north: float) -> float:
    return degrees(atan(sinh(radians(north))))
