"""What looks like the same thing twice, hinted to whoever decides. A hint, never a verdict."""

from typing import Any

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Q

from jeveuxagir.common.text import fold
from missions.enums import State
from missions.models import Mission
from organisations.duplicates import close_to
from organisations.models import Organisation

SHOWN = 5
NEAR_TITLE = 0.45
NEARER_TITLE = 0.8


def organisations_like(organisation: Organisation) -> list[tuple[Organisation, list[str]]]:
    """Organisations with the same number, or a near name not far away."""
    return close_to(organisation)[:SHOWN]


def missions_like(mission: Mission) -> list[tuple[Mission, list[str]]]:
    """Missions of the same organisation with a near title, those with the same dates first."""
    near = TrigramSimilarity("title", mission.title)
    others = (
        Mission.objects.filter(organisation=mission.organisation_id)
        .filter(Q(state__in=[State.OPEN, State.PENDING, State.SUSPENDED]))
        .exclude(pk=mission.pk)
        .annotate(near=near)
        .filter(near__gte=NEAR_TITLE)
        .order_by("-near", "-pk")
        .prefetch_related("slots", "addresses")[:SHOWN]
    )
    days, towns = _days(mission), _towns(mission)
    found = []
    for other in others:
        same = fold(other.title) == fold(mission.title)
        reasons = [
            "même titre" if same else "titre très proche" if other.near > NEARER_TITLE else "titre proche"
        ]
        if days & _days(other):
            reasons.append("mêmes dates")
        if towns & _towns(other):
            reasons.append("même commune")
        found.append((other, reasons))
    return sorted(found, key=lambda line: -len(line[1]))


def _days(mission: Mission) -> set[Any]:
    """Dated days, and weekdays for what comes back each week."""
    live = [slot for slot in mission.slots.all() if slot.cancelled_at is None]
    return {slot.local_date or (slot.weekday, slot.start_time) for slot in live} - {(None, None)}


def _towns(mission: Mission) -> set[Any]:
    return {address.commune_id for address in mission.addresses.all()}
