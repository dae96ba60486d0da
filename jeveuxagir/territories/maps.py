"""What a page of results holds, on a map drawn on the server over our own contours: the same content as the list.

One map per part of the world that has a result: the mainland with Corsica, and each overseas department apart.
Whoever draws gives pins: where, which number of the list, and where each leads.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import asinh, atan, cos, degrees, floor, log2, radians, sinh, tan

from django.conf import settings
from django.db.models import Q

from jeveuxagir.common.text import NBSP, plural

from . import contours
from .contours import Box, Point
from .models import Commune, Department

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
class Pin:
    """One result: its number in the list, what it is, where it leads, and its anchor in the list."""

    point: Point
    department: str
    number: int
    title: str
    where: str
    url: str
    anchor: str


@dataclass(frozen=True)
class Searched:
    """The commune around which one searches, and how far."""

    commune: Commune
    radius_km: float

    @property
    def point(self) -> Point | None:
        latitude, longitude = self.commune.latitude, self.commune.longitude
        return None if latitude is None or longitude is None else (latitude, longitude)


@dataclass(frozen=True)
class Mark:
    """A point of the map: one result, or several too near each other to be told apart."""

    x: float
    y: float
    noun: str
    pins: list[Pin]

    @property
    def is_one(self) -> bool:
        return len(self.pins) == 1

    @property
    def text(self) -> str:
        return str(self.pins[0].number) if self.is_one else f"×{len(self.pins)}"

    @property
    def url(self) -> str:
        """Where the result leads; of several, the first of them in the list."""
        return self.pins[0].url if self.is_one else f"#{self.pins[0].anchor}"

    @property
    def label(self) -> str:
        first = self.pins[0]
        if self.is_one:
            return f"{first.number}. {first.title}, {first.where}"
        numbers = ", ".join(str(pin.number) for pin in self.pins)
        count = plural(len(self.pins), self.noun)
        return f"{count} au même endroit, {first.where}{NBSP}: numéros {numbers} de la liste"


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
    noun: str
    land: str
    marks: list[Mark]
    towns: list[Town] = field(default_factory=list)
    tiles: list[Tile] = field(default_factory=list)
    #: the circle searched: x, y, radius
    circle: tuple[float, float, float] | None = None
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def results(self) -> int:
        return sum(len(mark.pins) for mark in self.marks)

    @property
    def counted(self) -> str:
        """« 3 missions »."""
        return plural(self.results, self.noun)


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


def draw(pins: Iterable[Pin], *, noun: str, searched: Searched | None = None) -> list[Map]:
    """The maps of these pins, that of the place searched first. Two statements, whatever their number."""
    parts: dict[str, list[Pin]] = {}
    for pin in pins:
        parts.setdefault(_part(pin.department), []).append(pin)
    here = _part(searched.commune.department_id) if searched else None
    if here is not None:
        parts.setdefault(here, [])
    views = {
        part: View.of(_box(part, searched if part == here else None, found)) for part, found in parts.items()
    }
    towns = _towns(list(views.values()))
    names = {department.code: department.name for department in Department.objects.filter(pk__in=parts)}
    drawn = []
    for part, found in sorted(parts.items(), key=lambda item: (item[0] != here, item[0])):
        view, marks = views[part], _marks(views[part], found, noun)
        around = searched if part == here else None
        drawn.append(
            Map(
                key=part or "metropole",
                title=names.get(part, "France métropolitaine"),
                noun=noun,
                land=_land(view),
                marks=marks,
                towns=_shown(view, towns, marks, around),
                tiles=_tiles(view),
                circle=_circle(view, around),
            )
        )
    return drawn


def middle_of(department: str) -> Point | None:
    """Somewhere in the middle of a department, for what has no nearer place."""
    contour = contours.of_department(department)
    if contour is None:
        return None
    south, west, north, east = contour.box
    return (south + north) / 2, (west + east) / 2


# --- what is in sight --------------------------------------------------------------------------------------


def _part(department: str) -> str:
    return department if department[:2] in ("97", "98") else MAINLAND


def _box(part: str, searched: Searched | None, pins: Sequence[Pin]) -> Box:
    """Around the circle searched; else the whole department overseas; else what holds every point."""
    if searched is not None and searched.point is not None:
        return _around(searched.point, searched.radius_km * 1.08)
    if part != MAINLAND and (contour := contours.of_department(part)):
        return contour.box
    if not pins:
        return MAINLAND_BOX
    south, west, north, east = contours.box_of([tuple(pin.point for pin in pins)])
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


def _marks(view: View, pins: Sequence[Pin], noun: str) -> list[Mark]:
    marks: list[Mark] = []
    for pin in pins:
        x, y = view.xy(pin.point)
        x, y = min(max(x, 14), WIDTH - 14), min(max(y, 14), HEIGHT - 14)
        near = next((m for m in marks if abs(m.x - x) < TOGETHER and abs(m.y - y) < TOGETHER), None)
        if near:
            near.pins.append(pin)
        else:
            marks.append(Mark(round(x, 1), round(y, 1), noun, [pin]))
    return marks


def _circle(view: View, searched: Searched | None) -> tuple[float, float, float] | None:
    if searched is None or searched.point is None:
        return None
    x, y = view.xy(searched.point)
    radius = searched.radius_km / KM_PER_DEGREE / cos(radians(searched.point[0])) * view.scale
    return round(x, 1), round(y, 1), round(radius, 1)


def _towns(views: list[View]) -> list[Commune]:
    """The most populated communes in sight of any of the maps: one statement."""
    in_sight = Q(pk__in=[])
    for view in views:
        south, west, north, east = view.box
        in_sight |= Q(latitude__range=(south, north), longitude__range=(west, east))
    return list(Commune.objects.filter(in_sight).most_populated()[: 30 * len(views)]) if views else []


def _shown(view: View, towns: list[Commune], marks: list[Mark], searched: Searched | None) -> list[Town]:
    """The place searched, then the largest towns: none over another or under a mark."""
    chosen = searched.commune if searched else None
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
