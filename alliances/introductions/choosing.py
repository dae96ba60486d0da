"""Finding the two organisations to introduce: by name, or near one of them in another world."""

from collections.abc import Iterable

from django.db.models import F

from alliances.colleges import college_of
from jeveuxagir.common.text import fold
from jeveuxagir.territories.text import Unaccent
from organisations.duplicates import named_like
from organisations.models import Organisation, OrganisationQuerySet

SHOWN = 10
NEAR_SHOWN = 6
LOOKED_AT = 200


def by_name(typed: str, *, besides: Organisation | None = None) -> list[Organisation]:
    """Each word in the name; without any, the names that are like it."""
    words = fold(typed[:100]).split()[:6]
    if not words:
        return []
    rows = _rows(besides)
    found = rows
    for word in words:
        found = found.annotate(folded=Unaccent(F("name"))).filter(folded__icontains=word)
    exact = list(found.order_by("name", "pk")[:SHOWN])
    return exact or list(named_like(rows, typed[:100]).order_by("-likeness", "pk")[:SHOWN])


def near(one: Organisation) -> list[Organisation]:
    """Of its commune, then of its department, those of another world: a few of each."""
    if one.commune is None:
        return []
    around = _rows(one).filter(commune__department=one.commune.department_id, imports_only=False)
    same = list(around.filter(commune=one.commune_id).order_by("name", "pk")[:LOOKED_AT])
    others = list(around.exclude(commune=one.commune_id).order_by("name", "pk")[:LOOKED_AT])
    return _one_world_then_the_next([*same, *others], college_of(one))


def _one_world_then_the_next(rows: Iterable[Organisation], besides: str) -> list[Organisation]:
    worlds: dict[str, list[Organisation]] = {}
    for row in rows:
        if (college := college_of(row)) != besides:
            worlds.setdefault(college, []).append(row)
    shown: list[Organisation] = []
    while len(shown) < NEAR_SHOWN and any(worlds.values()):
        shown += [found.pop(0) for found in worlds.values() if found]
    return shown[:NEAR_SHOWN]


def _rows(besides: Organisation | None) -> OrganisationQuerySet:
    rows = Organisation.objects.public().select_related("commune__department")
    return rows.exclude(pk=besides.pk) if besides else rows
