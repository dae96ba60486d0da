"""Published sheets in the index of the whole site: they are good everywhere."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jeveuxagir.findable import registry
from jeveuxagir.findable.registry import Found, Source

from .enums import Shelf, State
from .models import Method, Network, Resource
from .sheets import Sheet


def sheet_found(sheet: Any, *, places: Any = (), note: str = "", categories: Iterable[str] = ()) -> Found:
    """What the index keeps of a sheet of any shelf. Unread sheets stand below, those to confirm too."""
    rank = 2 if not sheet.is_read else 1 if sheet.state == State.TO_CONFIRM else 0
    return Found(
        title=sheet.title,
        url=sheet.get_absolute_url(),
        summary=sheet.summary,
        words=sheet.search_extra,
        note=note,
        places=places,
        everywhere=not places,
        domains=[domain.pk for domain in sheet.domains.all()],
        sdgs=[sdg.pk for sdg in sheet.sdgs.all()],
        terms=[
            f"etagere:{Shelf(sheet.shelf).value}",
            *(f"categorie:{code}" for code in categories),
            *(f"fonction:{code}" for code in sheet.functions),
        ],
        published_at=sheet.published_at,
        rank=rank,
    )


def register_shelf(
    model: type[Sheet],
    *,
    label: str,
    plural: str,
    order: int,
    list_url: str,
    filters: Sequence[str] = (),
    names: Mapping[str, str] | None = None,
) -> None:
    registry.register(
        Source(
            kind=str(model._meta.model_name),
            model=model._meta.label,
            label=label,
            plural=plural,
            order=order,
            rows=lambda: model._default_manager.public(),
            prefetch=("domains", "sdgs"),
            follows=("organisation",),
            found=lambda sheet: sheet_found(sheet, categories=sheet.categories),
            list_url=list_url,
            filters=filters,
            names=names or {},
        )
    )


def _network(network: Any) -> Found:
    return Found(
        title=network.title,
        url=network.get_absolute_url(),
        summary=network.summary,
        words=network.search_extra,
        note=network.mode_names.capitalize(),
        places=[network.region] if network.region else [],
        everywhere=network.region is None,
        published_at=network.published_at,
    )


def register() -> None:
    register_shelf(
        Method,
        label="méthode",
        plural="méthodes",
        order=60,
        list_url="/bibliotheque/methodes/",
        filters=("odd", "domaine", "categorie", "fonction"),
    )
    # three shelves, so three lists: the search alone has them all
    register_shelf(
        Resource,
        label="outil",
        plural="outils, données et formations",
        order=70,
        list_url="/bibliotheque/outils/",
        names={"etagere:donnees": "jeu de données", "etagere:competences": "formation"},
    )
    registry.register(
        Source(
            kind="network",
            model="library.Network",
            label="réseau de référence",
            plural="réseaux de référence",
            order=75,
            rows=lambda: Network.objects.public().select_related("region"),
            follows=("organisation",),
            found=_network,
            list_url="/bibliotheque/reseaux/",
            words_field="",
        )
    )
