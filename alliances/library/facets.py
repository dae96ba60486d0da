"""How many sheets each choice beside a shelf would give: one statement for each filter."""

from collections import Counter
from dataclasses import replace
from typing import Any

from jeveuxagir.ui.facets import SHOWN, Facet, tallied

from .directory import NOUNS, Wanted, found
from .enums import Shelf
from .forms import ShelfForm

#: filter → the field of `Wanted` that it fills
FILLS = {
    "besoin": "needs",
    "interet": "interests",
    "moment": "moments",
    "niveau": "levels",
    "categorie": "categories",
    "fonction": "functions",
    "domaine": "domains",
    "odd": "sdgs",
}
FOLDED = ("categorie", "fonction", "domaine", "odd")


def facets(form: ShelfForm, shelf: Shelf, wanted: Wanted) -> list[Facet]:
    """The filters of the page, in its order. A choice that finds nothing is hidden, unless chosen."""
    made = []
    for name, wanted_field in FILLS.items():
        others: dict[str, Any] = {wanted_field: ()}
        counts = _counts(wanted_field, found(shelf, replace(wanted, **others)))
        made.append(tallied(form, name, counts, noun=NOUNS[shelf], limit=0 if name in FOLDED else SHOWN))
    return made


def _counts(name: str, rows: Any) -> Counter[str]:
    rows = rows.order_by()
    if name in ("domains", "sdgs"):
        pairs = rows.filter(**{f"{name}__isnull": False}).values_list(name, "pk").distinct()
        return Counter(str(value) for value, _sheet in pairs)
    return Counter(value for values in rows.values_list(name, flat=True) for value in values)
