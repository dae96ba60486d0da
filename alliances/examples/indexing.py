"""Published examples in the index of the whole site, where they happened."""

from typing import Any

from alliances.library.indexing import sheet_found
from jeveuxagir.findable import registry
from jeveuxagir.findable.registry import Found, Source

from .models import Example


def _rows() -> Any:
    return Example.objects.public().select_related("commune__department", "epci", "county")


def _found(example: Example) -> Found:
    places = [example.place] if example.place is not None else []
    categories = [example.category_id] if example.category_id else []
    return sheet_found(example, places=places, note=str(example.get_cost_display()), categories=categories)


def register() -> None:
    registry.register(
        Source(
            kind="example",
            model="examples.Example",
            label="exemple",
            plural="exemples",
            order=45,
            rows=_rows,
            prefetch=("domains", "sdgs"),
            follows=("organisation",),
            found=_found,
            list_url="/bibliotheque/exemples/",
            filters=("odd", "domaine", "categorie", "fonction"),
        )
    )
