"""How many common problems each choice beside the list would give: one statement for each filter."""

from collections import Counter
from dataclasses import replace

from jeveuxagir.ui.facets import SHOWN, Facet, tallied

from .directory import STANDING, Wanted, found
from .forms import DirectoryForm

NOUN = "problème"
#: filter → the field of `Wanted` that it fills, and what is counted
FILTERS = {
    "etat": ("standings", "standing"),
    "departement": ("departments", "department"),
    "domaine": ("domains", "domain"),
    "odd": ("sdgs", "sdgs"),
}


def facets(form: DirectoryForm, wanted: Wanted) -> list[Facet]:
    """The filters of the page, in its order. A choice that finds nothing is hidden, unless chosen."""
    made = []
    for name, (wanted_field, path) in FILTERS.items():
        counts = _counts(path, replace(wanted, **{wanted_field: ()}))
        made.append(
            tallied(
                form,
                name,
                counts,
                noun=NOUN,
                limit=0 if name == "odd" else SHOWN,
                by_count=name == "departement",
            )
        )
    return made


def _counts(path: str, wanted: Wanted) -> Counter[str]:
    """{choice: common problems} for one filter, whatever is chosen in it."""
    rows = found(wanted).order_by().annotate(standing=STANDING)
    pairs = rows.filter(**{f"{path}__isnull": False}).values_list(path, "pk").distinct()
    return Counter(str(value) for value, _challenge in pairs)
