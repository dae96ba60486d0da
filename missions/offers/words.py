"""An offer in words: where, when, how much is left."""

from jeveuxagir.common.text import NBSP
from jeveuxagir.territories.models import Commune, Department
from jeveuxagir.ui.dates import day_of
from missions.enums import MissionMode
from missions.skill_needs.durations import in_words
from organisations.enums import Kind

from .models import Offer

#: places named before « et 4 autres »
NAMED = 4


def where_in_words(offer: Offer) -> str:
    """« Drôme, Isère », « Romans-sur-Isère (26) », « partout en France », or « à distance ». Prefetch `departments` and
    `communes` for a list."""
    if offer.mode == MissionMode.REMOTE:
        return "à distance"
    if offer.everywhere:
        place = "partout en France"
    else:
        names = [one.name if isinstance(one, Department) else one.label for one in places_of(offer)]
        more = len(names) - NAMED
        place = ", ".join(names[:NAMED]) + (f" et {more} autre{'s' if more > 1 else ''}" if more > 0 else "")
    return f"{place} ou à distance" if offer.mode == MissionMode.HYBRID else place


def employer_in_words(offer: Offer, *, named: bool = False) -> str:
    """Its name where it may be read; else « Une entreprise », « Un employeur public »."""
    if named or offer.shows_name:
        return offer.organisation.name
    return "Une entreprise" if offer.organisation.kind == Kind.COMPANY else "Un employeur public"


def places_of(offer: Offer) -> list[Department | Commune]:
    """Where it may be: the departments and communes it names, else the department of its employer. Prefetch
    `departments` and `communes` for a list."""
    towns = sorted(offer.communes.all(), key=lambda commune: (commune.department_id, commune.name))
    return [*departments_of(offer), *towns]


def departments_of(offer: Offer) -> list[Department]:
    """The whole departments where it may be. Its employer's own only when it names no place at all."""
    named = list(offer.departments.all())
    seat = offer.organisation.commune
    return named or ([seat.department] if seat and not offer.communes.all() else [])


def period_in_words(offer: Offer) -> str:
    if offer.starts_on and offer.ends_on:
        return f"du {day_of(offer.starts_on)} au {day_of(offer.ends_on)}"
    if offer.ends_on:
        return f"jusqu’au {day_of(offer.ends_on)}"
    return f"à partir du {day_of(offer.starts_on)}" if offer.starts_on else "sans date de fin"


def days_in_words(offer: Offer) -> str:
    """« 10 jours · 8 jours engagés · 2 jours restants »."""
    parts = [in_words(offer.total_minutes, offer.day_minutes)]
    if offer.committed_minutes:
        parts += [
            _agreed(minutes, offer.day_minutes, word)
            for minutes, word in ((offer.committed_minutes, "engagé"), (offer.left_minutes, "restant"))
        ]
    return f"{NBSP}· ".join(parts)


def left_in_words(offer: Offer) -> str:
    """« 2 jours restants »."""
    return _agreed(offer.left_minutes, offer.day_minutes, "restant")


def _agreed(minutes: int, day_minutes: int, word: str) -> str:
    """« 8 jours engagés », « une demi-journée restante », « 3 h engagées », « 0 jour restant »."""
    said = in_words(minutes, day_minutes)
    if 0 < minutes < day_minutes:
        hours = minutes * 2 != day_minutes
        return f"{said} {word}{'es' if hours and not 60 <= minutes < 120 else 'e'}"
    return f"{said} {word}{'s' if minutes >= 2 * day_minutes else ''}"
