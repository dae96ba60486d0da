"""Distances: whole, the same everywhere, and true enough."""

from math import asin, cos, radians, sin, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jeveuxagir.matching.globe import COSINE, distance_m, nearest_m

from .builders import FOUR_KM_AWAY, LYON, ROMANS, VALENCE
from .strategies import points

in_france = st.tuples(st.integers(41_300_000, 51_100_000), st.integers(-5_200_000, 9_600_000))


def great_circle(a, b):
    (lat1, lon1), (lat2, lon2) = ([radians(value / 1e6) for value in point] for point in (a, b))
    chord = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * 6_371_008.8 * asin(min(1, sqrt(chord)))


@given(in_france, st.tuples(st.integers(-2_000_000, 2_000_000), st.integers(-2_000_000, 2_000_000)))
def test_a_distance_in_france_is_within_a_thousandth_of_the_great_circle(a, step):
    b = (a[0] + step[0], a[1] + step[1])
    truth = great_circle(a, b)
    assert abs(distance_m(a, b) - truth) <= truth / 1000 + 3


@given(points, points)
def test_a_distance_is_whole_the_same_both_ways_and_at_most_half_the_globe(a, b):
    assert distance_m(a, b) == distance_m(b, a)
    assert isinstance(distance_m(a, b), int)
    assert 0 <= distance_m(a, b) <= 29_000_000
    assert distance_m(a, a) == 0


@pytest.mark.parametrize(("point", "metres"), [(FOUR_KM_AWAY, 4_003), (VALENCE, 17_647), (LYON, 81_691)])
def test_known_distances_never_change(point, metres):
    assert distance_m(ROMANS, point) == metres


def test_the_antimeridian_is_no_border():
    assert distance_m((-14_000_000, 179_900_000), (-14_000_000, -179_900_000)) < 22_000


def test_the_table_of_cosines_is_the_same_on_every_machine():
    assert (COSINE[0], COSINE[45], COSINE[60], COSINE[90]) == (1_000_000, 707_107, 500_000, 0)
    assert sum(COSINE[:91]) == 57_794_327


def test_the_nearest_point_counts_and_nothing_known_is_none():
    assert nearest_m(ROMANS, [LYON, FOUR_KM_AWAY]) == 4_003
    assert nearest_m(ROMANS, []) is None
    assert nearest_m(None, [LYON]) is None
