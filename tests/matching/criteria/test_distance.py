import pytest

from jeveuxagir.matching.criteria.distance import Distance
from jeveuxagir.matching.rows import Mode, Vocabulary
from tests.matching.builders import LYON, ROMANS, VALENCE, a_mission, a_request, an_occasion

NORTH = 8_993  # millionths of a degree in a kilometre


def at(km: float, **request):
    point = (ROMANS[0] + round(km * NORTH), ROMANS[1])
    return an_occasion(a_request(**{"radius_m": 100_000, **request}), a_mission(points=(point,)))


@pytest.mark.parametrize(("km", "fit"), [(0, 1000), (10, 500), (30, 250), (90, 100)])
def test_half_of_the_points_are_left_at_ten_kilometres(km, fit):
    assert Distance().fit(at(km)) == pytest.approx(fit, abs=1)


def test_nearer_is_never_worse():
    fits = [Distance().fit(at(km)) for km in range(0, 100, 3)]
    assert fits == sorted(fits, reverse=True)


def test_what_is_done_from_home_only_is_neither_near_nor_far():
    assert Distance().fit(an_occasion(a_request(mode=Mode.REMOTE), a_mission(mode=Mode.BOTH))) == 0
    assert Distance().fit(an_occasion(a_request(), a_mission(mode=Mode.BOTH, points=(LYON,)))) == 0


@pytest.mark.parametrize(
    ("km", "exact", "coarse"),
    [
        (0.4, "À moins de 1 km", "Près de chez vous"),
        (4, "À 4 km", "Près de chez vous"),
        (25, "À 25 km", "Dans la distance que vous acceptez"),
    ],
)
def test_it_says_how_far(km, exact, coarse):
    assert Distance().exact(at(km), Vocabulary()) == exact
    assert Distance().coarse(at(km)) == coarse


def test_the_nearest_of_several_addresses_is_said():
    occasion = an_occasion(a_request(), a_mission(points=(LYON, VALENCE)))
    assert Distance().exact(occasion, Vocabulary()) == "À 18 km"


def test_without_coordinates_it_says_the_department():
    occasion = an_occasion(a_request(point=None))
    assert Distance().fit(occasion) == 250
    assert Distance().exact(occasion, Vocabulary()) == "Dans le même département"
    assert Distance().coarse(occasion) == "Dans votre département"
