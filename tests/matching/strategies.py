"""Any rows at all, small enough to meet often."""

from datetime import timedelta

from hypothesis import strategies as st

from jeveuxagir.matching.half_days import EVERY_HALF_DAY, whole_day
from jeveuxagir.matching.rows import Commitment, MissionRow, Mode, RequestRow, SlotKind, SlotRow

from .builders import TODAY

days = st.integers(-40, 120).map(lambda offset: TODAY + timedelta(days=offset))
masks = st.integers(0, 0b111) | st.integers(0, (1 << 100) - 1)
half_days = st.integers(1, EVERY_HALF_DAY)
points = st.tuples(st.integers(44_500_000, 45_500_000), st.integers(4_500_000, 5_500_000)) | st.tuples(
    st.integers(-90_000_000, 90_000_000), st.integers(-180_000_000, 180_000_000)
)
departments = st.sampled_from(["26", "69", "2A", "975", ""])
maybe_day = st.none() | days

requests = st.builds(
    RequestRow,
    id=st.integers(0, 2**62),
    department=departments,
    point=st.none() | points,
    radius_m=st.integers(0, 200_000),
    mode=st.sampled_from(Mode),
    half_days=st.just(0) | half_days,
    period_start=maybe_day,
    period_end=maybe_day,
    days=st.just(()) | st.lists(days, max_size=4).map(tuple),
    commitment=st.sampled_from(Commitment),
    domains=masks,
    activities=masks,
    skills=masks,
    open_to_anything=st.booleans(),
    sixteen_on=maybe_day,
    eighteen_on=maybe_day,
    places=st.integers(1, 3),
    known_missions=st.frozensets(st.integers(0, 12), max_size=3),
)


@st.composite
def any_slot(draw: st.DrawFn) -> SlotRow:
    kind = draw(st.sampled_from(SlotKind))
    first_day = draw(days if kind == SlotKind.DATED else maybe_day)
    if kind == SlotKind.DATED:
        # At least one half-day of its own day, as callers fill it.
        occupied = draw(half_days) & whole_day(first_day.weekday()) or whole_day(first_day.weekday())
    else:
        occupied = draw(half_days) if kind == SlotKind.WEEKLY else draw(st.just(0) | half_days)
    return SlotRow(
        id=draw(st.integers(0, 2**62)),
        kind=kind,
        first_day=first_day,
        last_day=draw(maybe_day),
        half_days=occupied,
        free_places=draw(st.integers(0, 4)),
    )


missions = st.builds(
    MissionRow,
    id=st.integers(0, 12),
    department=departments,
    organisation_verified=st.sampled_from([True, True, True, False]),
    mode=st.sampled_from(Mode),
    points=st.lists(points, max_size=3).map(tuple),
    domains=masks,
    activities=masks,
    skills=masks,
    commitment=st.sampled_from(Commitment),
    minimum_age=st.sampled_from([16, 18]),
    slots=st.lists(any_slot(), max_size=4, unique_by=lambda slot: slot.id).map(tuple),
    open_proposals=st.integers(0, 8),
    overdue_applications=st.sampled_from([0, 9, 10]),
    answer_days=st.none() | st.integers(0, 40),
    imported=st.booleans(),
)
mission_lists = st.lists(missions, max_size=8, unique_by=lambda mission: mission.id)
