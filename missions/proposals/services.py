"""The heart: the engine's matches become proposals, people answer them, and requests follow."""

import datetime
import uuid
from collections.abc import Collection, Sequence
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Count, Exists, Q

from jeveuxagir.accounts import guardians
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import PARIS, now, today
from jeveuxagir.common.errors import RuleBroken, WrongState
from jeveuxagir.common.locks import lock, lock_all
from jeveuxagir.common.wake import wake
from jeveuxagir.matching.gates import ProposalLoad
from jeveuxagir.notifications.services import send
from missions.enums import REMOTE_MODES, MissionMode
from missions.enums import State as MissionState
from missions.models import Mission, MissionAddress, Slot
from missions.participations import services as participations
from missions.participations.enums import WAITING_STATES
from missions.participations.enums import State as ParticipationState
from missions.participations.models import Departure, Participation
from volunteers.requests import services as requests
from volunteers.requests.enums import MATCHED_STATES, Mode
from volunteers.requests.enums import State as RequestState
from volunteers.requests.models import EngagementRequest
from volunteers.requests.policies import is_owner, require

from . import matching, policies, unserved
from .models import (
    MAX_OPEN_PER_PERSON,
    PROPOSAL_DAYS,
    TRANSITIONS,
    DeclineReason,
    MatchDue,
    MatchRun,
    Proposal,
    State,
    WithdrawnBecause,
)

logger = structlog.get_logger(__name__)

#: A claimed request is due again after this long, unless it was matched.
CLAIMED_FOR = datetime.timedelta(minutes=5)
#: How many of the engine's matches staff are shown, and are recorded as the alternatives.
SHOWN_TO_STAFF = 10


# --- matching


def match_request(request_id: int, *, cause: str) -> list[Proposal]:
    """Match one request now: the engine ranks, then what still holds under the locks is proposed and mailed.

    Reads first, without a lock; the write checks again what may have moved. Safe to run twice.
    """
    request = (
        EngagementRequest.objects.looking().select_related("commune", "person").filter(pk=request_id).first()
    )
    if request is None or _room(request) == 0:
        return []
    outcome = matching.run_for(request)
    if not outcome.candidates:
        _keep_reason(request, outcome, cause)
        return []
    return _propose(request, outcome, cause=cause)


@transaction.atomic
def _propose(request: EngagementRequest, outcome: matching.Outcome, *, cause: str) -> list[Proposal]:
    likely = outcome.candidates[: 2 * MAX_OPEN_PER_PERSON]
    missions = {m.pk: m for m in lock_all(Mission.objects.filter(pk__in=[c.mission.pk for c in likely]))}
    locked = lock_looking(request.pk)
    if locked is None:
        return []
    room = _room(locked)
    if room == 0:
        return []
    chosen = [
        candidate
        for candidate in likely
        if _still_open(missions.get(candidate.mission.pk)) and _takes_more(candidate)
    ][:room]
    already = set(
        Proposal.objects.filter(
            request=locked,
            mission__in=[c.mission.pk for c in chosen],
            state__in=[State.PROPOSED, State.INTERESTED],
        ).values_list("mission_id", flat=True)
    )
    chosen = [c for c in chosen if c.mission.pk not in already]
    if not chosen:
        return []
    run = _keep_run(locked, outcome, chosen, cause)
    made = [_make(locked, candidate, run) for candidate in chosen]
    _follow(locked)
    mail_proposals(person_of(locked))
    return made


def lock_looking(request_id: int) -> EngagementRequest | None:
    """The request and its person, locked, if the engine may still propose to it."""
    request = (
        EngagementRequest.objects.looking()
        .filter(pk=request_id)
        .select_for_update(of=("self",), no_key=True)
        .first()
    )
    if request is None:
        return None
    request.person = lock(Person.objects.all(), pk=request.person_id)
    return request


def _room(request: EngagementRequest) -> int:
    """How many proposals this person may still receive (product decision 16)."""
    person = request.person_id
    if Participation.objects.filter(request=request, state__in=WAITING_STATES).exists():
        return 0
    if Participation.objects.filter(request=request, state=ParticipationState.ACCEPTED).exists():
        return 0
    return max(0, MAX_OPEN_PER_PERSON - Proposal.objects.open().filter(request__person=person).count())


def _still_open(mission: Mission | None) -> bool:
    return mission is not None and mission.state == MissionState.OPEN


def _takes_more(candidate: matching.Candidate) -> bool:
    """At most 3 open proposals for each free place of the mission, counted under its lock."""
    free = sum(slot.free for slot in Slot.objects.live().filter(mission=candidate.mission.pk))
    return (
        Proposal.objects.open().filter(mission=candidate.mission.pk).count() < ProposalLoad.PER_PLACE * free
    )


def _make(
    request: EngagementRequest,
    candidate: matching.Candidate,
    run: MatchRun,
    *,
    actor: User | None = None,
    alternatives: Sequence[dict[str, Any]] = (),
) -> Proposal:
    match = candidate.match
    proposal = Proposal.objects.create(
        request=request,
        mission_id=candidate.mission.pk,
        slot_id=match.slot_id,
        run=run,
        score=match.score,
        reasons=[{"code": r.code, "text": r.exact, "mail": r.coarse} for r in match.reasons],
        reservation=match.reservation
        and {
            "code": match.reservation.code,
            "text": match.reservation.exact,
            "mail": match.reservation.coarse,
        },
        proposed_by=actor,
        alternatives=list(alternatives),
        expires_at=now() + datetime.timedelta(days=PROPOSAL_DAYS),
    )
    record("proposal.made", proposal, actor=actor, request=request.pk, mission=candidate.mission.pk)
    return proposal


def _keep_run(
    request: EngagementRequest, outcome: matching.Outcome, chosen: Collection[matching.Candidate], cause: str
) -> MatchRun:
    return MatchRun.objects.create(
        request=request,
        cause=cause,
        engine_version=outcome.ranking.version,
        inputs=outcome.inputs(chosen),
        outcome=outcome.outcome(chosen),
    )


def _keep_reason(request: EngagementRequest, outcome: matching.Outcome, cause: str) -> None:
    """Nothing found: keep why, once per state of affairs, for the brigade and for "unserved with a reason"."""
    last = request.match_runs.order_by("-id").first()
    found = outcome.outcome(())
    if last is None or last.outcome != found:
        _keep_run(request, outcome, (), cause)


# --- what must be matched again


def match_soon(requests_to_match: Any, *, cause: str) -> int:
    """Queue requests (a queryset) for matching. Safe to repeat: a request waits once."""
    moment = now()
    queued = [
        MatchDue(request_id=pk, cause=cause, due_at=moment)
        for pk in requests_to_match.values_list("pk", flat=True)
    ]
    MatchDue.objects.bulk_create(
        queued,
        update_conflicts=True,
        unique_fields=["request"],
        update_fields=["cause", "due_at", "claim"],
        batch_size=2000,
    )
    if queued:
        wake("missions.proposals.tasks.match_due")
    return len(queued)


def match_due(*, limit: int = 200) -> int:
    """Match what is queued, oldest first; several workers share the queue. Returns how many were tried.

    A request is claimed in a commit of its own, so that no lock is held while the engine runs. Whoever dies
    with a claim, or fails, leaves it due again a little later.
    """
    for done in range(limit):
        due = _claim()
        if due is None:
            return done
        try:
            match_request(due.request_id, cause=due.cause)
        except Exception:
            logger.exception("match_failed", code="match_failed")
        else:
            MatchDue.objects.filter(pk=due.pk, claim=due.claim).delete()
    return limit


@transaction.atomic
def _claim() -> MatchDue | None:
    due = (
        MatchDue.objects.select_for_update(skip_locked=True)
        .filter(due_at__lte=now())
        .order_by("due_at")
        .first()
    )
    if due is not None:
        due.claim = uuid.uuid4()
        due.due_at = now() + CLAIMED_FOR
        due.save(update_fields=["claim", "due_at"])
    return due


def touched_by(missions: Collection[int]) -> Any:
    """The requests that these missions may interest: same place or remote. The engine decides."""
    places = MissionAddress.objects.filter(mission__in=missions).values_list("commune__department", flat=True)
    departments = set(places) | set(
        Mission.objects.filter(pk__in=missions).values_list("department", flat=True)
    )
    modes = set(Mission.objects.filter(pk__in=missions).values_list("mode", flat=True))
    wanted = Q()
    if modes.intersection(REMOTE_MODES):
        wanted |= ~Q(mode=Mode.ON_SITE)
    if modes & {MissionMode.ON_SITE, MissionMode.HYBRID}:
        wanted |= ~Q(mode=Mode.REMOTE) & _near(missions, {d for d in departments if d})
    return EngagementRequest.objects.looking().filter(wanted)


def _near(missions: Collection[int], departments: set[str]) -> Q:
    """Requests whose circle reaches an address: by earth distance, or by department where there is no point."""
    from .sql import RequestReaches

    reached = MissionAddress.objects.filter(RequestReaches(), mission__in=missions)
    return Q(Exists(reached)) | Q(commune__latitude__isnull=True, commune__department__in=departments)


# --- answers of the person


def _all_that_was_said(proposal: Proposal) -> list[dict[str, str]]:
    """The reasons and the reservation: both sides of the participation read the same words."""
    if not proposal.reservation:
        return list(proposal.reasons)
    warning = {**proposal.reservation, "text": f"À savoir\u00a0: {proposal.reservation['text']}"}
    return [*proposal.reasons, warning]


@transaction.atomic
def accept(
    proposal: Proposal, *, actor: Person | User, slot: Slot | None = None, message: str = ""
) -> Participation | Departure:
    """ "Ça m’intéresse": applies to the mission or, when it lives at a partner's, records the departure."""
    mission = lock(Mission.objects.all(), pk=proposal.mission_id)
    request, proposal = _locked(proposal, actor)
    proposal.state = TRANSITIONS.target("accept", proposal.state, label=proposal.get_state_display())
    _not_past(proposal)
    person = person_of(request)
    guardians.require_cleared(person)
    proposal.answered_at = now()
    result: Participation | Departure
    if mission.is_imported:
        result = participations.depart(mission, person=person, request=request)
        proposal.departure = result
    else:
        slot = slot or proposal.slot
        if slot is None:
            raise RuleBroken("Ce créneau n’existe plus. Choisissez-en un autre.", code="slot_gone")
        result = participations.apply(
            person=person,
            slot=slot,
            message=message,
            request=request,
            reasons=_all_that_was_said(proposal),
            group=request.group,
            actor=actor if isinstance(actor, User) else None,
        )
        proposal.participation = result
    proposal.save()
    record("proposal.accepted", proposal, actor=_user(actor), request=request.pk, mission=mission.pk)
    _stays_alive(request)
    _follow(request)
    return result


def decline(proposal: Proposal, *, actor: Person | User, reason: str, note: str = "") -> Proposal:
    """ "Pas pour moi", with why; after the last open one, others are looked for at once."""
    proposal = _decline(proposal, actor, reason, note)
    if not Proposal.objects.open().filter(request=proposal.request_id).exists():
        match_request(proposal.request_id, cause="declined")
    return proposal


@transaction.atomic
def _decline(proposal: Proposal, actor: Person | User, reason: str, note: str) -> Proposal:
    """In a commit of its own: matching locks missions, which come before the request."""
    request, proposal = _locked(proposal, actor)
    if reason not in DeclineReason.values:
        raise RuleBroken("Dites pourquoi cette mission ne vous convient pas.", code="reason")
    proposal.state = TRANSITIONS.target("decline", proposal.state, label=proposal.get_state_display())
    proposal.decline_reason = reason
    proposal.decline_note = note
    proposal.answered_at = now()
    proposal.save()
    record("proposal.declined", proposal, actor=_user(actor), request=request.pk, mission=proposal.mission_id)
    _follow(request)
    if not Proposal.objects.open().filter(request=request).exists():
        match_soon(EngagementRequest.objects.filter(pk=request.pk), cause="declined")
    return proposal


def ask_for_others(request: EngagementRequest, *, actor: Person | User) -> list[Proposal]:
    """ "Montrez-m’en d’autres": the open proposals are withdrawn, and others are looked for at once."""
    require(is_owner(actor, request))
    with transaction.atomic():  # a commit of its own: matching locks missions, which come before the request
        request = lock(EngagementRequest.objects.all(), pk=request.pk)
        if request.state not in MATCHED_STATES:
            raise WrongState("Cette demande ne reçoit plus de propositions.", code="wrong_state")
        withdraw_open(request, WithdrawnBecause.OTHERS)
        _follow(request)
        match_soon(EngagementRequest.objects.filter(pk=request.pk), cause="others")
    return match_request(request.pk, cause="others")


def slots_of(proposals: Collection[Proposal], *, places: int = 1) -> Any:
    """Mission → the slots that all may still choose, as querysets for a form; imported missions have none."""
    return {
        proposal.mission_id: participations.free_slots(proposal.mission, places) for proposal in proposals
    }


def with_open_counts(rows: Any) -> Any:
    """Requests with `open_count`, the number of proposals that wait for an answer."""
    return rows.annotate(open_count=Count("proposals", filter=Q(proposals__state=State.PROPOSED)))


# --- staff


def candidates(request: EngagementRequest) -> tuple[matching.Candidate, ...]:
    """The engine's first ten for this request, with reasons: what staff choose from."""
    return matching.run_for(request, limit=SHOWN_TO_STAFF).candidates


@transaction.atomic
def propose_by_staff(request: EngagementRequest, *, mission: Mission, actor: User) -> Proposal:
    """A member of the brigade proposes one of the engine's first ten; the ten shown are recorded."""
    policies.require(policies.can_propose(actor, request))
    outcome = matching.run_for(request, limit=SHOWN_TO_STAFF)
    by_id = {candidate.mission.pk: candidate for candidate in outcome.candidates}
    candidate = by_id.get(mission.pk)
    if candidate is None:
        raise RuleBroken(
            "Cette mission ne convient plus à la demande. Voici la liste à jour.", code="not_candidate"
        )
    if not _still_open(lock(Mission.objects.all(), pk=mission.pk)):
        raise RuleBroken("Cette mission n’est plus ouverte. Voici la liste à jour.", code="not_candidate")
    locked = lock_looking(request.pk)
    if locked is None:
        raise WrongState("Cette demande ne reçoit plus de propositions.", code="wrong_state")
    if _room(locked) == 0:
        raise RuleBroken(
            f"Cette personne a déjà {MAX_OPEN_PER_PERSON} propositions ou une candidature sans réponse.",
            code="load",
        )
    if not _takes_more(candidate):
        raise RuleBroken("Cette mission a déjà assez de propositions en attente.", code="mission_load")
    shown = [
        {
            "mission": c.mission.pk,
            "title": c.mission.title,
            "score": c.match.score,
            "reasons": [r.exact for r in c.match.reasons],
            "reservation": c.match.reservation.exact if c.match.reservation else "",
        }
        for c in outcome.candidates
    ]
    run = _keep_run(locked, outcome, [candidate], "staff")
    proposal = _make(locked, candidate, run, actor=actor, alternatives=shown)
    _follow(locked)
    mail_proposals(person_of(locked))
    return proposal


# --- mails


@transaction.atomic
def mail_proposals(person: Person) -> bool:
    """One mail for the open proposals not announced yet; at most one such mail a day."""
    waiting = list(
        Proposal.objects.open()
        .filter(request__person=person, mailed_at__isnull=True)
        .select_related("mission__organisation", "request")
        .order_by("-score", "id")
        .select_for_update(of=("self",), no_key=True)
    )
    start_of_day = datetime.datetime.combine(today(), datetime.time.min, tzinfo=PARIS)
    if not waiting or Proposal.objects.filter(request__person=person, mailed_at__gte=start_of_day).exists():
        return False
    request = waiting[0].request
    of_request = [p for p in waiting if p.request_id == request.pk]
    Proposal.objects.filter(pk__in=[p.pk for p in of_request]).update(mailed_at=now())
    return (
        send(
            "proposals.new",
            to=person,
            dedupe_key=f"proposals.new:{person.pk}:{today():%Y%m%d}",
            context={
                "proposals": of_request,
                "count": len(of_request),
                "request": request,
                "url": policies.link_for_mail(request),
                "days": PROPOSAL_DAYS,
            },
        )
        is not None
    )


# --- what happens to proposals besides answers


@transaction.atomic
def withdraw_open(request: EngagementRequest, because: str, *, keep: int | None = None) -> int:
    """Withdraw the request's open proposals. Returns how many."""
    withdrawn = 0
    for proposal in lock_all(Proposal.objects.open().filter(request=request)):
        if proposal.pk != keep:
            _withdraw(proposal, because)
            withdrawn += 1
    return withdrawn


@transaction.atomic
def withdraw_of_mission(mission_id: int) -> int:
    """The mission is no longer open: its open proposals lapse, and their requests are searched for again."""
    touched = set()
    opened = Proposal.objects.open().filter(mission=mission_id)
    lock_all(EngagementRequest.objects.filter(pk__in=opened.values("request")))  # requests before proposals
    for proposal in lock_all(opened):
        _withdraw(proposal, WithdrawnBecause.MISSION)
        touched.add(proposal.request_id)
    for pk in sorted(touched):
        _follow(EngagementRequest.objects.get(pk=pk))
    match_soon(EngagementRequest.objects.filter(pk__in=touched), cause="mission_closed")
    return len(touched)


def _withdraw(proposal: Proposal, because: str) -> None:
    proposal.state = TRANSITIONS.target("withdraw", proposal.state)
    proposal.withdrawn_because = because
    proposal.save()
    record(
        "proposal.withdrawn",
        proposal,
        request=proposal.request_id,
        mission=proposal.mission_id,
        because=because,
    )


@transaction.atomic
def expire(proposal_id: int) -> bool:
    """14 days without an answer."""
    lock(EngagementRequest.objects.all(), proposals=proposal_id)  # requests before proposals
    proposal = lock(Proposal.objects.all(), pk=proposal_id)
    if proposal.state != State.PROPOSED or proposal.expires_at > now():
        return False
    proposal.state = TRANSITIONS.target("expire", proposal.state)
    proposal.save()
    record("proposal.expired", proposal, request=proposal.request_id, mission=proposal.mission_id)
    request = _follow(proposal.request)
    match_soon(EngagementRequest.objects.filter(pk=request.pk), cause="expired")
    return True


# --- what requests do because of participations, departures, guardians


@transaction.atomic
def participation_moved(participation_id: int) -> None:
    """After a participation of a request moved: the request follows, and is searched for again if it must."""
    participation = Participation.objects.select_related("request").filter(pk=participation_id).first()
    if participation is None or participation.request is None:
        return
    request = lock(EngagementRequest.objects.all(), pk=participation.request.pk)
    if participation.state == ParticipationState.ACCEPTED and not request.keep_open:
        withdraw_open(request, WithdrawnBecause.ACCEPTED)
    request = _follow(request)
    if participation.state in (ParticipationState.DECLINED, ParticipationState.CANCELLED):
        match_soon(EngagementRequest.objects.filter(pk=request.pk), cause="not_accepted")


@transaction.atomic
def departure_answered(departure_id: int) -> None:
    """ "Avez-vous candidaté ?": a yes makes the request accepted; a no lets the search go on."""
    departure = Departure.objects.select_related("request").filter(pk=departure_id).first()
    if departure is None or departure.request is None:
        return
    request = lock(EngagementRequest.objects.all(), pk=departure.request.pk)
    if departure.answer == Departure.Answer.YES and not request.keep_open:
        withdraw_open(request, WithdrawnBecause.ACCEPTED)
    request = _follow(request)
    if departure.answer == Departure.Answer.NO:
        match_soon(EngagementRequest.objects.filter(pk=request.pk), cause="not_accepted")


@transaction.atomic
def request_changed(request_id: int, *, cause: str) -> None:
    """A request was confirmed, edited, paused, withdrawn, renewed…: its proposals follow, then a match."""
    rows = EngagementRequest.objects.select_for_update(of=("self",), no_key=True)
    request = rows.filter(pk=request_id).first()
    if request is None:
        return
    if cause == "edited":
        withdraw_open(request, WithdrawnBecause.EDITED)
    elif request.state not in MATCHED_STATES or request.paused_until:
        withdraw_open(request, WithdrawnBecause.REQUEST)
    _follow(request)
    match_soon(EngagementRequest.objects.looking().filter(pk=request_id), cause=cause)


@transaction.atomic
def guardian_objected(person_id: int) -> None:
    """A guardian objects: the minor's requests end, with the reason."""
    person = Person.objects.get(pk=person_id)
    for request in EngagementRequest.objects.filter(
        person=person, state__in=MATCHED_STATES | {RequestState.ACCEPTED}
    ):
        requests.withdraw(request, actor=person, reason="opposition d’un parent ou tuteur")


def person_of(request: EngagementRequest) -> Person:
    """Whose request it is. Only confirmed requests come here."""
    assert request.person is not None, "a request is confirmed before anything happens to it"
    return request.person


def people_of(ids: Collection[int]) -> Any:
    return Person.objects.filter(pk__in=ids)


def unserved_reason(request: EngagementRequest) -> str:
    """Why nothing was found, in words: what most often stood in the way at the last search."""
    run = request.match_runs.order_by("-id").first()
    return unserved.reason((run.outcome.get("blocked") or {}) if run else {})


def _follow(request: EngagementRequest) -> EngagementRequest:
    """Count what the request's proposals, participations and departures say, and let its state follow."""
    states = set(Participation.objects.filter(request=request).values_list("state", flat=True))
    said_yes = Departure.objects.filter(request=request, answer=Departure.Answer.YES).exists()
    left = Departure.objects.filter(request=request, answer="").exists()
    return requests.follow(
        request,
        realised=ParticipationState.REALISED in states,
        accepted=ParticipationState.ACCEPTED in states or said_yes,
        proposed=bool(states & set(WAITING_STATES))
        or left
        or Proposal.objects.open().filter(request=request).exists(),
    )


def _locked(proposal: Proposal, actor: Person | User) -> tuple[EngagementRequest, Proposal]:
    """The request first, then the proposal; only its person answers."""
    request = lock(EngagementRequest.objects.select_related("person"), pk=proposal.request_id)
    require(is_owner(actor, request))
    return request, lock(Proposal.objects.select_related("slot"), pk=proposal.pk)


def _not_past(proposal: Proposal) -> None:
    if proposal.expires_at <= now():
        raise WrongState("Cette proposition a expiré. Nous en cherchons d’autres.", code="expired")


def _stays_alive(request: EngagementRequest) -> None:
    EngagementRequest.objects.filter(pk=request.pk).update(alive_at=now())


def _user(actor: Any) -> User | None:
    return actor if isinstance(actor, User) else None
