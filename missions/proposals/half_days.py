"""The 21 half-days of a week as a form shows them, and in words."""

from jeveuxagir.matching.half_days import EVERY_HALF_DAY, half_day

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
PARTS = ("matin", "après-midi", "soirée")
PART_HINTS = ("avant 12 h", "de 12 h à 18 h", "à partir de 18 h")

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
