"""What resembles a mission: the same activity near by first, then its domain, then whatever is near."""

from typing import Any

from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from jeveuxagir.territories.geo import DistanceKm, WithinKm

from .enums import REMOTE_MODES, MissionMode
from .models import Mission, MissionAddress, Slot
from .search import for_cards

AROUND_KM = 30
_FAR = 99_999.0


def similar_to(mission: Mission, *, limit: int = 3) -> list[Mission]:
    """Open missions with a free place, the nearest in kind and then in distance. Reads its addresses and activities."""
    point = _point(mission)
    activities = [activity.pk for activity in mission.activities.all()]
    same_activity = Exists(
        Mission.activities.through.objects.filter(mission_id=OuterRef("pk"), activity_id__in=activities)
    )
    kin = Q(domain=mission.domain_id) if mission.domain_id else Q(pk__in=[])
    near = Q(pk__in=[])
    if point is not None:
        addresses = MissionAddress.objects.filter(WithinKm(*point, AROUND_KM))
        near = Q(pk__in=addresses.values("mission"))
    elif mission.mode != MissionMode.ON_SITE:
        near = Q(mode__in=REMOTE_MODES)
    found = list(_pks(mission, near, same_activity, kin, point, limit))
    if len(found) < limit:  # nothing more around here: the same kind, anywhere
        anywhere = Q(mode__in=REMOTE_MODES) | kin
        rest = _pks(mission, anywhere & kin, same_activity, kin, point, limit + len(found))
        found += [pk for pk in rest if pk not in found][: limit - len(found)]
    rows = {row.pk: row for row in for_cards(Mission.objects.filter(pk__in=found))}
    return [rows[pk] for pk in found if pk in rows]


def _pks(
    mission: Mission, where: Q, same_activity: Any, kin: Q, point: tuple[float, float] | None, limit: int
) -> "QuerySet[Any]":
    slots = Slot.objects.live().filter(mission=OuterRef("pk"))
    rows = (
        Mission.objects.open()
        .filter(where)
        .filter(Exists(slots.filter(Q(seatless=True) | Q(taken__lt=F("capacity")))))
        .exclude(pk=mission.pk)
        .annotate(
            kinship=Case(
                When(same_activity, then=Value(0)),
                When(kin, then=Value(1)),
                default=Value(2),
                output_field=IntegerField(),
            )
        )
    )
    if point is None:
        return rows.order_by("kinship", F("published_at").desc(nulls_last=True), "-pk").values_list(
            "pk", flat=True
        )[:limit]
    nearest = (
        MissionAddress.objects.filter(mission=OuterRef("pk"))
        .annotate(km=DistanceKm(*point))
        .order_by("km")
        .values("km")[:1]
    )
    rows = rows.annotate(km=Coalesce(Subquery(nearest), Value(_FAR)))
    return rows.order_by("kinship", "km", "-pk").values_list("pk", flat=True)[:limit]


def _point(mission: Mission) -> tuple[float, float] | None:
    """Its first address; nowhere for what is done from home."""
    if mission.mode == MissionMode.REMOTE:
        return None
    for address in mission.addresses.all():
        if address.latitude is not None and address.longitude is not None:
            return address.latitude, address.longitude
    return None
