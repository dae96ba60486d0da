"""Which examples a visitor looks for, the same for the pages, the API and the feed; and the row of the homes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import SearchRank
from django.db.models import Exists, F, OuterRef

from alliances.library.enums import State
from jeveuxagir.common.text import plural
from jeveuxagir.taxonomies.models import CatalystFunction, Domain, PartnershipCategory, Sdg
from jeveuxagir.territories.models import Region
from jeveuxagir.territories.text import FrenchQuery

from .enums import Size
from .models import Example

NOUN = "exemple"
#: in the row of a home, and how many of the most trusted it is chosen from
ROW = 4
CHOSEN_FROM = 80


@dataclass(frozen=True)
class Wanted:
    """Nothing chosen: all of them. Several values of one filter: any of them."""

    text: str = ""
    categories: Sequence[PartnershipCategory] = ()
    functions: Sequence[CatalystFunction] = ()
    sdgs: Sequence[Sdg] = ()
    domains: Sequence[Domain] = ()
    grounds: Sequence[str] = ()
    sizes: Sequence[str] = ()
    costs: Sequence[str] = ()
    regions: Sequence[Region] = ()
    colleges: Sequence[str] = ()
    leaders: Sequence[str] = ()


#: filter → the column it reads
_PLAIN = {
    "categories": "category",
    "grounds": "ground",
    "sizes": "size",
    "costs": "cost",
    "regions": "region",
    "leaders": "leader",
}


def found(wanted: Wanted) -> Any:
    """Public ones: read and confirmed first, then to confirm, then imported and not read; in each, the nearest."""
    rows: Any = Example.objects.public()
    for name, column in _PLAIN.items():
        if asked := getattr(wanted, name):
            rows = rows.filter(**{f"{column}__in": list(asked)})
    if wanted.colleges:
        rows = rows.filter(colleges__overlap=[str(value) for value in wanted.colleges])
    if wanted.functions:
        rows = rows.filter(functions__overlap=[term.pk for term in wanted.functions])
    for name, other in (("domains", "domain"), ("sdgs", "sdg")):
        if asked := getattr(wanted, name):
            through: Any = getattr(Example, name).through
            tagged = through.objects.filter(example=OuterRef("pk"), **{f"{other}__in": list(asked)})
            rows = rows.filter(Exists(tagged))
    rows = rows.saying(wanted.text).trusted_first()
    if wanted.text:
        rank = SearchRank(F("search"), FrenchQuery(wanted.text))
        rows = rows.annotate(rank=rank).order_by("trust", "-rank", "-published_at", "-pk")
    return rows


#: what no card shows, and is long
LONG = (
    "context",
    "parties",
    "cost_detail",
    "steps",
    "results",
    "proof",
    "pitfalls",
    "search",
    "search_extra",
)


def for_cards(rows: Any) -> Any:
    """With all that a card shows, in one statement."""
    return rows.select_related("commune", "epci", "county", "category").defer(*LONG)


def whole(rows: Any) -> Any:
    """With all that a page or the API shows, in a number of statements that rows do not change."""
    related = ("organisation", "commune__department", "epci", "county__region", "category")
    return rows.select_related(*related).prefetch_related("domains", "sdgs")


@dataclass(frozen=True)
class Card:
    """What `examples/_card.html` shows."""

    example: Example

    @property
    def line(self) -> str:
        """« Guéret (23), rural »."""
        return ", ".join(filter(None, [self.example.where, str(self.example.get_ground_display())]))

    @property
    def takes(self) -> str:
        """« de 1 000 à 10 000 euros, 9 mois »."""
        months = self.example.duration_months
        return ", ".join(
            filter(
                None, [str(self.example.get_cost_display()), plural(months, "mois", "mois") if months else ""]
            )
        )

    @property
    def to_confirm(self) -> bool:
        return self.example.state == State.TO_CONFIRM


def home_row(limit: int = ROW) -> list[Example]:
    """A few that differ: never more than half of one region, never more than half of large places (K96).

    Read by the brigade and confirmed alone. Shorter, or empty, rather than unfair.
    """
    rows = Example.objects.filter(state=State.PUBLISHED, reviewed_at__isnull=False).trusted_first()
    return mixed(list(for_cards(rows)[:CHOSEN_FROM]), limit)


def mixed(examples: Sequence[Example], limit: int) -> list[Example]:
    """The best `limit` that stay fair, each time the one that repeats least, the best placed of those."""
    for size in range(limit, 1, -1):
        row = _row(examples, size)
        if len(row) == size:
            return row
    return []


def _row(examples: Sequence[Example], size: int) -> list[Example]:
    half = size // 2
    left = list(examples)
    row: list[Example] = []
    regions: Counter[Any] = Counter()
    sizes: Counter[Any] = Counter()
    categories: Counter[Any] = Counter()
    while len(row) < size:
        fair = [
            (regions[one.region_id], sizes[one.size], categories[one.category_id], place)
            for place, one in enumerate(left)
            if regions[one.region_id] < half and not (one.size == Size.LARGE and sizes[one.size] >= half)
        ]
        if not fair:
            break
        chosen = left.pop(min(fair)[-1])
        row.append(chosen)
        regions[chosen.region_id] += 1
        sizes[chosen.size] += 1
        categories[chosen.category_id] += 1
    return row


def near(example: Example, limit: int = 3) -> list[Example]:
    """Others of the same category, those of the same size of place first."""
    rows = Example.objects.public().filter(category=example.category_id).exclude(pk=example.pk)
    others = list(for_cards(rows.trusted_first())[:30])
    others.sort(key=lambda one: (one.trust, one.size != example.size))
    return others[:limit]
