"""When an event takes place, in plain French: the same on cards, pages, mails and lists."""

import datetime
from typing import TYPE_CHECKING

from jeveuxagir.common.text import NBSP, plural
from missions.words import day, hour

from .enums import How

if TYPE_CHECKING:
    from .models import Event


def when(event: "Event") -> str:
    """« mardi 5 décembre 2026, de 14 h à 16 h », « du 5 décembre 2026 à 9 h au 6 décembre 2026 à 17 h »."""
    start, end = event.local_start, event.local_end
    if is_one_day(event):
        said = f"{day(start.date(), with_year=True)}, de {hour(start.time())} à {hour(end.time())}"
    else:
        said = (
            f"du {day(start.date(), with_year=True)} à {hour(start.time())} "
            f"au {day(end.date(), with_year=True)} à {hour(end.time())}"
        )
    return f"{said} ({event.zone_words})" if event.zone_words else said


def short(event: "Event") -> str:
    """« mardi 5 décembre 2026 à 14 h », where room is scarce."""
    start = event.local_start
    return f"{day(start.date(), with_year=True)} à {hour(start.time())}"


def is_one_day(event: "Event") -> bool:
    """The same day, or a night that ends before noon."""
    start, end = event.local_start, event.local_end
    if start.date() == end.date():
        return True
    return end - start <= datetime.timedelta(hours=12) and (end.date() - start.date()).days == 1


def places(event: "Event", how: str) -> str:
    """« 3 places sur 20 », « complet », « sans limite »."""
    capacity, free = event.capacity_of(how), event.free_of(how)
    if capacity is None or free is None:
        return "sans limite de places"
    if not free:
        return f"complet ({plural(capacity, 'place')})"
    return f"{plural(free, 'place libre', 'places libres')} sur {capacity}"


def of_each_way(event: "Event") -> list[tuple[str, str, bool]]:
    """(how, what is left, whether there is room) for each way of attending."""
    return [(how.value, _named(event, how), event.has_room(how)) for how in event.ways]


def _named(event: "Event", how: How) -> str:
    left = places(event, how)
    return f"{str(how.label).capitalize()}{NBSP}: {left}" if len(event.ways) > 1 else left.capitalize()


def free_in_all(event: "Event") -> str:
    """« 12 places libres », whichever way; only where every way is limited."""
    return plural(sum(event.free_of(way) or 0 for way in event.ways), "place libre", "places libres")
