"""The 21 half-days of a week as a form shows them, and in words."""

from collections.abc import Iterable
from typing import Any

from jeveuxagir.matching.half_days import EVERY_HALF_DAY, half_day

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
PARTS = ("matin", "après-midi", "soirée")

#: (value, label) of each box of the grid, day by day.
CHOICES = [
    (str(half_day(d, p)), f"{day} {part}") for d, day in enumerate(DAYS) for p, part in enumerate(PARTS)
]


def to_mask(values: list[str]) -> int:
    """The mask of the ticked boxes; all or none mean "any"."""
    mask = 0
    for value in values:
        mask |= int(value)
    return 0 if mask == EVERY_HALF_DAY else mask


def to_values(mask: int) -> list[str]:
    return [value for value, _ in CHOICES if mask & int(value)]


def in_words(mask: int) -> str:
    """« le mercredi matin et soirée, le samedi », or « peu importe »."""
    if mask == 0:
        return "peu importe"
    said = []
    for d, day in enumerate(DAYS):
        parts = [part for p, part in enumerate(PARTS) if mask & half_day(d, p)]
        if len(parts) == len(PARTS):
            said.append(f"le {day}")
        elif parts:
            said.append(f"le {day} " + " et ".join(parts))
    return ", ".join(said)


def week(boxes: Iterable[Any]) -> list[dict[str, Any]]:
    """The boxes of the grid, one row a day: its name and its three parts with their boxes."""
    boxes = [box.data for box in boxes]
    return [
        {"day": day, "parts": list(zip(PARTS, boxes[3 * d : 3 * d + 3], strict=True))}
        for d, day in enumerate(DAYS)
    ]
