"""Slots and missions in plain French, the same on cards, pages and mails."""

from datetime import date, time
from typing import TYPE_CHECKING

from jeveuxagir.common.text import NBSP

from .enums import SlotKind
from .schedule import WEEKDAYS

if TYPE_CHECKING:
    from .models import Mission, Slot

MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


WEEKS_A_YEAR = 52


def hour(at: time) -> str:
    """14 h, 14 h 30."""
    return f"{at.hour}{NBSP}h" + (f"{NBSP}{at.minute:02d}" if at.minute else "")


def day(value: date, *, with_year: bool = False) -> str:
    """samedi 5 décembre (2026)."""
    number = "1er" if value.day == 1 else str(value.day)
    year = f" {value.year}" if with_year else ""
    return f"{WEEKDAYS[value.weekday()]} {number} {MONTHS[value.month - 1]}{year}"


def short_day(value: date) -> str:
    number = "1er" if value.day == 1 else str(value.day)
    return f"{number} {MONTHS[value.month - 1]} {value.year}"


def hours(slot: "Slot") -> str:
    """de 14 h à 16 h."""
    if slot.start_time is None or slot.end_time is None:
        return ""
    return f"de {hour(slot.start_time)} à {hour(slot.end_time)}"


def when_in_words(slot: "Slot") -> str:
    """One slot in one line: "samedi 5 décembre 2026, de 14 h à 16 h"."""
    if slot.kind == SlotKind.DATED and slot.local_date:
        return f"{day(slot.local_date, with_year=True)}, {hours(slot)}"
    bounds = ""
    if slot.valid_from and slot.valid_until:
        bounds = f", du {short_day(slot.valid_from)} au {short_day(slot.valid_until)}"
    elif slot.valid_until:
        bounds = f", jusqu’au {short_day(slot.valid_until)}"
    elif slot.valid_from:
        bounds = f", à partir du {short_day(slot.valid_from)}"
    if slot.kind == SlotKind.WEEKLY and slot.weekday is not None:
        return f"chaque {WEEKDAYS[slot.weekday]}, {hours(slot)}{bounds}"
    return f"horaires à convenir{bounds}"


def teams_asked(mission: "Mission") -> str:
    """« 2 équipes à la fois, de 5 à 12 personnes chacune »; what a mission without teams says."""
    if not mission.team_places:
        return "aucune équipe, chacun s’inscrit pour soi"
    several = mission.team_places > 1
    number = f"{mission.team_places} équipes à la fois" if several else "1 équipe à la fois"
    sizes = f"de {mission.team_smallest} à {mission.team_largest} personnes"
    return f"{number}, {sizes}{' chacune' if several else ''}"


def lengths(slots: "list[Slot]") -> str:
    """How long each time lasts: "2 h à chaque fois", "de 1 h 30 à 3 h"; nothing without hours."""
    minutes = sorted({found for slot in slots if (found := _minutes(slot))})
    if not minutes:
        return ""
    if len(minutes) > 1:
        return f"de {_length(minutes[0])} à {_length(minutes[-1])}"
    return _length(minutes[0]) + (
        " à chaque fois" if len(slots) > 1 or slots[0].kind == SlotKind.WEEKLY else ""
    )


def hours_in_all(slots: "list[Slot]", day: date) -> str:
    """What coming each week amounts to from this day: "environ 78 h par an", "environ 12 h en tout" when it ends."""
    every = {
        (_minutes(slot), _weeks(slot, day)) if slot.kind == SlotKind.WEEKLY else (0, 0) for slot in slots
    }
    if len(every) != 1:
        return ""
    [(minutes, weeks)] = every
    found = round(minutes * weeks / 60)
    if not found:
        return ""
    return f"environ {found}{NBSP}h " + ("par an" if weeks == WEEKS_A_YEAR else "en tout")


def _weeks(slot: "Slot", day: date) -> int:
    """How many times a weekly slot comes in the year that begins this day."""
    if slot.valid_until is None:
        return WEEKS_A_YEAR
    begins = max(day, slot.valid_from or day)
    return min(WEEKS_A_YEAR, (slot.valid_until - begins).days // 7 + 1)


def _minutes(slot: "Slot") -> int:
    """Of a slot's hours on the clock; a night passes midnight."""
    if slot.start_time is None or slot.end_time is None:
        return 0
    start, end = (at.hour * 60 + at.minute for at in (slot.start_time, slot.end_time))
    return (end - start) % (24 * 60)


def _length(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}{NBSP}min"
    return f"{hours}{NBSP}h" + (f"{NBSP}{rest:02d}" if rest else "")
