"""How an app lets what it publishes be found with everything else: it registers a `Source` in `ready()`.

    registry.register(Source(
        kind="event", model="events.Event", label="événement", plural="événements", order=50, gender="m",
        rows=lambda: Event.objects.public().select_related("commune__department"),
        found=_found,                      # Event -> Found
        list_url="/evenements/",
    ))

Every fact recorded on a row of `model` (audit.services.record) has its entry written again soon after; a night job
writes them all again, for what time alone changes. `follows` names the relations whose rows decide too: an event
leaves the index with its organisation, and comes back with it. A row that is deleted, by whatever way, leaves it too.
Nothing else is asked of the app.
"""

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db.models.signals import post_delete

from jeveuxagir.audit.services import follow
from jeveuxagir.common.registries import Registry

from . import services


@dataclass(frozen=True)
class Found:
    """What the index keeps of one public thing."""

    title: str
    url: str  # a path of the site
    summary: str = ""
    #: what else it is found by
    words: str = ""
    #: what a line says besides, in a few words: « Dimanche 6 décembre », « 3 places »
    note: str = ""
    #: where it lies: communes, intercommunalities, departments, regions (rows); several at will
    places: Sequence[Any] = ()
    #: where on a map; the first place's when not said
    point: tuple[float, float] | None = None
    #: it concerns the whole country, or nowhere: remote missions, methods
    everywhere: bool = False
    domains: Iterable[str] = ()
    sdgs: Iterable[int] = ()
    #: words of the other vocabularies, each after the name of its filter: « categorie:mecenat », « etagere:outils »
    terms: Iterable[str] = ()
    published_at: datetime.datetime | None = None
    #: after this it is not found any more
    until: datetime.datetime | None = None
    #: 0 for what was read by the brigade; more stands lower
    rank: int = 0


@dataclass(frozen=True)
class Source:
    """One kind of thing that anybody may find."""

    kind: str
    model: str  # « missions.Mission »
    label: str
    plural: str
    rows: Callable[[], Any]  # a queryset of what is public now
    found: Callable[[Any], Found]
    list_url: str
    order: int = 100
    #: in a query string of `list_url`, the name of its field for words, of that for a commune; "" when it has none
    words_field: str = "q"
    place_field: str = ""
    #: the names of the vocabularies that `list_url` filters by: odd, domaine, categorie, fonction
    filters: Sequence[str] = ()
    #: what some of them are called, by a word of their `terms`: {"etagere:donnees": "jeu de données"}
    names: Mapping[str, str] = field(default_factory=dict)
    #: fields of `model`'s relations to prefetch, for `found`
    prefetch: Sequence[Any] = field(default=())
    #: fields of `model` that name another row: a fact on that row writes these entries again
    follows: Sequence[str] = ()


#: kind → Source
sources: Registry[Source] = Registry("kinds of things to find")


def register(source: Source) -> None:
    sources.register(source.kind, source)
    follow(source.model, source.kind, lambda keys: services.note(source.kind, keys))
    model = apps.get_model(source.model)
    post_delete.connect(_forgetting(source), sender=model, dispatch_uid=f"findable.{source.kind}", weak=False)
    for name in source.follows:
        follow(
            model._meta.get_field(name).related_model._meta.label,
            f"{source.kind}.{name}",
            _noting(source, name),
        )


def _forgetting(source: Source) -> Callable[..., None]:
    """Erased with its author, or by the law of time: nothing is recorded then, and its words must not stay."""

    def forgotten(instance: Any, **_more: Any) -> None:
        services.note(source.kind, [str(instance.pk)])

    return forgotten


def _noting(source: Source, name: str) -> Callable[[list[str]], None]:
    def noted(keys: list[str]) -> None:
        rows = apps.get_model(source.model)._default_manager.filter(**{f"{name}__in": keys})
        services.note(source.kind, map(str, rows.values_list("pk", flat=True)))

    return noted


def in_order() -> list[Source]:
    return sorted(sources, key=lambda source: (source.order, source.kind))
