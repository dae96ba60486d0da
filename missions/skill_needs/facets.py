"""How many skill needs each choice beside the list would give: one statement for each filter."""

from collections import Counter
from dataclasses import replace
from typing import Any

from jeveuxagir.ui.facets import SHOWN, Choice, Facet, SeveralField, facet

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
        asked = form.fields[name]
        assert isinstance(asked, SeveralField)
        others: dict[str, Any] = {wanted_field: ()}
        counts = _counts(path, replace(wanted, **others))
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


def _counts(path: str, wanted: Wanted) -> Counter[str]:
    """{choice: needs} for one filter, whatever is chosen in it."""
    rows = found(wanted).order_by().annotate(soon=soon())
    pairs = rows.filter(**{f"{path}__isnull": False}).values_list(path, "pk").distinct()
    return Counter(str(value) for value, _need in pairs)
