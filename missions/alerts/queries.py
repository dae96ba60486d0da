"""A search that is kept: checked, always written the same way, read again later."""

from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict

from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import NBSP
from jeveuxagir.territories.geo import WithinKm
from jeveuxagir.territories.models import Commune
from missions.filters import SearchForm, normalised
from missions.search import SearchQuery

from .enums import EndReason

LONGEST = 1500
#: An address may be this far from the middle of its town.
MARGIN_KM = 15


def checked(data: QueryDict) -> SearchQuery:
    """The search of an address, if an alert on it means something; else says why not."""
    form = SearchForm(normalised(data))
    if not form.is_valid():
        reasons = [str(message) for messages in form.errors.values() for message in messages]
        raise RuleBroken(" ".join(reasons), code="wrong_search")
    query = replace(form.query(), sort="")
    if query.is_empty:
        raise RuleBroken(
            f"Choisissez d’abord ce que vous cherchez{NBSP}: un lieu, un domaine, un mot… "
            "Sans critère, toutes les missions de France vous seraient envoyées.",
            code="no_criterion",
        )
    if len(canonical(query)) > LONGEST:
        raise RuleBroken("Cette recherche a trop de critères pour une alerte.", code="too_long")
    return query


def canonical(query: SearchQuery) -> str:
    """Two searches that find the same are written the same."""
    values = QueryDict(mutable=True)
    if query.text:
        values["q"] = query.text.lower()
    if query.remote_only:
        values["distance"] = "on"
    elif query.commune is not None:
        values["lieu"] = query.commune.label
        values["rayon"] = str(query.radius_km)
    for name, several in (
        ("domaine", [domain.pk for domain in query.domains]),
        ("activite", [activity.pk for activity in query.activities]),
        ("competence", [skill.pk for skill in query.skills]),
        ("odd", [sdg.pk for sdg in query.sdgs]),
        ("rythme", [str(each) for each in query.commitments]),
    ):
        if several:
            values.setlist(name, sorted(map(str, several)))
    if query.date_from:
        values["du"] = query.date_from.isoformat()
    if query.date_until:
        values["au"] = query.date_until.isoformat()
    if query.open_to_minors:
        values["mineurs"] = "on"
    if query.teams:
        values["equipes"] = "on"
    return values.urlencode()


@dataclass(frozen=True)
class Kept:
    """A kept search today: the search, or why it means nothing any more."""

    query: SearchQuery | None
    end_reason: str = ""


def read(kept: str) -> Kept:
    form = SearchForm(QueryDict(kept))
    if form.is_valid():
        return Kept(form.query())
    past = set(form.errors) == {"au"}
    return Kept(None, EndReason.PAST if past else EndReason.CRITERIA)


#: fields of an address that make one criterion together
_TOGETHER = ({"lieu", "rayon"}, {"du", "au"})


def criteria(kept: str) -> list[str]:
    """The criteria of a kept search, each an address of its own: a mission is found when each finds it."""
    values = QueryDict(kept)
    if values.get("distance") and values.get("lieu"):
        return [kept]  # never written so: far away, the place does not count
    parts: dict[str, QueryDict] = {}
    for name, several in values.lists():
        key = next((min(names) for names in _TOGETHER if name in names), name)
        parts.setdefault(key, QueryDict(mutable=True)).setlist(name, several)
    return [part.urlencode() for part in parts.values()]


def gates(query: SearchQuery) -> dict[str, Any]:
    """What a mission must share with this search, in columns that one statement compares."""
    return {
        "departments": departments_around(query),
        "domains": sorted(str(domain.pk) for domain in query.domains),
        "remote_only": query.remote_only,
    }


def departments_around(query: SearchQuery) -> list[str]:
    if not query.has_place or query.commune is None:
        return []
    commune = query.commune
    if commune.latitude is None or commune.longitude is None:
        return [commune.department_id]
    around = Commune.objects.filter(
        WithinKm(commune.latitude, commune.longitude, query.radius_km + MARGIN_KM)
    )
    found = set(around.order_by().values_list("department_id", flat=True).distinct())
    return sorted({commune.department_id, *found})
