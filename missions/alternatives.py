"""What to propose to somebody whose mission falls, moves or waits: open missions near it, with places for them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .cards import by_date, when, where
from .models import Mission
from .similar import similar_to

SHOWN = 3
_LOOKED_AT = 9


@dataclass(frozen=True)
class Alternative:
    """One open mission, in a line and a link."""

    mission: Mission
    minimum_age: int
    free: int
    line: str

    @property
    def url(self) -> str:
        return self.mission.get_absolute_url()


def near(missions: Iterable[Mission]) -> list[Alternative]:
    """Open missions that resemble these, chosen now, the nearest first: more than are shown, to choose from."""
    asked = list(missions)
    found: dict[int, Alternative] = {}
    for mission in asked:
        for other in similar_to(mission, limit=_LOOKED_AT):
            slots = other.live_slots  # type: ignore[attr-defined]
            free = max((slot.capacity if slot.seatless else slot.free for slot in slots), default=0)
            if free and other.pk not in found:
                line = f"{other.title}, {where(other)}, {_lower(when(by_date(slots)))}"
                found[other.pk] = Alternative(other, other.minimum_age, free, line)
    for mission in asked:
        found.pop(mission.pk, None)
    return list(found.values())


def for_one(
    found: Sequence[Alternative], *, adult: bool = True, places: int = 1, but: Iterable[int] = ()
) -> list[Alternative]:
    """The first that this person may join, without those where they already applied."""
    known = set(but)
    fitting = [
        each
        for each in found
        if each.free >= places and (adult or each.minimum_age < 18) and each.mission.pk not in known
    ]
    return fitting[:SHOWN]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
