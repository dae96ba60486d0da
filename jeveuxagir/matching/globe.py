"""Distances in whole metres, by integer arithmetic: the same on every machine and in every language.

The globe is flattened around the mean latitude of the two points (equirectangular projection): within
0.1 % of the great circle up to 300 km in France, far more than a commune's centre is worth.
"""

from collections.abc import Iterable
from math import cos, isqrt, radians

from .rows import Point

MILLION = 1_000_000
FULL_TURN = 360 * MILLION
#: Metres in a degree of latitude, on a sphere of 6,371.0088 km.
METRES_PER_DEGREE = 111_195
#: Cosine of each whole degree, in millionths; straight lines in between. (Rounded once: a test pins it.)
COSINE = tuple(round(cos(radians(degree)) * MILLION) for degree in range(92))


def distance_m(a: Point, b: Point) -> int:
    """Metres between two points. Every intermediate value fits in 64 bits; every division rounds down."""
    north = abs(a[0] - b[0]) * METRES_PER_DEGREE // MILLION
    turn = abs(a[1] - b[1])
    turn = min(turn, FULL_TURN - turn)
    east = turn * METRES_PER_DEGREE // MILLION * _cosine(abs(a[0] + b[0]) // 2) // MILLION
    return isqrt(north * north + east * east)


def nearest_m(point: Point | None, others: Iterable[Point]) -> int | None:
    """Metres to the nearest of the others; None when nothing is known."""
    if point is None:
        return None
    return min((distance_m(point, other) for other in others), default=None)


def _cosine(latitude: int) -> int:
    degree, rest = divmod(latitude, MILLION)
    return COSINE[degree] - (COSINE[degree] - COSINE[degree + 1]) * rest // MILLION
