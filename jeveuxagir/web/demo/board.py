"""The matching engine over the demo's missions, asked as of any day: what it says is what would have been proposed."""

import datetime
from dataclasses import replace
from typing import NamedTuple

from jeveuxagir import matching
from jeveuxagir.common.clock import PARIS
from missions.models import Slot
from missions.proposals.matching import vocabulary
from missions.proposals.rows import mission_rows

from .missions import Placed

NEVER = datetime.datetime(9999, 1, 1, tzinfo=datetime.UTC)
KILOMETRE = 9_100  # millionths of a degree of latitude, a little more


def day_of(moment: datetime.datetime) -> datetime.date:
    """The day it was in Paris."""
    return moment.astimezone(PARIS).date()


class _Where(NamedTuple):
    """When and at which latitudes a mission was to be found."""

    mission: int
    department: str
    is_remote: bool
    low: int | None
    high: int | None
    published: datetime.datetime
    closed: datetime.datetime
    is_open: bool


class Board:
    """The engine's rows of all published missions, kept in step with the seats and proposals being made."""

    def __init__(self, placed: list[Placed], today: datetime.date) -> None:
        self.today = today
        self.placed = {p.mission.pk: p for p in placed if p.mission.published_at is not None}
        self.vocabulary = vocabulary()
        self._now: dict[int, matching.MissionRow] = {}
        self._then: dict[int, matching.MissionRow] = {}
        every_slot = Slot.objects.filter(cancelled_at=None)
        # its organisation was valid when the mission was published; whether it answers is asked below
        self.rows: dict[int, matching.MissionRow] = {
            pk: replace(row, organisation_verified=True)
            for pk, row in mission_rows(self.placed, slots=every_slot).items()
        }
        self.slots: dict[int, Slot] = every_slot.filter(mission__in=self.placed).in_bulk()
        self._where = [self._span(pk, row) for pk, row in self.rows.items()]

    def _span(self, pk: int, row: matching.MissionRow) -> "_Where":
        placed = self.placed[pk]
        assert placed.mission.published_at is not None
        return _Where(
            pk,
            row.department,
            bool(row.mode & matching.Mode.REMOTE),
            min((p[0] for p in row.points), default=None),
            max((p[0] for p in row.points), default=None),
            placed.mission.published_at,
            placed.closed_at or NEVER,
            placed.mission.state == "open",
        )

    def rank(
        self, request: matching.RequestRow, at: datetime.datetime, *, still_open: bool, limit: int = 10
    ) -> tuple[matching.Ranking, dict[int, matching.MissionRow]]:
        """The engine's best for this request at that moment. `still_open`: only what can still be done today."""
        seen = {}
        reach = (request.radius_m // 1000 + 1) * KILOMETRE
        remote = bool(request.mode & matching.Mode.REMOTE)
        latitude = request.point[0] if request.point else None
        for where in self._where:
            # cheap and generous: the engine's own gates decide
            if not where.published <= at < where.closed or (still_open and not where.is_open):
                continue
            if not (remote and where.is_remote):
                if latitude is None or where.low is None or where.high is None:
                    if where.department != request.department:
                        continue
                elif not where.low - reach <= latitude <= where.high + reach:
                    continue
            row = self._now_of(where.mission) if still_open else self._then_of(where.mission)
            seen[where.mission] = row
        [ranking] = matching.rank(
            [request], list(seen.values()), today=day_of(at), vocabulary=self.vocabulary, limit=limit
        )
        return ranking, seen

    def _now_of(self, mission: int) -> matching.MissionRow:
        """With the slots to come only."""
        row = self._now.get(mission)
        if row is None:
            row = self.rows[mission]
            row = self._now[mission] = replace(row, slots=tuple(s for s in row.slots if self._is_to_come(s)))
        return row

    def _then_of(self, mission: int) -> matching.MissionRow:
        """With every slot; how many applications waited that day is not known."""
        row = self._then.get(mission)
        if row is None:
            row = self._then[mission] = replace(self.rows[mission], overdue_applications=0)
        return row

    def _change(self, mission: int, row: matching.MissionRow) -> None:
        self.rows[mission] = row
        self._now.pop(mission, None)
        self._then.pop(mission, None)

    def proposed(self, mission: int, change: int) -> None:
        row = self.rows[mission]
        self._change(mission, replace(row, open_proposals=max(0, row.open_proposals + change)))

    def takes_more(self, mission: int) -> bool:
        row = self.rows[mission]
        free = sum(slot.free_places for slot in row.slots if self._is_to_come(slot))
        return row.open_proposals < matching.gates.ProposalLoad.PER_PLACE * free

    def can_spare(self, mission: int, places: int = 1) -> bool:
        """Whether these places fewer still leave enough for the proposals that others hold."""
        row = self.rows[mission]
        free = sum(slot.free_places for slot in row.slots if self._is_to_come(slot)) - places
        return row.open_proposals - 1 <= matching.gates.ProposalLoad.PER_PLACE * free

    def taken(self, mission: int, slot_id: int, places: int = 1) -> None:
        row = self.rows[mission]
        slots = tuple(
            replace(s, free_places=max(0, s.free_places - places)) if s.id == slot_id else s
            for s in row.slots
        )
        self._change(mission, replace(row, slots=slots))

    def _is_to_come(self, slot: matching.SlotRow) -> bool:
        if slot.kind == matching.SlotKind.DATED:
            return slot.first_day is not None and slot.first_day > self.today
        return slot.last_day is None or slot.last_day >= self.today
