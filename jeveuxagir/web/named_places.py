"""What was typed names a place: its page, whatever the box it was typed in.

of("Sahune")     # [NamedPlace("Sahune (26)", "commune", "/territoires/communes/26288-sahune/", Commune)]
of("la Drôme")   # the department; of("lire") nothing
"""

from dataclasses import dataclass
from typing import Any

from jeveuxagir.findable.models import AnyPlace
from jeveuxagir.territories import places
from jeveuxagir.territories.models import Commune, Department, Epci, Region
from jeveuxagir.territories.text import normalise

from .territories import commune_url, department_url, epci_url, region_url

MOST = 3
#: a shorter word is rather a word: « Oô », « Ay »
SHORTEST = 3
#: from so many letters a name that is being typed is looked for
BEGUN = 4
ARTICLES = ("la ", "le ", "les ", "l ")


@dataclass(frozen=True)
class NamedPlace:
    """A place that bears the name typed, and its page."""

    label: str
    what: str
    url: str
    place: AnyPlace


def of(text: str, *, most: int = MOST, begun: bool = False) -> list[NamedPlace]:
    """Places of exactly this name, number or postal code: regions, departments, then communes, the peopled first.

    « Romans » also names the larger Romans-sur-Isère. `begun`: the text is being typed, its last word may go on.
    """
    typed = places.Typed.parse(text)
    if len(typed.name) < SHORTEST and not (typed.postal_code or typed.department):
        return []
    found = [*_wide(text, typed), *_communes(text, typed, begun)]
    return found[:most]


def _wide(text: str, typed: places.Typed) -> list[NamedPlace]:
    if typed.postal_code:
        return []
    names = _names(text)
    number = typed.department if not typed.name else ""
    departments = [
        one
        for one in Department.objects.select_related("region").order_by("code")
        if one.code == number or names & {normalise(one.name), normalise(one.label)}
    ]
    alike = {one.name for one in departments}  # overseas, a region of one department is the same place twice
    regions = [
        one
        for one in Region.objects.order_by("code")
        if normalise(one.name) in names and one.name not in alike
    ]
    return [
        *(NamedPlace(one.name, "région", region_url(one), one) for one in regions),
        *(NamedPlace(one.label, "département", department_url(one), one) for one in departments),
    ]


def _communes(text: str, typed: places.Typed, begun: bool) -> list[NamedPlace]:
    if not (typed.name or typed.postal_code):
        return _communities(text)
    known = places.lookup(text)
    exact = [one for one in known if _bears(one, typed)]
    kept = exact
    if typed.name and (exact or (begun and len(typed.name) >= BEGUN)):
        # the first known is the most peopled: it may be the one that is meant by a part of its name
        meant = [one for one in known[:1] if one not in exact and _begins(one, typed, begun)]
        kept = [*meant, *exact]
    codes = [one.pk for one in kept]
    rows = {
        one.pk: one
        for one in Commune.objects.filter(pk__in=codes).select_related("department__region", "epci")
    }
    found = [NamedPlace(rows[pk].label, "commune", commune_url(rows[pk]), rows[pk]) for pk in codes]
    return found or _communities(text)


def _begins(commune: Commune, typed: places.Typed, begun: bool) -> bool:
    """« romans » begins « romans sur isere »; while one types, « roma » does too."""
    there = not typed.department or commune.department_id == typed.department
    return there and commune.search_name.startswith(typed.name if begun else f"{typed.name} ")


def _bears(commune: Commune, typed: places.Typed) -> bool:
    if typed.department and commune.department_id != typed.department:
        return False
    if typed.postal_code and typed.postal_code not in commune.postal_codes:
        return False
    return not typed.name or commune.search_name in {
        typed.name,
        *(article + typed.name for article in ARTICLES),
    }


def _communities(text: str) -> list[NamedPlace]:
    """Intercommunalities have long names: somebody who types one whole means it."""
    rows: Any = Epci.objects.filter(name__iexact=" ".join(text.split()))
    return [NamedPlace(one.name, "intercommunalité", epci_url(one), one) for one in rows[:1]]


def _names(text: str) -> set[str]:
    name = normalise(text)
    return {name, *(name.removeprefix(article) for article in ARTICLES)}
