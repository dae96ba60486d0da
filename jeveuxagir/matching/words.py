"""Numbers, days and labels in French. No sentence here names or addresses a person."""

import re
from collections.abc import Mapping
from datetime import date

from jeveuxagir.common.text import NBSP

from .rows import Commitment

#: The spaces no line may break at: before a high mark, inside guillemets, between a number and its unit.
_BOUND_SPACES = re.compile(r" (?=[:;!?»])|(?<=«) |(?<=\d) (?=\w)")

_WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
#: Parts of a day (see half_days.parts_of) → after a weekday, alone.
_PARTS = {
    1: ("matin", "le matin"),
    2: ("après-midi", "l’après-midi"),
    3: ("matin et après-midi", "en journée"),
    4: ("en soirée", "en soirée"),
    5: ("matin et soirée", "le matin et en soirée"),
    6: ("après-midi et soirée", "l’après-midi et en soirée"),
    7: ("toute la journée", "toute la journée"),
}
_RHYTHMS = {
    Commitment.ONE_OFF: "ponctuel",
    Commitment.MONTHLY: "une fois par mois",
    Commitment.WEEKLY: "chaque semaine",
    Commitment.MORE: "plusieurs fois par semaine",
}


def typeset(text: str) -> str:
    """A sentence with its non-breaking spaces: written plainly in the code, shown the French way."""
    return _BOUND_SPACES.sub(NBSP, text)


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def kilometres(metres: int) -> str:
    """« 4 km », to the nearest kilometre; « moins de 1 km »."""
    return f"{(metres + 500) // 1000} km" if metres >= 1000 else "moins de 1 km"


def number_of_days(days: int) -> str:
    return f"{days} jour{'s' if days > 1 else ''}"


def weekday(number: int) -> str:
    return _WEEKDAYS[number]


def full_day(day: date, today: date) -> str:
    """« samedi 12 décembre », with the year when it is another one."""
    number = "1er" if day.day == 1 else str(day.day)
    year = f" {day.year}" if day.year != today.year else ""
    return f"{_WEEKDAYS[day.weekday()]} {number} {_MONTHS[day.month - 1]}{year}"


def parts_after_weekday(parts: int) -> str:
    return _PARTS[parts][0]


def parts_alone(parts: int) -> str:
    return _PARTS[parts][1]


def rhythm(commitment: Commitment) -> str:
    return _RHYTHMS[commitment]


def labelled(intro: str, mask: int, labels: Mapping[int, str]) -> str:
    """« Domaine souhaité : Santé et Sport »; without a known label, the intro alone."""
    names = [labels[bit] for bit in range(mask.bit_length()) if mask >> bit & 1 and bit in labels]
    if not names:
        return intro
    more = len(names) - 2
    if more <= 0:
        return f"{intro} : {' et '.join(names)}"
    return f"{intro} : {names[0]}, {names[1]} et {more} autre{'s' if more > 1 else ''}"
