"""One SQL expression: an address lies in the circle of an outer request."""

from django.db.models import BooleanField, F, FloatField, Func, OuterRef, Value
from django.db.models.functions import Cast, Coalesce


class RequestReaches(Func):
    """True when a mission's address is within the outer request's radius (plus one kilometre of margin)."""

    output_field = BooleanField()

    def __init__(self) -> None:
        super().__init__(
            Coalesce(F("latitude"), F("commune__latitude")),
            Coalesce(F("longitude"), F("commune__longitude")),
            OuterRef("commune__latitude"),
            OuterRef("commune__longitude"),
            Cast(OuterRef("radius_km"), FloatField()),
            Value(1.0, FloatField()),
        )

    def as_sql(self, compiler, connection, **extra):  # type: ignore[override]
        parts = [compiler.compile(source) for source in self.source_expressions]
        (a, pa), (b, pb), (c, pc), (d, pd), (radius, pr), (margin, pm) = parts
        return f"(f_distance_km({a}, {b}, {c}, {d}) <= {radius} + {margin})", [*pa, *pb, *pc, *pd, *pr, *pm]
