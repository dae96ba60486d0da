"""Distances are the same in Python and in SQL, and a circle finds the same rows whichever way it is asked."""

import pytest
from django.db import connection
from django.db.models import FloatField, Value

from jeveuxagir.territories.geo import InCircleKm, WithinKm, distance_km
from jeveuxagir.territories.models import Commune

PARIS, LYON, NOUMEA, MATA_UTU = (48.86, 2.35), (45.76, 4.84), (-22.27, 166.44), (-13.28, -176.17)

pytestmark = pytest.mark.django_db


def in_sql(a: tuple[float | None, float | None], b: tuple[float, float]) -> float | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT f_distance_km(%s::float8, %s::float8, %s, %s)", [*a, *b])
        return cursor.fetchone()[0]


@pytest.mark.parametrize("a", [PARIS, LYON, NOUMEA, MATA_UTU, (90.0, 0.0), (-48.86, -177.65)])
@pytest.mark.parametrize("b", [PARIS, NOUMEA, (-90.0, 12.0)])
def test_a_distance_is_the_same_in_python_and_in_sql(a: tuple[float, float], b: tuple[float, float]) -> None:
    assert in_sql(a, b) == pytest.approx(distance_km(*a, *b), abs=0.001)


def test_without_a_point_there_is_no_distance() -> None:
    assert in_sql((None, 2.0), PARIS) is None


@pytest.mark.parametrize("km", [0, 1, 5, 50, 300, 25_000])
@pytest.mark.parametrize("point", [PARIS, (46.17, 1.87), (-21.1, 55.5)])
def test_a_circle_finds_the_same_communes_both_ways(point: tuple[float, float], km: float) -> None:
    found = Commune.objects.filter(InCircleKm(*point, km)).values_list("pk", flat=True)
    assert sorted(found) == sorted(Commune.objects.filter(WithinKm(*point, km)).values_list("pk", flat=True))
    assert km < 50 or found


@pytest.mark.parametrize(
    ("centre", "point"),
    [((-17.0, 179.95), (-17.0, -179.95)), ((-17.0, -179.95), (-17.0, 179.95)), ((89.9, 0.0), (89.9, 180.0))],
    ids=["east of the date line", "west of it", "over the pole"],
)
def test_a_circle_goes_past_the_date_line_and_the_pole(
    centre: tuple[float, float], point: tuple[float, float]
) -> None:
    rows = Commune.objects.annotate(y=Value(point[0], FloatField()), x=Value(point[1], FloatField()))
    assert rows.filter(InCircleKm(*centre, 30, "y", "x")).exists()
    assert not rows.filter(InCircleKm(*centre, 5, "y", "x")).exists()
