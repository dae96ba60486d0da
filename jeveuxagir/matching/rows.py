"""What the engine reads: flat, frozen rows of integers, dates and bit masks.

Units: distances in metres, coordinates in millionths of a degree, days as local dates.
Masks: bit `n` of a domain, activity or skill mask is the term whose permanent number (`bit`) is `n`.
Half-days: see `half_days`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum

#: Latitude and longitude, in millionths of a degree.
Point = tuple[int, int]


class Mode(IntEnum):
    """Where a mission happens, or where the person agrees to help. Two modes meet when they share a bit."""

    ON_SITE = 1
    REMOTE = 2
    BOTH = 3  # a hybrid mission; a person who accepts either


class Commitment(IntEnum):
    """How often, from the lightest to the heaviest."""

    ANY = 0  # « peu importe » of a request; not said by a mission
    ONE_OFF = 1
    MONTHLY = 2
    WEEKLY = 3
    MORE = 4


class SlotKind(IntEnum):
    DATED = 1
    WEEKLY = 2
    UNDATED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRow:
    """What somebody wants to give."""

    id: int  # 0 for a request not stored yet
    department: str
    point: Point | None = None  # the commune's; a few overseas have none
    radius_m: int = 30_000
    mode: Mode = Mode.BOTH
    half_days: int = 0  # 0 = peu importe
    period_start: date | None = None
    period_end: date | None = None  # included
    days: tuple[date, ...] = ()  # the only days possible, when given
    commitment: Commitment = Commitment.ANY
    domains: int = 0
    activities: int = 0
    skills: int = 0
    open_to_anything: bool = False  # « peu importe »: lifts the gate on wishes, not their score
    sixteen_on: date | None = None  # None: already 16
    eighteen_on: date | None = None  # None: already an adult
    places: int = 1  # the number of people of a group
    under_16: int = 0  # how many of them are under 16: a family led by an adult
    known_missions: frozenset[int] = frozenset()  # already proposed, declined or applied to


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotRow:
    """When a mission takes volunteers, and how many more."""

    id: int
    kind: SlotKind
    #: Dated: its day. Weekly and undated: the first day it is valid, None = already.
    first_day: date | None = None
    #: Weekly and undated: the last day it is valid, None = no end. Dated: not read.
    last_day: date | None = None
    #: Dated and weekly: what it occupies, at least one bit (hours unknown: the three of its day).
    #: Undated: usually 0, to be agreed.
    half_days: int = 0
    free_places: int = 0  # capacity less the seats taken

    def __post_init__(self) -> None:
        if self.kind != SlotKind.UNDATED and not self.half_days:
            raise ValueError("a dated or weekly slot occupies at least one half-day")
        if self.kind == SlotKind.DATED and self.first_day is None:
            raise ValueError("a dated slot has a day")


@dataclass(frozen=True, slots=True, kw_only=True)
class MissionRow:
    """What an organisation proposes."""

    id: int
    department: str
    organisation_verified: bool
    mode: Mode = Mode.ON_SITE
    points: tuple[Point, ...] = ()
    domains: int = 0
    activities: int = 0
    skills: int = 0
    commitment: Commitment = Commitment.ANY
    minimum_age: int = 16  # 16 or 18
    slots: tuple[SlotRow, ...] = ()
    open_proposals: int = 0
    overdue_applications: int = 0  # of the whole organisation: waiting for an answer for over 5 days
    answer_days: int | None = None  # the organisation's usual delay, when known
    imported: bool = False  # from a partner's feed


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The French labels of the terms, by bit number. Used in sentences only, never in a score."""

    domains: Mapping[int, str] = field(default_factory=dict)
    activities: Mapping[int, str] = field(default_factory=dict)
    skills: Mapping[int, str] = field(default_factory=dict)

    def restricted_to(self, mission: MissionRow) -> "Vocabulary":
        """The few labels a match with this mission can name."""
        return Vocabulary(
            domains=_labels_in(mission.domains, self.domains),
            activities=_labels_in(mission.activities, self.activities),
            skills=_labels_in(mission.skills, self.skills),
        )


def _labels_in(mask: int, labels: Mapping[int, str]) -> dict[int, str]:
    return {bit: label for bit, label in labels.items() if mask >> bit & 1}
