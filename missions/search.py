"""One queryset from one validated filter. Neutral: nothing is boosted, nothing is hidden (product decision 1)."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.search import SearchRank
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import (
    Count,
    Exists,
    F,
    FloatField,
    Min,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    TextChoices,
    Value,
)
from django.utils.functional import cached_property

from jeveuxagir.taxonomies.models import Domain, Sdg, Skill
from jeveuxagir.territories.geo import DistanceKm, WithinKm
from jeveuxagir.territories.models import Commune
from jeveuxagir.territories.text import FrenchQuery

from .enums import MissionMode, SlotKind
from .models import Mission, MissionAddress, MissionQuerySet, Slot

PAGE_SIZE = 20
#: Beyond, the page says "plus de 10 000".
COUNT_AT_MOST = 10_000
MAX_TEXT = 100
DEFAULT_RADIUS = 20
RADII = (5, 10, 20, 30, 50, 100)


class Sort(TextChoices):
    RELEVANCE = "pertinence", "pertinence"
    DISTANCE = "distance", "distance"
    DATE = "date", "date de la mission"
    RECENT = "recentes", "publication"


@dataclass(frozen=True)
class SearchQuery:
    """A validated search. Empty finds every open mission."""

    text: str = ""
    commune: Commune | None = None
    radius_km: int = DEFAULT_RADIUS
    remote_only: bool = False
    domain: Domain | None = None
    sdg: Sdg | None = None
    skill: Skill | None = None
    date_from: date | None = None
    date_until: date | None = None
    open_to_minors: bool = False
    sort: str = ""

    @property
    def order(self) -> str:
        """The sort asked for, if it makes sense here; else the most useful one."""
        if self.sort == Sort.RELEVANCE and self.text:
            return Sort.RELEVANCE
        if self.sort == Sort.DISTANCE and self.has_place:
            return Sort.DISTANCE
        if self.sort in (Sort.DATE, Sort.RECENT):
            return self.sort
        if self.text:
            return Sort.RELEVANCE
        return Sort.DISTANCE if self.has_place else Sort.RECENT

    @property
    def has_place(self) -> bool:
        return self.commune is not None and not self.remote_only

    @property
    def more_filters(self) -> int:
        """How many of the filters beside the results are in force."""
        chosen = [self.domain, self.sdg, self.skill, self.date_from, self.date_until]
        return sum(map(bool, [*chosen, self.open_to_minors, self.remote_only]))

    def sorts(self) -> list[tuple[str, str]]:
        """The sorts that make sense for this search."""
        fitting = {
            Sort.RELEVANCE: bool(self.text),
            Sort.DISTANCE: self.has_place,
            Sort.DATE: True,
            Sort.RECENT: True,
        }
        return [(sort.value, sort.label) for sort in Sort if fitting[sort]]


def search_missions(query: SearchQuery) -> MissionQuerySet:
    """Open missions with a slot to come, annotated with `distance_km`, `rank` and `next_start`, in order."""
    missions = _matching(query)
    missions = missions.annotate(
        distance_km=_distance(query), rank=_rank(query), next_start=Subquery(_next_start(query))
    )
    return missions.order_by(*_order(query))


def count_by_domain(query: SearchQuery) -> dict[str, int]:
    """How many missions each domain holds for this search, whatever domain is chosen."""
    rows = _matching(replace(query, domain=None)).order_by().values("domain").annotate(found=Count("pk"))
    return {row["domain"]: row["found"] for row in rows if row["domain"]}


def for_cards(missions: "QuerySet[Mission]") -> "QuerySet[Mission]":
    """With all that a card shows, in a constant number of queries: `live_slots`, addresses, organisation."""
    return missions.select_related("organisation", "domain").prefetch_related(
        Prefetch("addresses", MissionAddress.objects.select_related("commune")),
        Prefetch("slots", Slot.objects.live(), to_attr="live_slots"),
    )


def similar_to(mission: Mission, *, limit: int = 3) -> list[Mission]:
    """Open missions near this one, in its domain first: what a closed or full page proposes instead."""
    around = mission.addresses.select_related("commune").first()
    commune = around.commune if around else mission.organisation.commune
    wide = SearchQuery(commune=commune if mission.mode != MissionMode.REMOTE else None, radius_km=30)
    found: list[Mission] = []
    for query in (replace(wide, domain=mission.domain), wide, SearchQuery(domain=mission.domain)):
        if len(found) < limit and not (query.domain is None and query.commune is None):
            known = [mission.pk, *(other.pk for other in found)]
            others = search_missions(query).exclude(pk__in=known)
            found += list(for_cards(others)[: limit - len(found)])
    return found


class CappedPaginator(Paginator):
    """Counts no further than COUNT_AT_MOST, and never fails on a page number."""

    @cached_property
    def count(self) -> int:
        found: Any = self.object_list
        return int(found.order_by()[: COUNT_AT_MOST + 1].count())

    @property
    def is_capped(self) -> bool:
        return self.count > COUNT_AT_MOST


def set_time_limit() -> None:
    """A public search gives up after 3 seconds. Inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '3s'")


# --- inside ------------------------------------------------------------------------------------------------


def _matching(query: SearchQuery) -> MissionQuerySet:
    missions = Mission.objects.open().filter(Exists(_slots(query).filter(mission=OuterRef("pk"))))
    if query.text:
        missions = missions.filter(search=FrenchQuery(query.text))
    if query.remote_only:
        missions = missions.filter(mode__in=[MissionMode.REMOTE, MissionMode.HYBRID])
    elif query.commune is not None:
        missions = missions.filter(pk__in=_near(query).values("mission"))
    if query.domain is not None:
        missions = missions.filter(domain=query.domain)
    if query.sdg is not None:
        missions = missions.filter(Exists(Mission.sdgs.through.objects.filter(
            mission_id=OuterRef("pk"), sdg_id=query.sdg.pk)))  # fmt: skip
    if query.skill is not None:
        missions = missions.filter(Exists(Mission.skills.through.objects.filter(
            mission_id=OuterRef("pk"), skill_id=query.skill.pk)))  # fmt: skip
    if query.open_to_minors:
        missions = missions.filter(minimum_age=16)
    return missions


def _slots(query: SearchQuery) -> Any:
    """The slots to come that fit the dates: of the date, of the weekday, or free to agree."""
    slots = Slot.objects.live()
    start, end = query.date_from, query.date_until
    if start is None and end is None:
        return slots
    dated, period = Q(kind=SlotKind.DATED), ~Q(kind=SlotKind.DATED)
    if start is not None:
        dated &= Q(local_date__gte=start)
        period &= Q(valid_until__isnull=True) | Q(valid_until__gte=start)
    if end is not None:
        dated &= Q(local_date__lte=end)
        period &= Q(valid_from__isnull=True) | Q(valid_from__lte=end)
    if start is not None and end is not None and (end - start).days < 6:
        days = {(start + timedelta(days=n)).weekday() for n in range((end - start).days + 1)}
        period &= Q(kind=SlotKind.UNDATED) | Q(weekday__in=days)
    return slots.filter(dated | period)


def _near(query: SearchQuery) -> Any:
    """The addresses in the circle; around a commune without a point, those of its department."""
    commune = query.commune
    assert commune is not None
    if commune.latitude is None or commune.longitude is None:
        return MissionAddress.objects.filter(commune__department=commune.department_id)
    return MissionAddress.objects.filter(WithinKm(commune.latitude, commune.longitude, query.radius_km))


def _distance(query: SearchQuery) -> Any:
    commune = query.commune
    if commune is None or commune.latitude is None or commune.longitude is None:
        return Value(None, FloatField())
    nearest = (
        MissionAddress.objects.filter(mission=OuterRef("pk"))
        .order_by()
        .values("mission")
        .annotate(km=Min(DistanceKm(commune.latitude, commune.longitude)))
        .values("km")
    )
    return Subquery(nearest, output_field=FloatField())


def _rank(query: SearchQuery) -> Any:
    if not query.text:
        return Value(0.0, FloatField())
    return SearchRank(F("search"), FrenchQuery(query.text))


def _next_start(query: SearchQuery) -> Any:
    dated = _slots(query).filter(mission=OuterRef("pk"), kind=SlotKind.DATED)
    return dated.order_by("starts_at").values("starts_at")[:1]


def _order(query: SearchQuery) -> list[Any]:
    recent = [F("published_at").desc(nulls_last=True), "pk"]
    soon = F("next_start").asc(nulls_last=True)
    near = F("distance_km").asc(nulls_last=True)
    return {
        Sort.RELEVANCE: ["-rank", near, *recent],
        Sort.DISTANCE: [near, *recent],
        Sort.DATE: [soon, near, *recent],
        Sort.RECENT: recent,
    }[Sort(query.order)]
