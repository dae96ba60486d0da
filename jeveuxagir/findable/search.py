"""One search over everything public: how many of each kind, the first of each, or one kind by pages.

wanted = Wanted(text="lire", place=commune)
groups(wanted)      # each kind that has something, its first lines and its total: one statement
page_of(wanted, 2)  # with `kind` set: a page of its lines
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.contrib.postgres.search import SearchRank, TrigramWordSimilarity
from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, F, Func, When, Window
from django.db.models.functions import RowNumber

from jeveuxagir.common.text import fold
from jeveuxagir.taxonomies.models import Domain, Sdg
from jeveuxagir.territories.models import Commune
from jeveuxagir.territories.text import FrenchQuery, SortName

from .models import AnyPlace, Entry, EntryQuerySet, area
from .registry import Source, in_order, sources

MAX_TEXT = 100
FIRST = 5
PAGE = 20
#: no page goes further
MOST = 2_000
NEAREST = 6
LIKENESS = 0.5


@dataclass(frozen=True)
class Wanted:
    """Empty finds everything. Several values of one filter: any of them."""

    text: str = ""
    place: AnyPlace | None = None
    kind: str = ""
    domains: Sequence[Domain] = ()
    sdgs: Sequence[Sdg] = ()
    #: words of the other vocabularies, each after the name of its filter: « categorie:mecenat »
    terms: Sequence[str] = ()

    def without(self, name: str) -> "Wanted":
        """The same, whatever is chosen of that filter of `terms`."""
        return replace(self, terms=tuple(term for term in self.terms if not term.startswith(f"{name}:")))

    @property
    def is_empty(self) -> bool:
        return self == Wanted()


@dataclass(frozen=True)
class Group:
    """One kind, its first entries and how many there are."""

    source: Source
    entries: list[Entry]
    total: int


def found(wanted: Wanted) -> EntryQuerySet:
    """What answers, in no order."""
    rows = Entry.objects.current().defer("words", "search", "titles").saying(wanted.text)
    if wanted.place is not None:
        rows = rows.at(wanted.place)
    if wanted.kind:
        rows = rows.of_kind(wanted.kind)
    if wanted.domains:
        rows = rows.filter(domains__overlap=[domain.pk for domain in wanted.domains])
    if wanted.sdgs:
        rows = rows.filter(sdgs__overlap=[sdg.pk for sdg in wanted.sdgs])
    of_filter: dict[str, list[str]] = {}
    for term in wanted.terms:
        of_filter.setdefault(term.partition(":")[0], []).append(term)
    for terms in of_filter.values():
        rows = rows.filter(terms__overlap=terms)
    return rows


def counts(wanted: Wanted) -> dict[str, int]:
    """{kind: how many}, whatever kind is asked for."""
    rows = found(replace(wanted, kind="")).order_by().values_list("kind").annotate(total=Count("pk"))
    return dict(rows)


def lying_in(place: AnyPlace) -> dict[str, int]:
    """{kind: how many} in the place itself, without what covers it and more."""
    rows = Entry.objects.current().filter(areas__contains=[area(place)]).order_by()
    return dict(rows.values_list("kind").annotate(total=Count("pk")))


def groups(wanted: Wanted, *, first: int = FIRST) -> list[Group]:
    """Each kind that has something, in the site's order, with its first entries: one statement."""
    rows = found(wanted).annotate(
        place_in_kind=Window(RowNumber(), partition_by=F("kind"), order_by=_order(wanted)),
        of_kind_total=Window(Count("pk"), partition_by=F("kind")),
    )
    held: dict[str, list[Entry]] = {}
    for entry in rows.filter(place_in_kind__lte=first).order_by("kind", "place_in_kind"):
        held.setdefault(entry.kind, []).append(entry)
    return [
        Group(source, held[source.kind], held[source.kind][0].of_kind_total)  # type: ignore[attr-defined]
        for source in in_order()
        if source.kind in held
    ]


def first_of(wanted: Wanted, kinds: Sequence[str], most: int) -> list[tuple[Source, Entry]]:
    """The best of a few kinds together, each with its kind: one statement."""
    rows = found(wanted).filter(kind__in=[kind for kind in kinds if kind in sources])
    return [(sources[entry.kind], entry) for entry in rows.order_by(*_order(wanted))[:most]]


def page_of(wanted: Wanted, number: str | int | None) -> Page:
    """A page of one kind, or of all together; the first, or the last, for a number that means nothing."""
    return Paginator(found(wanted).order_by(*_order(wanted))[:MOST], PAGE).get_page(number)


def tallies(wanted: Wanted, name: str) -> Counter[str]:
    """How many each domain or SDG would give, whatever is chosen of that filter. `name` is its column.

    Of `terms`, what is chosen stands: `wanted.without(…)` leaves out what is chosen of one of its filters.
    """
    without: Any = {} if name == "terms" else {name: ()}
    rows = found(replace(wanted, **without))
    pairs = (
        rows.order_by()
        .annotate(one=Func(F(name), function="unnest"))
        .values("one")
        .annotate(total=Count("pk"))
        .values_list("one", "total")
    )
    return Counter({str(value): total for value, total in pairs})


def nearest(text: str) -> list[Entry]:
    """Titles that look like what was typed, when nothing says it: a word mistyped."""
    typed = fold(text)
    if len(typed) < 3:
        return []
    rows = Entry.objects.current().defer("words", "search", "titles")
    alike = TrigramWordSimilarity(typed, SortName("title"))
    return list(
        rows.annotate(likeness=alike)
        .filter(likeness__gte=LIKENESS)
        .order_by("-likeness", "rank", "pk")[:NEAREST]
    )


def suggestions(typed: str, *, most: int = 8) -> list[Entry]:
    """What the words being typed may lead to."""
    if len(fold(typed)) < 2:
        return []
    rows = Entry.objects.current().defer("words", "search", "titles", "summary")
    return list(rows.starting(typed[:MAX_TEXT]).in_order()[:most])


def wider(place: AnyPlace) -> AnyPlace | None:
    """The next place up: a commune's department, a department's region."""
    if isinstance(place, Commune):
        return place.department
    return getattr(place, "region", None)


def _order(wanted: Wanted) -> list[Any]:
    """Read before unread; then what says it best; then what lies in the place itself; the last published first."""
    order: list[Any] = [F("rank").asc()]
    if wanted.text:
        order.append(SearchRank(F("search"), FrenchQuery(wanted.text)).desc())
    if wanted.place is not None and isinstance(wanted.place, Commune):
        itself = Case(When(areas__contains=[area(wanted.place)], then=0), default=1)
        order.append(itself.asc())
    return [*order, F("published_at").desc(nulls_last=True), F("pk").desc()]
