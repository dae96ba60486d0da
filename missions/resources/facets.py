"""How many needs each choice beside the list would give.

Within a filter choices add up, so the counts of a filter leave out what is chosen in that filter: one statement each.
"""

from collections import Counter
from dataclasses import replace
from typing import Any

from jeveuxagir.ui.facets import SHOWN, Choice, Facet, SeveralField, facet

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
        asked = form.fields[name]
        assert isinstance(asked, SeveralField)
        changes: dict[str, Any] = {wanted_field: ()}
        rows = found(replace(wanted, **changes)).order_by().filter(**{f"{path}__isnull": False})
        counts = Counter(str(value) for value, _need in rows.values_list(path, "pk").distinct())
        chosen = {str(value) for value in form[name].value() or []} & asked.known.keys()
        choices = [
            Choice(value, form.words(name, term), counts[value], value in chosen)
            for value, term in asked.known.items()
            if counts[value] or value in chosen
        ]
        if name == "departement":
            choices.sort(key=lambda choice: -choice.count)
        made.append(facet(form, name, choices, noun=NOUN, limit=0 if name in FOLDED else SHOWN))
    return made
