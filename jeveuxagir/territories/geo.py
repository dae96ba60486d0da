"""Distances on the globe, in Python and in SQL, without PostGIS.

The SQL functions come with the first migration. A table with a latitude and a longitude puts
`earth_index(name)` among its indexes and is searched with `WithinKm` and `DistanceKm`.
"""

from math import asin, cos, degrees, radians, sin, sqrt
from typing import Any, cast

from django.contrib.postgres.indexes import GistIndex
from django.db.models import BooleanField, F, FloatField, Func, Value

EARTH_RADIUS_KM = 6371.0088


def distance_km(latitude1: float, longitude1: float, latitude2: float, longitude2: float) -> float:
    """Great-circle distance between two points, in kilometres."""
    phi1, phi2 = radians(latitude1), radians(latitude2)
    half_dphi, half_dlambda = (phi2 - phi1) / 2, radians(longitude2 - longitude1) / 2
    chord = sin(half_dphi) ** 2 + cos(phi1) * cos(phi2) * sin(half_dlambda) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(chord)))


def earth_index(name: str, latitude: str = "latitude", longitude: str = "longitude") -> GistIndex:
    """The index that makes `WithinKm` fast; its migration imports no code of ours."""
    return GistIndex(Func(F(latitude), F(longitude), function="f_earth"), name=name)


class DistanceKm(Func):
    """Kilometres between a row's point and the given one: `annotate(km=DistanceKm(lat, lon))`."""

    function = "f_distance_km"
    output_field = FloatField()

    def __init__(
        self,
        lat: float,
        lon: float,
        latitude: str = "latitude",
        longitude: str = "longitude",
        **extra: Any,
    ) -> None:
        super().__init__(F(latitude), F(longitude), _degrees(lat), _degrees(lon), **extra)


class WithinKm(Func):
    """True for the rows at most `km` away, by the GiST index: `filter(WithinKm(lat, lon, km))`."""

    output_field = BooleanField()

    def __init__(
        self,
        lat: float,
        lon: float,
        km: float,
        latitude: str = "latitude",
        longitude: str = "longitude",
        **extra: Any,
    ) -> None:
        super().__init__(
            F(latitude), F(longitude), _degrees(lat), _degrees(lon), Value(float(km), FloatField()), **extra
        )

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        (row_lat, p1), (row_lon, p2), (lat, p3), (lon, p4), (km, p5) = (
            compiler.compile(source) for source in self.source_expressions
        )
        row, point = f"{row_lat}, {row_lon}", f"{lat}, {lon}"
        sql = f"(f_earth_box({point}, {km}) @> f_earth({row}) AND f_distance_km({row}, {point}) <= {km})"
        return sql, [*p3, *p4, *p5, *p1, *p2, *p1, *p2, *p3, *p4, *p5]


class InCircleKm(WithinKm):
    """The same rows, by ranges of latitude and longitude: the planner can tell how many, so a query that joins the
    rows of a great circle to others is planned for many. Where the rows found are few or the end, `WithinKm`."""

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        latitude, longitude, *circle = self.source_expressions
        lat, lon, km = (cast(Value, expression).value for expression in circle)
        (row_lat, p1), (row_lon, p2) = compiler.compile(latitude), compiler.compile(longitude)
        parts, params = [], []
        for row, its_params, (low, high) in zip(
            (row_lat, row_lon), (p1, p2), _box(lat, lon, km), strict=True
        ):
            parts.append(f"{row} BETWEEN %s AND %s")
            params += [*its_params, low, high]
        parts.append(f"f_distance_km({row_lat}, {row_lon}, %s, %s) <= %s")
        return f"({' AND '.join(parts)})", [*params, *p1, *p2, lat, lon, km]


def _box(lat: float, lon: float, km: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Ranges of latitude and longitude that hold the circle; every longitude near a pole or across 180°."""
    north = degrees(km / EARTH_RADIUS_KM) * 1.0001
    wide = cos(radians(min(abs(lat) + north, 90.0)))
    east = 360.0 if wide < 0.01 else north / wide
    across = lon - east < -180 or lon + east > 180
    return (lat - north, lat + north), (-180.0, 180.0) if across else (lon - east, lon + east)


def _degrees(value: float) -> Value:
    return Value(float(value), FloatField())
