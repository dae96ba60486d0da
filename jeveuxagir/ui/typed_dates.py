"""Dates as people type them: what a form reads beyond « 03/01/2027 »."""

import re
from datetime import date

from jeveuxagir.common.text import as_keyed, fold

_MONTHS = (
    "janvier", "fevrier", "mars", "avril", "mai", "juin",
    "juillet", "aout", "septembre", "octobre", "novembre", "decembre",
)  # fmt: skip
_SHORT = {"janv": 1, "fev": 2, "fevr": 2, "avr": 4, "juil": 7, "sept": 9, "oct": 10, "nov": 11, "dec": 12}
_NUMBER_OF = {name: number for number, name in enumerate(_MONTHS, start=1)} | _SHORT
_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")

#: a year of two figures after a hyphen could as well be a day: « 27-01-03 »
_FIGURES = re.compile(
    r"(?P<day>\d{1,2})(?: ?(?P<mark>[-./]) ?| )(?P<month>\d{1,2})(?: ?(?P=mark) ?| )(?P<year>\d{4}|(?<=[./])\d{2})",
    re.ASCII,
)
_WORDS = re.compile(
    rf"(?:(?P<weekday>{'|'.join(_DAYS)}) )?(?:le )?(?P<day>\d{{1,2}})(?: ?er)? ?(?P<month>[a-z]+) ?(?P<year>\d{{4}})",
    re.ASCII,
)
MOST_LETTERS = 40


def with_slashes(typed: str) -> str:
    """« 3 janvier 2027 », « 1er févr. 2027 », « 03-01-2027 », « 03.01.2027 », « 3 1 2027 » as « 03/01/2027 »; as it
    was typed otherwise, and when the day of the week is not the one of that date."""
    if len(typed) > MOST_LETTERS:
        return typed
    text = as_keyed(typed)
    if found := _FIGURES.fullmatch(text):
        return f"{int(found['day']):02}/{int(found['month']):02}/{found['year']}"
    found = _WORDS.fullmatch(fold(text))
    month = _NUMBER_OF.get(found["month"]) if found else None
    if found is None or month is None:
        return typed
    if found["weekday"]:
        try:
            meant = date(int(found["year"]), month, int(found["day"]))
        except ValueError:
            return typed
        if _DAYS[meant.weekday()] != found["weekday"]:
            return typed
    return f"{int(found['day']):02}/{month:02}/{found['year']}"
