"""One queryset from one validated filter. Neutral: nothing is boosted, nothing is hidden (product decision 1).

For every page, feed or alert that searches:

    form = SearchForm(request.GET)         # missions.filters: an address, checked field by field
    form.is_valid()                        # a wrong value is left out, the other filters still apply
    query = form.query()                   # SearchQuery, frozen; describe(query) says it in French
    hits = page_of(query, 2, 20)           # one statement: the hits of a page and the total, in order
    missions = search_missions(query)      # the same as a queryset, when there is no page

Within a filter any of the chosen values fits (`domains`, `activities`, `skills`, `sdgs`, `commitments`); each
filter narrows the others.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, cast

from django.contrib.postgres.search import SearchRank
from django.core.paginator import Page, Paginator
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
    Window,
)

from jeveuxagir.taxonomies.models import Activity, Domain, Sdg, Skill
from jeveuxagir.territories.geo import DistanceKm, InCircleKm, distance_km
from jeveuxagir.territories.models import Commune
from jeveuxagir.territories.text import FrenchQuery

from .enums import REMOTE_MODES, Commitment, SlotKind
from .models import Mission, MissionAddress, MissionQuerySet, Slot

PAGE_SIZE = 20
#: Beyond, the page says "plus de 10 000", and no page goes further.
COUNT_AT_MOST = 10_000
MAX_TEXT = 100
DEFAULT_RADIUS = 20
RADII = (5, 10, 20, 30, 50, 100)
#: Of a mission, its organisation and its domain: what cards and maps read.
ON_CARDS = (
    *("title", "slug", "mode", "commitment", "source", "source_name", "published_at", "department_id"),
    *("organisation__name", "domain__name"),
)
OF_ADDRESSES = (
    *("mission_id", "latitude", "longitude"),
    *("commune__name", "commune__department_id", "commune__latitude", "commune__longitude"),
)


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
    domains: tuple[Domain, ...] = ()
    activities: tuple[Activity, ...] = ()
    skills: tuple[Skill, ...] = ()
    sdgs: tuple[Sdg, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    date_from: date | None = None
    date_until: date | None = None
    open_to_minors: bool = False
    teams: bool = False
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
    def is_empty(self) -> bool:
        """Whether nothing is asked, whatever the order."""
        return replace(self, sort="", radius_km=DEFAULT_RADIUS) == SearchQuery()

    @property
    def theme(self) -> "Domain | Activity | Sdg | None":
        """The one domain, activity or goal of a search that asks nothing else: such a search is a page of its own."""
        alone: list[Domain | Activity | Sdg] = [*self.domains, *self.activities, *self.sdgs]
        if len(alone) != 1 or not replace(self, domains=(), activities=(), sdgs=()).is_empty:
            return None
        return alone[0]

    @property
    def more_filters(self) -> int:
        """How many of the filters beside the results are in force."""
        several = (self.domains, self.activities, self.skills, self.sdgs, self.commitments)
        single = (self.date_from, self.date_until, self.open_to_minors, self.remote_only, self.teams)
        return sum(map(len, several)) + sum(map(bool, single))

    def sorts(self) -> list[tuple[str, str]]:
        """The sorts that make sense for this search."""
        fitting = {
            Sort.RELEVANCE: bool(self.text),
            Sort.DISTANCE: self.has_place,
            Sort.DATE: True,
            Sort.RECENT: True,
        }
        return [(sort.value, sort.label) for sort in Sort if fitting[sort]]


@dataclass(frozen=True)
class Hits:
    """One page of a search."""

    missions: list[Mission]
    #: how many missions in all; COUNT_AT_MOST + 1 when there are more
    total: int
    number: int
    size: int

    @property
    def capped(self) -> bool:
        return self.total > COUNT_AT_MOST

    @property
    def page(self) -> Page:
        """For `{% pagination %}`."""
        return Paginator(range(min(self.total, COUNT_AT_MOST)), self.size).get_page(self.number)


def search_missions(query: SearchQuery) -> MissionQuerySet:
    """Open missions with a slot to come, annotated with `distance_km`, `rank` and `next_start`, in order."""
    return _annotated(matching(query), query).order_by(*_order(query))


def whole(missions: "QuerySet[Mission]") -> "QuerySet[Mission]":
    """With addresses, `live_slots`, organisation and domain, in a constant number of queries."""
    return _with_addresses_and_slots(missions, _addresses()).defer("search", "words")


def for_cards(missions: "QuerySet[Mission]") -> "QuerySet[Mission]":
    """As `whole`, and of each row only what a card or a map shows: texts stay in the database."""
    return _with_addresses_and_slots(missions, _addresses().only(*OF_ADDRESSES)).only(*ON_CARDS)


def page_of(
    query: SearchQuery,
    number: int = 1,
    size: int = PAGE_SIZE,
    *,
    rows: "Callable[[QuerySet[Mission]], QuerySet[Mission]]" = for_cards,
) -> Hits:
    """A page of the search, in order, and the total: one statement. `rows` says what to fetch of each hit; each
    has its `distance_km`, None where no distance makes sense.

    Beyond the end, the last page.
    """
    ordered = _annotated(matching(query), query, only=_needed(query)).order_by(*_order(query))
    narrow = ordered.annotate(total=Window(Count("pk"))).values_list("pk", "total")
    number = min(max(number, 1), -(-COUNT_AT_MOST // size))
    found = list(narrow[(number - 1) * size : number * size])
    if not found and number > 1:
        last = matching(query).order_by()[:COUNT_AT_MOST].count()
        number = max(-(-last // size), 1)
        found = list(narrow[(number - 1) * size : number * size])
    order = {pk: place for place, (pk, _) in enumerate(found)}
    missions = sorted(rows(Mission.objects.filter(pk__in=order)), key=lambda mission: order[mission.pk])
    for mission in missions:
        mission.distance_km = _distance_of(mission, query)  # type: ignore[attr-defined]
    return Hits(
        missions=missions,
        total=min(found[0][1], COUNT_AT_MOST + 1) if found else 0,
        number=number,
        size=size,
    )


def counts_of(queries: list[SearchQuery]) -> list[int]:
    """How many missions each search finds, COUNT_AT_MOST + 1 at most: one statement for all."""
    if not queries:
        return []
    parts: list[str] = []
    params: list[Any] = []
    for query in queries:
        sql, values = matching(query).order_by().values("pk")[: COUNT_AT_MOST + 1].query.sql_with_params()
        parts.append(f"(SELECT count(*) FROM ({sql}) one)")  # noqa: S608  # compiled by Django
        params += values
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        return list(cursor.fetchone())


def set_time_limit() -> None:
    """A public search gives up after 3 seconds. Inside a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '3s'")


def matching(query: SearchQuery) -> MissionQuerySet:
    """The missions found, without order or distance."""
    missions = within(query)
    for chosen in choices(query).values():
        missions = missions.filter(chosen)
    return missions


def within(query: SearchQuery) -> MissionQuerySet:
    """The missions of the words, the place and the dates, whatever is chosen beside the results."""
    missions = Mission.objects.open().filter(Exists(_slots(query).filter(mission=OuterRef("pk"))))
    if query.text:
        missions = missions.filter(search=FrenchQuery(query.text))
    if query.remote_only:
        missions = missions.filter(mode__in=REMOTE_MODES)
    elif query.commune is not None:
        missions = missions.filter(pk__in=_near(query).values("mission"))
    return missions


def choices(query: SearchQuery) -> dict[str, Q]:
    """What is chosen beside the results, by field of the form: a condition for each filter in force."""
    conditions: dict[str, Any] = {}
    if query.domains:
        conditions["domaine"] = Q(domain__in=[domain.pk for domain in query.domains])
    for name, through, column, terms in (
        ("activite", Mission.activities.through, "activity", query.activities),
        ("competence", Mission.skills.through, "skill", query.skills),
        ("odd", Mission.sdgs.through, "sdg", query.sdgs),
    ):
        if terms:
            linked = {f"{column}__in": [term.pk for term in terms]}
            conditions[name] = Q(Exists(through._default_manager.filter(mission_id=OuterRef("pk"), **linked)))
    if query.commitments:
        conditions["rythme"] = Q(commitment__in=query.commitments)
    if query.open_to_minors:
        conditions["mineurs"] = Q(minimum_age=16)
    if query.teams:
        conditions["equipes"] = Q(team_places__gt=0)
    return conditions


# --- inside ------------------------------------------------------------------------------------------------


def _addresses() -> "QuerySet[MissionAddress]":
    return MissionAddress.objects.select_related("commune")


def _with_addresses_and_slots(
    missions: "QuerySet[Mission]", addresses: "QuerySet[MissionAddress]"
) -> "QuerySet[Mission]":
    return missions.select_related("organisation", "domain").prefetch_related(
        Prefetch("addresses", addresses),
        Prefetch("slots", Slot.objects.live(), to_attr="live_slots"),
    )


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
    return MissionAddress.objects.filter(InCircleKm(commune.latitude, commune.longitude, query.radius_km))


def _has_distance(query: SearchQuery) -> bool:
    """Whether a distance is known: the search has a place, and that place a point."""
    return query.has_place and query.commune is not None and query.commune.has_point


def _distance(query: SearchQuery) -> Any:
    commune = query.commune if query.has_place else None
    if commune is None or commune.latitude is None or commune.longitude is None:
        return Value(None, FloatField())
    return Min(DistanceKm(commune.latitude, commune.longitude, "addresses__latitude", "addresses__longitude"))


def _distance_of(mission: Mission, query: SearchQuery) -> float | None:
    """The same as `_distance`, of a row whose addresses are there."""
    if not _has_distance(query):
        return None
    commune = cast(Commune, query.commune)
    here = cast(float, commune.latitude), cast(float, commune.longitude)
    points = ((each.latitude, each.longitude) for each in mission.addresses.all())
    return min((distance_km(*here, *point) for point in points if None not in point), default=None)  # type: ignore[arg-type]


def _rank(query: SearchQuery) -> Any:
    if not query.text:
        return Value(0.0, FloatField())
    return SearchRank(F("search"), FrenchQuery(query.text))


def _next_start(query: SearchQuery) -> Any:
    dated = _slots(query).filter(mission=OuterRef("pk"), kind=SlotKind.DATED)
    return Subquery(dated.order_by("starts_at").values("starts_at")[:1])


_ANNOTATIONS: dict[str, Callable[[SearchQuery], Any]] = {
    "distance_km": _distance,
    "rank": _rank,
    "next_start": _next_start,
}


def _annotated(
    missions: MissionQuerySet, query: SearchQuery, *, only: "set[str] | None" = None
) -> MissionQuerySet:
    names = _ANNOTATIONS if only is None else only
    return missions.annotate(**{name: _ANNOTATIONS[name](query) for name in names})


def _needed(query: SearchQuery) -> set[str]:
    """What the order of this search reads: not computed for thousands of missions when it is not."""
    return {
        Sort.RELEVANCE: {"rank", "distance_km"},
        Sort.DISTANCE: {"distance_km"},
        Sort.DATE: {"next_start", "distance_km"},
        Sort.RECENT: set(),
    }[Sort(query.order)]


def _order(query: SearchQuery) -> list[Any]:
    recent = [F("published_at").desc(nulls_last=True), "pk"]
    soon = F("next_start").asc(nulls_last=True)
    near = [F("distance_km").asc(nulls_last=True)] if _has_distance(query) else []
    return {
        Sort.RELEVANCE: ["-rank", *near, *recent],
        Sort.DISTANCE: [*near, *recent],
        Sort.DATE: [soon, *near, *recent],
        Sort.RECENT: recent,
    }[Sort(query.order)]
