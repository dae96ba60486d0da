"""Rows for tests: an ordinary adult of Romans-sur-Isère, a mission 4 km away on Wednesday evenings."""

from datetime import date, timedelta
from typing import Any

from jeveuxagir.matching.half_days import EVENING, half_day
from jeveuxagir.matching.pairs import Occasion, Pair
from jeveuxagir.matching.rows import MissionRow, RequestRow, SlotKind, SlotRow, Vocabulary

TODAY = date(2026, 11, 25)  # a Wednesday
TOMORROW = TODAY + timedelta(days=1)
MONDAY, WEDNESDAY, SATURDAY = 0, 2, 5
WEDNESDAY_EVENING = half_day(WEDNESDAY, EVENING)

ROMANS = (45_045_000, 5_051_000)
FOUR_KM_AWAY = (45_081_000, 5_051_000)
VALENCE = (44_933_000, 4_892_000)  # 18 km from Romans
LYON = (45_764_000, 4_836_000)  # 82 km

HEALTH, SPORT, NATURE = 1 << 0, 1 << 1, 1 << 2
READING, COOKING = 1 << 0, 1 << 1
ACCOUNTING, DRAWING, DRIVING, FIRST_AID = 1 << 0, 1 << 1, 1 << 70, 1 << 99
VOCABULARY = Vocabulary(
    domains={0: "Santé", 1: "Sport", 2: "Nature"},
    activities={0: "Lecture", 1: "Cuisine"},
    skills={0: "Comptabilité", 1: "Dessin", 70: "Conduite", 99: "Premiers secours"},
)


def a_slot(**values: Any) -> SlotRow:
    kind = values.setdefault("kind", SlotKind.WEEKLY)
    if kind == SlotKind.WEEKLY:
        values.setdefault("half_days", WEDNESDAY_EVENING)
    return SlotRow(**{"id": 1, "free_places": 2, **values})


def on(day: date, part: int = EVENING, **values: Any) -> SlotRow:
    """A dated slot."""
    half_days = half_day(day.weekday(), part)
    return a_slot(**{"kind": SlotKind.DATED, "first_day": day, "half_days": half_days, **values})


def to_agree(**values: Any) -> SlotRow:
    """An undated slot."""
    return a_slot(kind=SlotKind.UNDATED, **values)


def a_request(**values: Any) -> RequestRow:
    return RequestRow(**{"id": 1, "department": "26", "point": ROMANS, **values})


def a_mission(*slots: SlotRow, **values: Any) -> MissionRow:
    defaults = {
        "id": 7,
        "department": "26",
        "organisation_verified": True,
        "points": (FOUR_KM_AWAY,),
        "slots": slots or (a_slot(),),
    }
    return MissionRow(**{**defaults, **values})


def an_occasion(request: RequestRow | None = None, mission: MissionRow | None = None) -> Occasion:
    """The first slot of the mission."""
    mission = mission or a_mission()
    return Occasion(Pair(request or a_request(), mission, TODAY), mission.slots[0])
