"""How many public alliances each choice beside the list would give.

Within a filter choices add up, so the counts of a filter leave out what is chosen in that filter: one statement each.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from jeveuxagir.ui.facets import SHOWN, Facet, tallied

from .directory import Wanted, found
from .enums import Section
from .forms import DirectoryForm
from .models import AllianceQuerySet, Party, Place

NOUN = "alliance"
#: filter → the field of `Wanted` that it fills
FILLS = {
    "odd": "sdgs",
    "domaine": "domains",
    "etape": "stages",
    "categorie": "categories",
    "fonction": "functions",
    "region": "regions",
    "departement": "departments",
}
#: filters whose choices stand by how many they find; the others keep their own order
BY_COUNT = ("departement", "region")
#: filters whose choices are all folded
FOLDED = ("odd", "fonction", "departement", "region")


def facets(form: DirectoryForm, wanted: Wanted) -> list[Facet]:
    """The filters of the page, in its order. A choice that finds nothing is hidden, unless chosen."""
    made = []
    for name, wanted_field in FILLS.items():
        counts = _counts(name, found(replace(wanted, **{wanted_field: ()})))
        made.append(
            tallied(
                form, name, counts, noun=NOUN, limit=0 if name in FOLDED else SHOWN, by_count=name in BY_COUNT
            )
        )
    return made


def _counts(name: str, rows: AllianceQuerySet) -> Counter[str]:
    """{choice: alliances} for one filter."""
    rows = rows.order_by()
    if name in ("departement", "region"):
        return _of_territory(name, rows)
    if name == "fonction":
        return _of_functions(rows)
    path = {"odd": "sdgs", "domaine": "domain", "etape": "stage", "categorie": "category"}[name]
    pairs = rows.filter(**{f"{path}__isnull": False}).values_list(path, "pk").distinct()
    return _each(pairs)


def _of_territory(name: str, rows: AllianceQuerySet) -> Counter[str]:
    """Where an alliance acts: by its own department and by each of its places, as the filter reads them."""
    towards = {"departement": "", "region": "__region"}[name]
    pairs: list[Any] = [rows.values_list(f"department{towards}", "pk")]
    of_rows = Place.objects.filter(alliance__in=rows.values("pk"))
    for path in ("commune__department", "epci__communes__department", "department"):
        known = of_rows.filter(**{f"{path}__isnull": False})
        pairs.append(known.values_list(f"{path}{towards}", "alliance"))
    if name == "region":
        pairs.append(of_rows.filter(region__isnull=False).values_list("region", "alliance"))
    else:  # a whole region is each of its departments
        known = of_rows.filter(region__isnull=False)
        pairs.append(known.values_list("region__departments", "alliance"))
    first, *others = pairs
    return _each(first.union(*others))


def _of_functions(rows: AllianceQuerySet) -> Counter[str]:
    """What the parties of today hold, in the alliances that show them."""
    shown = rows.filter(shown__contains=[Section.PARTIES]).values("pk")
    held = Party.objects.live().filter(alliance__in=shown, functions__isnull=False)
    return _each(held.order_by().values_list("functions", "alliance").distinct())


def _each(pairs: Iterable[tuple[Any, int]]) -> Counter[str]:
    return Counter(str(value) for value, _alliance in pairs)
