"""What the field « Quoi ? » proposes as one types: the words of the filters, then organisations and missions."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from django.db.models import CharField, Q, Value
from django.urls import reverse

from jeveuxagir.common.text import fold
from jeveuxagir.taxonomies.models import Activity, Domain, Skill

from .models import Mission

SHORTEST = 2
MOST = 8
MOST_OF_A_KIND = 3
#: Missions whose words are looked at.
LOOKED_AT = 60
#: The index on words has no use below three letters.
INDEXED = 3


@dataclass(frozen=True)
class Suggestion:
    """`kind` in words; `name` and `value` are the filter it chooses, or `url` the page it opens."""

    kind: str
    label: str
    name: str = "q"
    value: str = ""
    url: str = ""


def suggestions(text: str) -> list[Suggestion]:
    """The best few, by kind. Two statements."""
    typed = fold(text[:60])
    if len(typed) < SHORTEST:
        return []
    found = [*_terms(typed), *(_of_missions(typed) if len(typed) >= INDEXED else [])]
    kinds: dict[str, list[Suggestion]] = {}
    for suggestion in found:
        of_kind = kinds.setdefault(suggestion.kind, [])
        if len(of_kind) < MOST_OF_A_KIND:
            of_kind.append(suggestion)
    return list(chain.from_iterable(kinds.values()))[:MOST]


def _terms(typed: str) -> Iterable[Suggestion]:
    """Domains, activities and skills one of whose words begins so, the earliest word first."""
    rows = [
        model.objects.filter(active=True)
        .order_by()
        .annotate(field=Value(name, CharField()), kind=Value(kind, CharField()))
        .values_list("field", "kind", "code", "name")
        for model, name, kind in (
            (Domain, "domaine", "Domaine"),
            (Activity, "activite", "Activité"),
            (Skill, "competence", "Compétence"),
        )
    ]
    order = {"domaine": 0, "activite": 1, "competence": 2}
    ranked = []
    for name, kind, code, label in rows[0].union(*rows[1:], all=True):
        place = _place(typed, label)
        if place is not None:
            ranked.append((order[name], place, label, Suggestion(kind, label, name, code)))
    return [suggestion for *_, suggestion in sorted(ranked, key=lambda row: row[:3])]


def _of_missions(typed: str) -> Iterable[Suggestion]:
    """Organisations and titles that say it, of open missions."""
    every_word = Q()
    for word in typed.split():
        every_word &= Q(words__contains=word)
    rows = list(
        Mission.objects.open()
        .filter(every_word)
        .order_by()
        .values_list("pk", "slug", "title", "organisation__name")[:LOOKED_AT]
    )
    organisations: dict[str, int] = {}
    titles: dict[str, tuple[int, Suggestion]] = {}
    for pk, slug, title, organisation in rows:
        place = _place(typed, organisation)
        if place is not None:
            organisations.setdefault(organisation, place)
        place = _place(typed, title)
        if place is not None:
            url = reverse("missions:page", args=[pk, slug])
            titles.setdefault(title, (place, Suggestion("Mission", title, url=url)))
    yield from (
        Suggestion("Organisation", name, "q", name)
        for name, _ in sorted(organisations.items(), key=lambda item: (item[1], item[0]))
    )
    yield from (
        suggestion for _, suggestion in sorted(titles.values(), key=lambda item: (item[0], item[1].label))
    )


def _place(typed: str, label: str) -> int | None:
    """Which word of the label begins what was typed."""
    text = f" {fold(label)}"
    at = text.find(f" {typed}")
    return None if at < 0 else text.count(" ", 0, at)
