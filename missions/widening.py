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
    """Searches that give up one thing and find something; if none does, those that give up almost everything."""
    attempts = _Attempts(data)
    _give_up_one_thing(query, attempts)
    found = attempts.found()
    if not found:
        attempts = _Attempts(data)
        _give_up_almost_all(query, attempts)
        found = attempts.found()
    return found


class _Attempts:
    """Searches to count together, in one statement."""

    def __init__(self, data: QueryDict) -> None:
        self.data = data
        self.all: list[tuple[str, SearchQuery, str]] = []
        self.circles = 0

    def add(self, label: str, query: SearchQuery, *without: str, **changes: Any) -> None:
        before: dict[str, Any] = {BEFORE: address(self.data)[1:][:MOST_BEFORE]}
        url = address(self.data, without=without, **changes, **before)
        self.all.append((label, query, url))

    def found(self) -> list[Wider]:
        """Those that find something; of the circles, which come first, only the smallest."""
        counts = counts_of([query for _, query, _ in self.all])
        smallest = next((place for place in range(self.circles) if counts[place]), -1)
        return [
            Wider(label, url, count)
            for place, ((label, _, url), count) in enumerate(zip(self.all, counts, strict=True))
            if count and (place >= self.circles or place == smallest)
        ]


def _give_up_one_thing(query: SearchQuery, attempts: _Attempts) -> None:
    if query.has_place and query.commune:
        for km in RADII:
            if km > query.radius_km:
                label = f"Jusqu’à {km}{NBSP}km {query.commune.of_label}"
                attempts.add(label, replace(query, radius_km=km), rayon=km)
                attempts.circles += 1
        attempts.add("À distance, depuis chez vous", replace(query, remote_only=True), distance="on")
    if query.date_from or query.date_until:
        attempts.add("À toutes les dates", replace(query, date_from=None, date_until=None), "du", "au")
    if query.domains or query.activities:
        any_domain = replace(query, domains=(), activities=())
        attempts.add("Dans tous les domaines", any_domain, "domaine", "activite")
    if query.commitments:
        attempts.add("À tous les rythmes", replace(query, commitments=()), "rythme")
    if query.skills:
        attempts.add("Sans compétence particulière", replace(query, skills=()), "competence")
    if query.sdgs:
        attempts.add("Pour tous les objectifs", replace(query, sdgs=()), "odd")
    if query.open_to_minors:
        attempts.add("À partir de 18 ans aussi", replace(query, open_to_minors=False), "mineurs")
    if query.teams:
        attempts.add("Même sans place d’équipe", replace(query, teams=False), "equipes")
    if query.text and not replace(query, text="").is_empty:
        attempts.add(f"Sans les mots «{NBSP}{query.text}{NBSP}»", replace(query, text=""), "q")
    if query.has_place:
        attempts.add("Partout en France", replace(query, commune=None), "lieu", "rayon")
    if query.remote_only:
        attempts.add("Sur place aussi", replace(query, remote_only=False), "distance")


def _give_up_almost_all(query: SearchQuery, attempts: _Attempts) -> None:
    every = SearchForm.base_fields.keys() - {"vue"}
    if query.text:
        label = f"Seulement les mots «{NBSP}{query.text}{NBSP}», partout en France"
        attempts.add(label, SearchQuery(text=query.text), *(every - {"q"}))
    if query.has_place and query.commune:
        far = RADII[-1]
        label = f"Toutes les missions jusqu’à {far}{NBSP}km {query.commune.of_label}"
        around = SearchQuery(commune=query.commune, radius_km=far)
        attempts.add(label, around, *(every - {"lieu"}), rayon=far)
    attempts.add("Toutes les missions", SearchQuery(), *every)


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
        (before.teams, now.teams, "même sans place d’équipe"),
        (before.text, now.text, f"sans les mots «{NBSP}{before.text}{NBSP}»"),
    ):
        if was and not is_now:
            said.append(words)
    return said
