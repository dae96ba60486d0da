"""How many needs each choice beside the list would give.

Within a filter choices add up, so the counts of a filter leave out what is chosen in that filter: one statement each.
"""

from collections import Counter
from dataclasses import replace
from typing import Any

from jeveuxagir.ui.facets import SHOWN, Facet, tallied

from .directory import Wanted, found
from .forms import ListForm

NOUN = "besoin"
#: filter → the field of `Wanted` that it fills, the path it counts by
FILLS = {
    "nature": ("kinds", "kind"),
    "domaine": ("domains", "domain"),
    "odd": ("sdgs", "sdgs"),
    "departement": ("departments", "department"),
}
#: filters whose choices are all folded
FOLDED = ("odd", "departement")


def facets(form: ListForm, wanted: Wanted) -> list[Facet]:
    """The filters of the page, in its order. A choice that finds nothing is hidden, unless chosen."""
    made = []
    for name, (wanted_field, path) in FILLS.items():
        changes: dict[str, Any] = {wanted_field: ()}
        rows = found(replace(wanted, **changes)).order_by().filter(**{f"{path}__isnull": False})
        counts = Counter(str(value) for value, _need in rows.values_list(path, "pk").distinct())
        limit = 0 if name in FOLDED else SHOWN
        made.append(tallied(form, name, counts, noun=NOUN, limit=limit, by_count=name == "departement"))
    return made
