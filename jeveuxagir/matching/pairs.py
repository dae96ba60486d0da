"""A request beside a mission, and beside one of its slots: what gates and criteria look at."""

from datetime import date
from functools import cached_property

from .agenda import could_agree, first_day
from .globe import nearest_m
from .rows import MissionRow, Mode, RequestRow, SlotKind, SlotRow


class Pair:
    """One request and one mission, on one day."""

    def __init__(self, request: RequestRow, mission: MissionRow, today: date) -> None:
        self.request = request
        self.mission = mission
        self.today = today
        self.common_mode = request.mode & mission.mode

    @cached_property
    def distance_m(self) -> int | None:
        """Metres to the mission's nearest address; None when either side has no coordinates."""
        return nearest_m(self.request.point, self.mission.points)

    @cached_property
    def in_reach(self) -> bool:
        """The person may go there: within the radius or, distance unknown, in the same department."""
        if not self.common_mode & Mode.ON_SITE:
            return False
        if self.distance_m is None:
            return self.mission.department != "" and self.mission.department == self.request.department
        return self.distance_m <= self.request.radius_m

    @property
    def by_remote(self) -> bool:
        """The person may help from home."""
        return bool(self.common_mode & Mode.REMOTE)


class Occasion:
    """A pair and one slot of its mission."""

    def __init__(self, pair: Pair, slot: SlotRow) -> None:
        self.pair = pair
        self.slot = slot
        self.request = pair.request
        self.mission = pair.mission
        self.today = pair.today

    @cached_property
    def day(self) -> date | None:
        """The first day both can meet; None when there is none, or when the slot has no date."""
        if self.slot.kind == SlotKind.UNDATED:
            return None
        return first_day(self.request, self.slot, self.today)

    @property
    def suits(self) -> bool:
        """A day was found or, without a date, could still be agreed."""
        if self.slot.kind == SlotKind.UNDATED:
            return could_agree(self.request, self.slot, self.today)
        return self.day is not None
