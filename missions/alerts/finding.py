"""Which of some missions each of many kept searches finds, with few questions to the database.

A search is the intersection of its criteria (see `search.matching`), and thousands of alerts share a few criteria: each
criterion is asked once for all, then each search is an intersection of sets. Places, the most various, are
compared here: the missions are few.
"""

import bisect
from collections.abc import Collection, Iterable
from math import cos, radians

from django.http import QueryDict

from jeveuxagir.territories import places
from jeveuxagir.territories.geo import distance_km
from missions import search
from missions.models import MissionAddress

from . import queries

#: kilometres in a degree of latitude, rounded down: what lies further north is further away
DEGREE_KM = 110.0


class Finder:
    """Asks kept searches about these missions."""

    def __init__(self, mission_ids: Collection[int]) -> None:
        self.mission_ids = list(mission_ids)
        #: criterion → the missions it finds, None when it means nothing any more
        self._found: dict[str, frozenset[int] | None] = {}
        self._everything = self._ask(search.SearchQuery())
        points = MissionAddress.objects.filter(mission__in=self._everything, latitude__isnull=False)
        rows = points.order_by().values_list("latitude", "longitude", "mission")
        self._points: list[tuple[float, float, int]] = sorted(rows)  # type: ignore[arg-type]
        self._latitudes = [latitude for latitude, _, _ in self._points]

    def prepare(self, kept: Iterable[str]) -> None:
        """Find out about the places of these searches, all at once."""
        around: dict[str, tuple[str, int]] = {}
        for criterion in {part for each in kept for part in queries.criteria(each)} - self._found.keys():
            values = QueryDict(criterion)
            if values.keys() == {"lieu", "rayon"} and values["rayon"] in _RADII:
                around[criterion] = values["lieu"], int(values["rayon"])
        communes = places.of_labels({label for label, _ in around.values()})
        for criterion, (label, km) in around.items():
            commune = communes.get(label)
            if commune is not None and commune.latitude is not None and commune.longitude is not None:
                self._found[criterion] = self._near(commune.latitude, commune.longitude, km)

    def find(self, kept: str) -> frozenset[int]:
        """The missions that this search finds; none when it means nothing any more (see `services.end_dead`)."""
        found = self._everything
        for criterion in queries.criteria(kept):
            some = self._of(criterion)
            if not some:
                return frozenset()
            found &= some
        return found

    def _of(self, criterion: str) -> frozenset[int] | None:
        if criterion not in self._found:
            query = queries.read(criterion).query
            self._found[criterion] = None if query is None else self._ask(query)
        return self._found[criterion]

    def _ask(self, query: search.SearchQuery) -> frozenset[int]:
        found = search.matching(query).filter(pk__in=self.mission_ids).order_by()
        return frozenset(found.values_list("pk", flat=True))

    def _near(self, latitude: float, longitude: float, km: int) -> frozenset[int]:
        """The missions with an address in the circle, as `search.matching` finds them."""
        high = km / DEGREE_KM
        wide = high / max(cos(radians(min(abs(latitude) + high, 90.0))), 0.01)
        first = bisect.bisect_left(self._latitudes, latitude - high)
        last = bisect.bisect_right(self._latitudes, latitude + high)
        return frozenset(
            mission
            for lat, lon, mission in self._points[first:last]
            if (abs(lon - longitude) <= wide or abs(lon - longitude) >= 360 - wide)
            and distance_km(lat, lon, latitude, longitude) <= km
        )


_RADII = {str(km) for km in search.RADII}
