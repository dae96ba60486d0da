"""How many skill needs each choice beside the list would give: one statement for each filter."""

from collections import Counter
from dataclasses import replace
from typing import Any

from jeveuxagir.ui.facets import SHOWN, Facet, tallied

from .directory import Wanted, found, soon
from .forms import DirectoryForm

NOUN = "besoin"
#: filter → the field of `Wanted` that it fills, and what is counted
FILTERS = {
    "famille": ("families", "skills__group"),
    "forme": ("formats", "format"),
    "lieu": ("modes", "mode"),
    "echeance": ("soon", "soon"),
    "departement": ("departments", "department"),
    "domaine": ("domains", "domain"),
}
FOLDED = ("domaine",)


def facets(form: DirectoryForm, wanted: Wanted) -> list[Facet]:
    """The filters of the page, in its order. A choice that finds nothing is hidden, unless chosen."""
    made = []
    for name, (wanted_field, path) in FILTERS.items():
        others: dict[str, Any] = {wanted_field: ()}
        counts = _counts(path, replace(wanted, **others))
        limit = 0 if name in FOLDED else SHOWN
        made.append(tallied(form, name, counts, noun=NOUN, limit=limit, by_count=name == "departement"))
    return made


def _counts(path: str, wanted: Wanted) -> Counter[str]:
    """{choice: needs} for one filter, whatever is chosen in it."""
    rows = found(wanted).order_by().annotate(soon=soon())
    pairs = rows.filter(**{f"{path}__isnull": False}).values_list(path, "pk").distinct()
    return Counter(str(value) for value, _need in pairs)
