"""How many examples each choice beside the list would give: one statement for each filter."""

from collections import Counter
from dataclasses import replace
from typing import Any

from jeveuxagir.ui.facets import SHOWN, Facet, tallied

from .directory import NOUN, Wanted, found
from .forms import DirectoryForm

#: filter → the field of `Wanted` that it fills, and what is counted
FILLS = {
    "categorie": ("categories", "category"),
    "fonction": ("functions", "functions"),
    "taille": ("sizes", "size"),
    "type": ("grounds", "ground"),
    "cout": ("costs", "cost"),
    "porteur": ("leaders", "leader"),
    "monde": ("colleges", "colleges"),
    "domaine": ("domains", "domains"),
    "odd": ("sdgs", "sdgs"),
    "region": ("regions", "region"),
}
FOLDED = ("fonction", "domaine", "odd", "region", "monde", "porteur")
BY_COUNT = ("region",)


def facets(form: DirectoryForm, wanted: Wanted) -> list[Facet]:
    """The filters of the page, in its order. A choice that finds nothing is hidden, unless chosen."""
    made = []
    for name, (field, column) in FILLS.items():
        others: dict[str, Any] = {field: ()}
        counts = _counts(column, found(replace(wanted, **others)))
        made.append(
            tallied(
                form, name, counts, noun=NOUN, limit=0 if name in FOLDED else SHOWN, by_count=name in BY_COUNT
            )
        )
    return made


def _counts(column: str, rows: Any) -> Counter[str]:
    rows = rows.order_by()
    if column in ("domains", "sdgs"):
        pairs = rows.filter(**{f"{column}__isnull": False}).values_list(column, "pk").distinct()
        return Counter(str(value) for value, _example in pairs)
    values = rows.values_list(column, flat=True)
    if column in ("colleges", "functions"):
        return Counter(value for several in values for value in several)
    return Counter(str(value) for value in values if value)
