"""Which measures a visitor looks for: the same filters for the page, the spreadsheet and the API."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from jeveuxagir.ui.facets import SHOWN, Choice, Facet, facet, tallied

from .enums import Status
from .models import Measure, Pledge


@dataclass(frozen=True)
class Wanted:
    """Nothing chosen: all of them. Several values of one filter: any of them."""

    dimensions: Sequence[str] = ()
    horizons: Sequence[int] = ()
    statuses: Sequence[Status] = ()

    def fits(self, measure: Measure) -> bool:
        return (
            (not self.dimensions or measure.dimension in self.dimensions)
            and (not self.horizons or measure.horizon in self.horizons)
            and (not self.statuses or measure.status in self.statuses)
        )


def pledged(measures: Sequence[Measure], states: Sequence[str]) -> Any:
    """The public pledges, the last published first; any of these measures, any of these states."""
    rows = Pledge.objects.public().select_related("organisation", "measure")
    if measures:
        rows = rows.filter(measure__in=measures)
    if states:
        rows = rows.filter(state__in=states)
    return rows.order_by("-opened_at", "-pk")


def pledge_facets(form: Any, measures: Sequence[Measure], states: Sequence[str]) -> list[Facet]:
    """One statement for each filter; its counts leave out what is chosen in it."""
    made = []
    for name, column, rows, limit in (
        ("mesure", "measure", pledged((), states), 0),
        ("etat", "state", pledged(measures, ()), SHOWN),
    ):
        counts = Counter(str(value) for value in rows.order_by().values_list(column, flat=True))
        made.append(tallied(form, name, counts, noun="engagement", limit=limit))
    return made


#: filter → the field of `Wanted` it fills, and what a measure has there
FILTERS = {
    "dimension": ("dimensions", lambda measure: measure.dimension),
    "horizon": ("horizons", lambda measure: measure.horizon),
    "statut": ("statuses", lambda measure: measure.status),
}


def facets(form: Any, wanted: Wanted, measures: Sequence[Measure]) -> list[Facet]:
    """21 rows: counted in memory. A filter's counts leave out what is chosen in that filter."""
    made = []
    for name, (field, value_of) in FILTERS.items():
        others = replace(wanted, **{field: ()})
        counts = Counter(value_of(measure) for measure in measures if others.fits(measure))
        asked = getattr(wanted, field)
        choices = [
            Choice(key, form.words(name, term), counts[term], term in asked)
            for key, term in form.fields[name].known.items()
            if counts[term] or term in asked
        ]
        made.append(facet(form, name, choices, noun="mesure"))
    return made
