"""From our tables to the engine's rows and back: the only place that knows both."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import (
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
)

from jeveuxagir import matching
from jeveuxagir.accounts.models import AgeMarks, Person
from jeveuxagir.common.clock import today
from jeveuxagir.taxonomies.models import Activity, Domain, Skill
from jeveuxagir.territories.geo import WithinKm
from jeveuxagir.territories.models import Commune
from missions.enums import REMOTE_MODES, MissionMode
from missions.models import Mission, MissionAddress, Slot
from missions.participations.models import Departure, Participation
from missions.participations.policies import can_bring
from organisations.models import Membership
from organisations.policies import HANDLERS
from volunteers.requests.enums import Mode
from volunteers.requests.groups import ALONE, OF_ORGANISATIONS, Group
from volunteers.requests.models import EngagementRequest
from volunteers.requests.services import RequestData

from .models import Proposal, State, WithdrawnBecause
from .rows import COMMITMENTS, mission_rows, point

#: The plain pre-selection in SQL hands at most this many missions to the engine, the latest published first.
PRESELECTED = 2000
#: A commune is a surface: the pre-selection looks a little further than the radius, the engine decides.
MARGIN_KM = 1

_MODES = {
    Mode.ON_SITE: matching.Mode.ON_SITE,
    Mode.REMOTE: matching.Mode.REMOTE,
    Mode.BOTH: matching.Mode.BOTH,
}


@dataclass(frozen=True)
class Candidate:
    """A mission and what the engine says of it for one request."""

    mission: Mission
    match: matching.Match
    row: matching.MissionRow


@dataclass(frozen=True)
class Outcome:
    """One run of the engine for one request."""

    request: matching.RequestRow
    today: datetime.date
    vocabulary: matching.Vocabulary
    candidates: tuple[Candidate, ...]
    ranking: matching.Ranking

    def inputs(self, chosen: Iterable[Candidate]) -> dict[str, object]:
        """What each chosen pair was judged on, ready to be stored and replayed."""
        return {
            str(c.mission.pk): matching.stored_inputs(
                self.request, c.row, today=self.today, vocabulary=self.vocabulary
            )
            for c in chosen
        }

    def outcome(self, chosen: Iterable[Candidate]) -> dict[str, object]:
        return {
            "matches": {str(c.mission.pk): matching.stored_outcome(c.match) for c in chosen},
            "passed": self.ranking.passed,
            "blocked": dict(self.ranking.blocked),
        }


def run(row: matching.RequestRow, missions: "QuerySet[Mission]", *, limit: int = 10) -> Outcome:
    """Rank pre-selected missions for one request row."""
    rows = mission_rows(missions.values_list("pk", flat=True))
    words = vocabulary()
    day = today()
    [ranking] = matching.rank([row], list(rows.values()), today=day, vocabulary=words, limit=limit)
    chosen = with_what_is_shown(Mission.objects.filter(pk__in=[m.mission_id for m in ranking.matches]))
    by_id = {mission.pk: mission for mission in chosen}
    candidates = tuple(
        Candidate(by_id[m.mission_id], m, rows[m.mission_id])
        for m in ranking.matches
        if m.mission_id in by_id
    )
    return Outcome(row, day, words, candidates, ranking)


def run_for(request: EngagementRequest, *, limit: int = 10) -> Outcome:
    row = request_row(request)
    missions = preselect(
        request.commune, request.radius_km, request.mode, row, person=request.person, group=request.group
    )
    return run(row, missions, limit=limit)


def run_for_draft(
    data: RequestData, ages: AgeMarks, *, person: Person | None = None, limit: int = 3
) -> Outcome:
    """A preview for somebody whose request is not stored yet; `person` when it is known who."""
    row = draft_row(data, ages)
    missions = preselect(data.commune, data.radius_km, data.mode, row, person=person, group=data.group)
    return run(row, missions, limit=limit)


# --- the request's row


def request_row(request: EngagementRequest) -> matching.RequestRow:
    assert request.person is not None, "only a confirmed request is matched"
    row = draft_row(data_of(request), request.person)
    return replace(row, id=request.pk, known_missions=known_missions(request))


def data_of(request: EngagementRequest) -> RequestData:
    return RequestData(
        commune=request.commune,
        radius_km=request.radius_km,
        mode=request.mode,
        half_days=request.half_days,
        period_start=request.period_start,
        period_end=request.period_end,
        given_dates=request.given_dates,
        commitment=request.commitment,
        domains=list(request.domains.all()),
        activities=list(request.activities.all()),
        skills=list(request.skills.all()),
        open_to_anything=request.open_to_anything,
        group=request.group,
    )


def draft_row(data: RequestData, ages: AgeMarks) -> matching.RequestRow:
    commune = data.commune
    return matching.RequestRow(
        id=0,
        department=commune.department_id,
        point=point(commune.latitude, commune.longitude),
        radius_m=data.radius_km * 1000,
        mode=_MODES[Mode(data.mode)],
        half_days=data.half_days,
        period_start=data.period_start,
        period_end=data.period_end,
        days=tuple(sorted(data.given_dates)),
        commitment=COMMITMENTS[data.commitment],
        domains=_mask(data.domains),
        activities=_mask(data.activities),
        skills=_mask(data.skills),
        open_to_anything=data.open_to_anything,
        sixteen_on=ages.sixteen_on,
        eighteen_on=ages.eighteen_on,
        places=data.group.places,
        under_16=data.group.under_16,
    )


def known_missions(request: EngagementRequest) -> frozenset[int]:
    """Missions this person was already shown and answered, applied to, or left for: not proposed again."""
    proposed = Proposal.objects.filter(request__person=request.person_id).filter(
        Q(state__in=[State.PROPOSED, State.INTERESTED, State.DECLINED])
        | Q(state=State.WITHDRAWN, withdrawn_because=WithdrawnBecause.OTHERS)
    )
    applied = Participation.objects.filter(person=request.person_id)
    left = Departure.objects.filter(person=request.person_id)
    ids: set[int] = set()
    for rows in (proposed, applied, left):
        ids.update(rows.values_list("mission_id", flat=True))
    return frozenset(ids)


# --- the missions' rows


def preselect(
    commune: Commune,
    radius_km: int,
    mode: str,
    row: matching.RequestRow,
    *,
    person: Person | None,
    group: Group = ALONE,
) -> "QuerySet[Mission]":
    """Open missions in reach, in plain SQL; the engine's gates decide.

    None of an organisation that `person` answers for: nobody applies to oneself. A mission with places for teams is
    for the teams that it welcomes, and for persons.
    """
    remote = Q(mode__in=REMOTE_MODES)
    here = Q(mode__in=[MissionMode.ON_SITE, MissionMode.HYBRID]) & _in_reach(commune, radius_km)
    wanted = {Mode.ON_SITE: here, Mode.REMOTE: remote, Mode.BOTH: here | remote}[Mode(mode)]
    return (
        Mission.objects.open()
        .filter(wanted, _welcomes(group, person))
        .exclude(pk__in=row.known_missions)
        .exclude(organisation__in=_answered_for(person))
        .order_by("-published_at", "pk")[:PRESELECTED]
    )


def _welcomes(group: Group, person: Person | None) -> Q:
    if group.kind not in OF_ORGANISATIONS:
        return Q()
    without = Q(team_places=0)
    if person is None or not can_bring(person, group.organisation):
        return without
    room = Slot.objects.live().filter(mission=OuterRef("pk"), teams_taken__lt=F("team_places"))
    room = room.filter(taken__lte=F("capacity") - group.places)
    fits = Q(team_places__gt=0, team_smallest__lte=group.places, team_largest__gte=group.places)
    return without | (fits & Q(Exists(room)))


def _answered_for(person: Person | None) -> "QuerySet[Membership, int]":
    handled = Membership.objects.live().filter(person=person, role__in=HANDLERS)
    return handled.values_list("organisation", flat=True)


def _in_reach(commune: Commune, radius_km: int) -> Q:
    if commune.latitude is None or commune.longitude is None:
        return Q(department=commune.department_id)
    near = MissionAddress.objects.filter(
        WithinKm(commune.latitude, commune.longitude, radius_km + MARGIN_KM), mission=OuterRef("pk")
    )
    return Q(Exists(near))


def with_what_is_shown(missions: "QuerySet[Mission]") -> "QuerySet[Mission]":
    """What pages and mails say of a chosen mission, in a fixed number of queries."""
    return missions.select_related("organisation", "domain").prefetch_related(
        "activities",
        "skills",
        Prefetch("addresses", MissionAddress.objects.select_related("commune")),
        Prefetch("slots", Slot.objects.live(), to_attr="live_slots"),
    )


def vocabulary() -> matching.Vocabulary:
    """French labels by bit; reference data, read once per process."""
    global _vocabulary
    if _vocabulary is None:
        words = matching.Vocabulary(
            domains=dict(Domain.objects.values_list("bit", "name")),
            activities=dict(Activity.objects.values_list("bit", "name")),
            skills=dict(Skill.objects.values_list("bit", "name")),
        )
        if not words.domains:
            return words
        _vocabulary = words
    return _vocabulary


_vocabulary: matching.Vocabulary | None = None


def _mask(terms: Iterable[Domain | Activity | Skill]) -> int:
    mask = 0
    for term in terms:
        mask |= 1 << term.bit
    return mask
