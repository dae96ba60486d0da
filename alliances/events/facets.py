"""How many events each choice beside the list would give.

Within a filter choices add up, so the counts of a filter leave out what is chosen in that filter: one statement each.
"""

from collections import Counter
from dataclasses import replace
from typing import Any

from jeveuxagir.ui.facets import SHOWN, Facet, tallied

from .directory import Wanted, found
from .enums import MODES_OF
from .forms import ListForm
from .models import EventQuerySet

NOUN = "événement"
#: filter → the field of `Wanted` that it fills
FILLS = {
    "sorte": "kinds",
    "mode": "ways",
    "domaine": "domains",
    "odd": "sdgs",
    "departement": "departments",
}
#: filters whose choices are all folded
FOLDED = ("odd", "departement")


def facets(form: ListForm, wanted: Wanted) -> list[Facet]:
    """The filters of the page, in its order. A choice that finds nothing is hidden, unless chosen."""
    made = []
    for name, wanted_field in FILLS.items():
        counts = _counts(name, found(_without(wanted, wanted_field)))
        made.append(
            tallied(
                form,
                name,
                counts,
                noun=NOUN,
                limit=0 if name in FOLDED else SHOWN,
                by_count=name == "departement",
            )
        )
    return made


def _without(wanted: Wanted, name: str) -> Wanted:
    changes: dict[str, Any] = {name: ()}
    return replace(wanted, **changes)


def _counts(name: str, rows: EventQuerySet) -> Counter[str]:
    """{choice: events} for one filter."""
    rows = rows.order_by()
    if name == "mode":
        by_mode = Counter(rows.values_list("mode", flat=True))
        return Counter({str(way): sum(by_mode[mode] for mode in modes) for way, modes in MODES_OF.items()})
    path = {"sorte": "kind", "domaine": "domain", "odd": "sdgs", "departement": "department"}[name]
    pairs = rows.filter(**{f"{path}__isnull": False}).values_list(path, "pk").distinct()
    return Counter(str(value) for value, _event in pairs)
