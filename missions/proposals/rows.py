"""The engine's rows of many missions, read in a fixed number of statements and without a model object per row:
a town of a million people has two thousand missions in reach, and each request looks at all of them."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Avg, Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from jeveuxagir import matching
from jeveuxagir.common.clock import now
from missions.enums import MissionMode, SlotKind
from missions.models import Mission, MissionAddress, Slot
from missions.participations.enums import WAITING_STATES, DeclineReason, State
from missions.participations.models import Participation
from organisations.enums import State as OrganisationState

from .models import Proposal

#: An application waits "over 5 days" (product decision 16).
OVERDUE_DAYS = 5
#: What an organisation let lapse is forgotten after this many days.
LAPSED_DAYS = 60
#: An organisation's usual delay is the mean of its answers over this many days.
USUAL_DAYS = 180
DAY = timedelta(days=1)

_MODES = {
    MissionMode.ON_SITE.value: matching.Mode.ON_SITE,
    MissionMode.REMOTE.value: matching.Mode.REMOTE,
    MissionMode.HYBRID.value: matching.Mode.BOTH,
}
COMMITMENTS = {
    "": matching.Commitment.ANY,
    "once": matching.Commitment.ONE_OFF,
    "monthly": matching.Commitment.MONTHLY,
    "weekly": matching.Commitment.WEEKLY,
    "more": matching.Commitment.MORE,
}
_KINDS = {
    SlotKind.DATED.value: matching.SlotKind.DATED,
    SlotKind.WEEKLY.value: matching.SlotKind.WEEKLY,
    SlotKind.UNDATED.value: matching.SlotKind.UNDATED,
}
_COLUMNS = (
    "pk",
    "department_id",
    "organisation_id",
    "organisation__state",
    "mode",
    "domain__bit",
    "commitment",
    "minimum_age",
    "source",
)


def mission_rows(
    missions: Iterable[int], *, slots: "QuerySet[Slot] | None" = None
) -> dict[int, matching.MissionRow]:
    """Mission's key → its row, in the order of the keys given; a key that names nothing is left out.

    With the slots to come, unless `slots` says which.
    """
    keys = list(missions)
    found = {row[0]: row for row in Mission.objects.filter(pk__in=_these(keys)).values_list(*_COLUMNS)}
    points = _points(keys)
    times = _slots(keys, Slot.objects.live() if slots is None else slots)
    activities = _masks(Mission.activities.through, "activity__bit", keys)
    skills = _masks(Mission.skills.through, "skill__bit", keys)
    proposals = _open_proposals(keys)
    organisations = {row[2] for row in found.values()}
    overdue, delays = _overdue(organisations), _answer_days(organisations)
    rows = {}
    for key in keys:
        if key not in found:
            continue
        _, department, organisation, state, mode, domain, commitment, age, source = found[key]
        rows[key] = matching.MissionRow(
            id=key,
            department=department or "",
            organisation_verified=state == OrganisationState.VALIDATED,
            mode=_MODES[mode],
            points=tuple(sorted(points[key])) if key in points else (),
            domains=0 if domain is None else 1 << domain,
            activities=activities.get(key, 0),
            skills=skills.get(key, 0),
            commitment=COMMITMENTS[commitment],
            minimum_age=age,
            slots=tuple(times.get(key, ())),
            open_proposals=proposals.get(key, 0),
            overdue_applications=overdue.get(organisation, 0),
            answer_days=delays.get(organisation),
            imported=source != "",
        )
    return rows


def point(latitude: float | None, longitude: float | None) -> matching.rows.Point | None:
    """In millionths of a degree."""
    if latitude is None or longitude is None:
        return None
    return round(latitude * 1_000_000), round(longitude * 1_000_000)


def _these(keys: Iterable[int]) -> RawSQL:
    """Two thousand keys as one parameter rather than two thousand."""
    return RawSQL("SELECT unnest(%s::bigint[])", [list(keys)])


def _points(keys: list[int]) -> dict[int, set[matching.rows.Point]]:
    """Each address's own point, else its commune's."""
    found: dict[int, set[matching.rows.Point]] = defaultdict(set)
    addresses = MissionAddress.objects.filter(mission__in=_these(keys)).order_by()
    for key, latitude, longitude, town_latitude, town_longitude in addresses.values_list(
        "mission_id", "latitude", "longitude", "commune__latitude", "commune__longitude"
    ):
        where = point(latitude, longitude) or point(town_latitude, town_longitude)
        if where is not None:
            found[key].add(where)
    return found


def _slots(keys: list[int], rows: "QuerySet[Slot]") -> dict[int, list[matching.SlotRow]]:
    """In the order of their dates."""
    found: dict[int, list[matching.SlotRow]] = defaultdict(list)
    ordered = rows.filter(mission__in=_these(keys)).order_by("starts_at", "weekday", "start_time", "id")
    for key, slot, kind, date, start, end, half_days, capacity, taken in ordered.values_list(
        *(
            "mission_id",
            "pk",
            "kind",
            "local_date",
            "valid_from",
            "valid_until",
            "half_days",
            "capacity",
            "taken",
        )
    ):
        if not half_days and kind != SlotKind.UNDATED:
            continue
        dated = kind == SlotKind.DATED
        found[key].append(
            matching.SlotRow(
                id=slot,
                kind=_KINDS[kind],
                first_day=date if dated else start,
                last_day=None if dated else end,
                half_days=half_days,
                free_places=max(capacity - taken, 0),
            )
        )
    return found


def _masks(through: Any, bit: str, keys: list[int]) -> dict[int, int]:
    masks: dict[int, int] = defaultdict(int)
    for key, number in through._default_manager.filter(mission__in=_these(keys)).values_list(
        "mission_id", bit
    ):
        masks[key] |= 1 << number
    return masks


def _open_proposals(keys: list[int]) -> dict[int, int]:
    waiting = Proposal.objects.open().filter(mission__in=_these(keys)).order_by()
    return dict(waiting.values("mission").annotate(n=Count("pk")).values_list("mission", "n"))


def _overdue(organisations: set[int]) -> dict[int, int]:
    """Applications that wait for too long, by organisation; those it let lapse count until it answers one again."""
    of_these = Participation.objects.filter(mission__organisation__in=_these(organisations)).order_by()
    waiting = of_these.filter(
        state__in=WAITING_STATES, applied_at__lt=now() - timedelta(days=OVERDUE_DAYS)
    ).values("mission__organisation")
    counted = dict(waiting.annotate(n=Count("pk")).values_list("mission__organisation", "n"))
    answered = Participation.objects.filter(
        Q(answered_at__gt=OuterRef("state_changed_at"))
        | Q(state=State.IN_TALK, state_changed_at__gt=OuterRef("state_changed_at")),
        mission__organisation=OuterRef("mission__organisation"),
    )
    lapsed = of_these.filter(
        ~Exists(answered),
        decline_reason=DeclineReason.UNANSWERED,
        state_changed_at__gt=now() - timedelta(days=LAPSED_DAYS),
    ).values("mission__organisation")
    for organisation, number in lapsed.annotate(n=Count("pk")).values_list("mission__organisation", "n"):
        counted[organisation] = counted.get(organisation, 0) + number
    return counted


def _answer_days(organisations: set[int]) -> dict[int, int]:
    """The usual delay of an answer, in days and at least one, by organisation."""
    answered = Participation.objects.filter(
        mission__organisation__in=_these(organisations),
        answered_at__isnull=False,
        applied_at__gt=now() - timedelta(days=USUAL_DAYS),
    ).order_by()
    means = answered.values("mission__organisation").annotate(delay=Avg(F("answered_at") - F("applied_at")))
    return {
        organisation: max(1, round(delay / DAY))
        for organisation, delay in means.values_list("mission__organisation", "delay")
    }
