"""What the home page counts and shows. A few queries, kept five minutes for everybody."""

from datetime import datetime, time, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Exists, F, OuterRef, Q, Sum
from django.db.models.functions import TruncMonth
from django.utils.formats import date_format

from jeveuxagir.common.clock import PARIS, today
from jeveuxagir.taxonomies.models import Domain
from jeveuxagir.territories.models import Commune, Department
from missions.models import Mission, MissionAddress, Slot
from missions.participations.enums import State as ParticipationState
from missions.participations.models import Participation
from organisations.models import Organisation

from .how_we_match import example

KEY = "web:home:2"
SECONDS = 300
TOWNS = 8
RECENT = 3
MONTHS = 6


def home_figures() -> dict[str, Any]:
    """Figures, domains, towns and latest missions, as plain values (the cache holds no model)."""
    return cache.get_or_set(KEY, _compute, SECONDS) or _compute()


def _compute() -> dict[str, Any]:
    missions = Mission.objects.open()
    return {
        "figures": _counts(missions),
        "domains": _domains(),
        "towns": _towns(missions),
        "recent": _recent(missions),
        "months": _months(),
        "example": example(),
    }


def _counts(missions: Any) -> list[tuple[int, str]]:
    places = (
        Slot.objects.live()
        .filter(seatless=False, mission__in=missions)
        .aggregate(free=Sum(F("capacity") - F("taken")))["free"]
    )
    departments = Department.objects.filter(pk__in=missions.values("department")).count()
    accepted = Participation.objects.filter(
        state__in=[ParticipationState.ACCEPTED, ParticipationState.REALISED]
    ).count()
    counts = [
        (missions.count(), "mission ouverte,missions ouvertes"),
        (places or 0, "place à prendre,places à prendre"),
        (Organisation.objects.validated().count(), "organisation vérifiée,organisations vérifiées"),
        (accepted, "candidature acceptée,candidatures acceptées"),
        (departments, "département,départements"),
    ]
    return [count for count in counts if count[0]][:4]


def _months() -> list[tuple[str, int]]:
    """Applications accepted in each of the last six months; nothing before the second month that has some."""
    first = today().replace(day=1)
    months = [first]
    while len(months) < MONTHS:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    counted = (
        Participation.objects.filter(
            state__in=[ParticipationState.ACCEPTED, ParticipationState.REALISED],
            answered_at__gte=datetime.combine(months[-1], time.min, PARIS),
        )
        .annotate(month=TruncMonth("answered_at", tzinfo=PARIS))
        .values_list("month")
        .annotate(total=Count("pk"))
        .order_by("month")
    )
    totals = {month.date(): total for month, total in counted}
    if len(totals) < 2:
        return []
    return [(date_format(month, "F Y"), totals.get(month, 0)) for month in reversed(months)]


def _domains() -> list[dict[str, Any]]:
    is_open = Q(missions__state="open", missions__organisation__state="validated")
    domains = Domain.objects.active().annotate(open_missions=Count("missions", filter=is_open))
    shown = domains.filter(open_missions__gt=0).order_by("position")
    return [dict(domain) for domain in shown.values("code", "name", "icon", "open_missions")]


def _towns(missions: Any) -> list[dict[str, Any]]:
    """The towns with most open missions, one per department, so that the list speaks of the whole country."""
    counted = (
        MissionAddress.objects.filter(mission__in=missions)
        .values("commune_id", "commune__department_id")
        .annotate(total=Count("mission_id", distinct=True))
        .order_by("-total", "commune_id")[:200]
    )
    best: dict[str, dict[str, Any]] = {}
    for row in counted:
        best.setdefault(row["commune__department_id"], dict(row))
    chosen = list(best.values())[:TOWNS]
    communes = Commune.objects.in_bulk([row["commune_id"] for row in chosen])
    return [
        {"code": row["commune_id"], "label": communes[row["commune_id"]].label, "missions": row["total"]}
        for row in chosen
    ]


def _recent(missions: Any) -> list[dict[str, Any]]:
    """The latest missions of three organisations, with a place left."""
    room = Slot.objects.live().filter(Q(seatless=True) | Q(taken__lt=F("capacity")), mission=OuterRef("pk"))
    latest = (
        missions.filter(Exists(room))
        .select_related("organisation", "domain")
        .prefetch_related("addresses__commune")
        .order_by("-published_at", "-pk")[:30]
    )
    rows: dict[int, dict[str, Any]] = {}
    for mission in latest:
        address = next(iter(mission.addresses.all()), None)
        rows.setdefault(
            mission.organisation_id,
            {
                "title": mission.title,
                "url": mission.get_absolute_url(),
                "organisation": mission.organisation.name,
                "where": address.commune.label if address else "À distance",
                "domain": mission.domain.name if mission.domain else "",
                "published_at": mission.published_at,
            },
        )
    return list(rows.values())[:RECENT]
