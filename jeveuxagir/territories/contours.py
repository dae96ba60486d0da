"""Outlines of departments and regions, for maps drawn on the server. Our own data: no third party is asked."""

import csv
import io
import lzma
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

Point = tuple[float, float]  # latitude, longitude
Box = tuple[float, float, float, float]  # south, west, north, east

_FILE = Path(__file__).parent / "data" / "contours.csv.xz"


@dataclass(frozen=True)
class Contour:
    """Each ring closes on its first point."""

    code: str
    rings: tuple[tuple[Point, ...], ...]
    box: Box


@lru_cache(maxsize=1)
def _levels() -> dict[str, dict[str, Contour]]:
    rings: dict[str, dict[str, list[tuple[Point, ...]]]] = {}
    text = lzma.decompress(_FILE.read_bytes()).decode("ascii")
    for row in csv.DictReader(io.StringIO(text)):
        rings.setdefault(row["level"], {}).setdefault(row["code"], []).append(_ring(row["ring"]))
    return {
        level: {code: Contour(code, tuple(its), box_of(its)) for code, its in contours.items()}
        for level, contours in rings.items()
    }


def departments(box: Box | None = None) -> list[Contour]:
    """Those that meet the box, or all. The collectivities of the Pacific and a few islands have none."""
    return [each for each in _levels()["department"].values() if box is None or _meet(each.box, box)]


def regions(box: Box | None = None) -> list[Contour]:
    """Like `departments`, with fewer points: for a whole country."""
    return [each for each in _levels()["region"].values() if box is None or _meet(each.box, box)]


def of_department(code: str) -> Contour | None:
    return _levels()["department"].get(code)


def box_of(rings: "list[tuple[Point, ...]]") -> Box:
    points = [point for ring in rings for point in ring]
    latitudes, longitudes = [point[0] for point in points], [point[1] for point in points]
    return min(latitudes), min(longitudes), max(latitudes), max(longitudes)


def _ring(steps: str) -> tuple[Point, ...]:
    numbers = [int(number) for number in steps.split()]
    north = east = 0
    ring = []
    for up, right in zip(numbers[::2], numbers[1::2], strict=True):
        north, east = north + up, east + right
        ring.append((north / 1000, east / 1000))
    return tuple(ring)


def _meet(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]
