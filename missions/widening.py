"""When a search finds nothing: what one click would find, and what that click gave up."""

from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict

from jeveuxagir.common.text import NBSP

from .filters import SearchForm, address
from .search import RADII, SearchQuery, counts_of

#: The address of the search that found nothing, carried by the click that widens it.
BEFORE = "avant"
MOST_BEFORE = 1500


@dataclass(frozen=True)
class Wider:
    """One click that widens an empty search, and how much it finds."""

    label: str
    url: str
    count: int


@dataclass(frozen=True)
class Widened:
    """What the click gave up, in words, and the address of the search as it was."""

    changes: list[str]
    url: str


def wider(query: SearchQuery, data: QueryDict) -> list[Wider]:
    """Searches that give up one thing and find something; only the smallest circle that is enough. One statement."""
    attempts: list[tuple[str, SearchQuery, str]] = []
    before: dict[str, Any] = {BEFORE: address(data)[1:][:MOST_BEFORE]}

    def attempt(label: str, without: SearchQuery, names: tuple[str, ...] = (), **changes: Any) -> None:
        attempts.append((label, without, address(data, without=names, **changes, **before)))

    circles = [km for km in RADII if km > query.radius_km] if query.has_place else []
    for km in circles:
        assert query.commune is not None
        attempt(f"Jusqu’à {km}{NBSP}km {query.commune.of_label}", replace(query, radius_km=km), rayon=km)
    if query.commune and not query.remote_only:
        attempt("À distance, depuis chez vous", replace(query, remote_only=True), distance="on")
    if query.date_from or query.date_until:
        attempt("À toutes les dates", replace(query, date_from=None, date_until=None), ("du", "au"))
    if query.domains or query.activities:
        attempt("Dans tous les domaines", replace(query, domains=(), activities=()), ("domaine", "activite"))
    if query.commitments:
        attempt("À tous les rythmes", replace(query, commitments=()), ("rythme",))
    if query.skills:
        attempt("Sans compétence particulière", replace(query, skills=()), ("competence",))
    if query.sdgs:
        attempt("Pour tous les objectifs", replace(query, sdgs=()), ("odd",))
    if query.open_to_minors:
        attempt("À partir de 18 ans aussi", replace(query, open_to_minors=False), ("mineurs",))
    if query.text and replace(query, text="") != SearchQuery(sort=query.sort):
        attempt(f"Sans les mots «{NBSP}{query.text}{NBSP}»", replace(query, text=""), ("q",))
    if query.has_place:
        attempt("Partout en France", replace(query, commune=None), ("lieu", "rayon"))
    if query.remote_only:
        attempt("Sur place aussi", replace(query, remote_only=False), ("distance",))
    found = counts_of([each for _, each, _ in attempts])
    enough = next((place for place in range(len(circles)) if found[place]), -1)
    return [
        Wider(label, url, count)
        for place, ((label, _, url), count) in enumerate(zip(attempts, found, strict=True))
        if count and (place >= len(circles) or place == enough)
    ]


def widened(data: QueryDict, query: SearchQuery) -> Widened | None:
    """What this search gave up since the one that found nothing, if it comes from there."""
    carried = data.get(BEFORE, "")
    if not carried or len(carried) > MOST_BEFORE or "\x00" in carried:
        return None
    original = QueryDict(carried)
    form = SearchForm(original)
    form.is_valid()
    changes = _changes(form.query(), query)
    return Widened(changes, address(original)) if changes else None


def _changes(before: SearchQuery, now: SearchQuery) -> list[str]:
    said = []
    if now.remote_only and not before.remote_only:
        around = f"{before.radius_km}{NBSP}km autour {before.commune.of_label}" if before.commune else ""
        said.append(f"à distance au lieu de {around}" if around else "à distance")
    elif before.remote_only and not now.remote_only:
        said.append("sur place aussi, et plus seulement à distance")
    elif before.commune and not now.commune:
        said.append(
            f"partout en France au lieu de {before.radius_km}{NBSP}km autour {before.commune.of_label}"
        )
    elif before.commune and now.commune == before.commune and now.radius_km > before.radius_km:
        said.append(
            f"{now.radius_km}{NBSP}km au lieu de {before.radius_km}{NBSP}km autour {before.commune.of_label}"
        )
    if (before.date_from or before.date_until) and not (now.date_from or now.date_until):
        said.append("à toutes les dates")
    for was, is_now, words in (
        (before.domains, now.domains, "dans tous les domaines"),
        (before.activities, now.activities, "pour toutes les activités"),
        (before.commitments, now.commitments, "à tous les rythmes"),
        (before.skills, now.skills, "sans compétence particulière"),
        (before.sdgs, now.sdgs, "pour tous les objectifs"),
        (before.open_to_minors, now.open_to_minors, "aussi à partir de 18 ans"),
        (before.text, now.text, f"sans les mots «{NBSP}{before.text}{NBSP}»"),
    ):
        if was and not is_now:
            said.append(words)
    return said
