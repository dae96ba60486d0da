"""Engagement requests: filed, matched by the real engine on their day, answered, closed."""

import datetime
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from jeveuxagir import matching
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.matching.half_days import half_day
from jeveuxagir.taxonomies.models import Skill
from jeveuxagir.territories.models import Commune
from missions.participations.enums import WAITING_STATES
from missions.participations.enums import State as ParticipationState
from missions.participations.models import Departure, Participation
from missions.proposals import matching as rows
from missions.proposals import unserved
from missions.proposals.models import (
    MAX_OPEN_PER_PERSON,
    PROPOSAL_DAYS,
    DeclineReason,
    MatchRun,
    Proposal,
    WithdrawnBecause,
)
from missions.proposals.models import State as ProposalState
from volunteers.requests.enums import MATCHED_STATES, Channel, Commitment, GroupKind, Mode, State
from volunteers.requests.groups import ALONE, Group
from volunteers.requests.models import EngagementRequest
from volunteers.requests.services import EXPIRE_AFTER_DAYS, EXPIRED, UNSERVED_AFTER_DAYS, RequestData

from . import texts
from .board import Board, day_of
from .ground import Ground
from .missions import Missions
from .participations import Participations
from .people import People

#: How many requests end in which way; the engine has the last word.
FATES = {
    "open": 150,
    "waiting": 72,
    "accepted": 110,
    "realised": 95,
    "declined": 34,
    "expired": 26,
    "departed": 40,
    "staff": 16,
    "withdrawn": 44,
    "lapsed": 12,
    "refused": 5,
    "paused": 14,
    "edited": 8,
    "far": 46,
}
DAYS = {  # filed so many days ago, at least and at most
    "open": (1, 12),
    "waiting": (4, 26),
    "accepted": (8, 75),
    "realised": (50, 140),
    "declined": (14, 50),
    "expired": (17, 40),
    "departed": (2, 45),
    "staff": (9, 30),
    "withdrawn": (10, 120),
    "lapsed": (95, 160),
    "refused": (10, 60),
    "paused": (10, 60),
    "edited": (6, 30),
    "far": (1, 78),
}
RADII = (10, 10, 15, 20, 20, 30, 30, 50)
SHOWN_TO_STAFF = 10
GROUPS = (
    Group(GroupKind.FAMILY, 3, 1),
    Group(GroupKind.FAMILY, 4, 2),
    Group(GroupKind.ASSOCIATION, 4, name="Les Marcheurs du dimanche"),
    Group(GroupKind.FAMILY, 2),
    Group(GroupKind.COMPANY, 5, name="Menuiserie Delorme"),
    Group(GroupKind.OTHER, 4, name="Service des archives"),
)


@dataclass
class Wishes:
    """A request being made, with what the engine reads of it."""

    request: EngagementRequest
    domains: list[Any] = field(default_factory=list)
    activities: list[Any] = field(default_factory=list)
    skills: list[Skill] = field(default_factory=list)
    known: set[int] = field(default_factory=set)
    searched: bool = True
    leave_to_the_brigade: bool = False

    def row(self) -> matching.RequestRow:
        request = self.request
        data = RequestData(
            commune=request.commune,
            radius_km=request.radius_km,
            mode=request.mode,
            half_days=request.half_days,
            period_start=request.period_start,
            period_end=request.period_end,
            given_dates=request.given_dates,
            commitment=request.commitment,
            domains=self.domains,
            activities=self.activities,
            skills=self.skills,
            open_to_anything=request.open_to_anything,
            group=request.group,
        )
        assert request.person is not None
        row = rows.draft_row(data, request.person)
        return replace(row, id=request.pk, known_missions=frozenset(self.known))


class Requests:
    def __init__(
        self,
        ground: Ground,
        people: People,
        missions: Missions,
        participations: Participations,
        staff: dict[str, User],
    ) -> None:
        self.ground, self.people, self.missions, self.participations = (
            ground,
            people,
            missions,
            participations,
        )
        self.staff = staff
        self.phrases = texts.read("phrases")
        self.all: list[Wishes] = []
        #: as often wished for as missions are found in them
        self._domains = sorted(set(missions.domains) - {"autre", "cooperation-internationale", "animaux"})
        self.proposals: list[Proposal] = []
        self._answers = itertools.cycle(("yes", "no", "", "yes"))
        self._mission_gone = itertools.cycle((False, True))
        self.proposals_of: dict[int, list[Proposal]] = {}
        self._of_person: dict[int, list[Wishes]] = {}
        self._known_of_person: dict[int, set[int]] = {}

    def use(self, board: Board) -> None:
        self.board = board
        for mission, made in self.participations.by_mission.items():
            for participation in made:
                if participation.person_id:
                    self._known_of_person.setdefault(participation.person_id, set()).add(mission)

    # --- filing -------------------------------------------------------------------------------------------------

    def build(self) -> None:
        ground = self.ground
        fates = [fate for fate, number in FATES.items() for _ in range(number)]
        ground.dice.shuffle(fates)
        for fate in fates:
            self._live(fate, self._draw(fate))

    def _draw(self, fate: str) -> Wishes:
        """Who asks, for what."""
        ground = self.ground
        departments = sorted(self.people.of_department)
        if fate == "departed":  # where the partner's missions are
            departments = sorted(
                set(departments) & {p.department for p in self.missions.all if p.mission.is_imported}
            )
        weights = [len(self.people.of_department[code]) for code in departments]
        person = None
        for _ in range(30):
            code = ground.dice.choices(departments, weights)[0]
            person = ground.pick(self.people.of_department[code])
            if not self._of_person.get(person.pk):
                break
        assert person is not None
        assert person.commune is not None
        commune = self._remote_corner(person.commune) if fate == "far" else person.commune
        return self.file(person, commune, ground.dice.randrange(*DAYS[fate]), **self._wants(fate))

    def _remote_corner(self, near: Commune) -> Commune:
        """A small commune of the same department, where little happens yet."""
        small = [c for c in self.ground.in_department(near.department_id) if (c.population or 0) < 1500]
        return self.ground.pick(small) if small else near

    def _wants(self, fate: str) -> dict[str, Any]:
        ground = self.ground
        easy = fate != "far"
        mode = ground.pick([Mode.ON_SITE] * 6 + [Mode.BOTH] * 3 + [Mode.REMOTE]) if easy else Mode.ON_SITE
        domains = (
            [] if easy and ground.chance(0.42) else ground.dice.sample(self._domains, ground.pick((2, 3, 3)))
        )
        if fate == "far":
            domains = domains[:1]
        if fate == "departed":
            mode, domains = Mode.ON_SITE, []
        channel = Channel.WEB if ground.chance(0.86) else ground.pick((Channel.PHONE, Channel.STAFF))
        notes = self.phrases["request_note"]
        return {
            "domains": domains,
            "skills": ground.dice.sample(sorted(self.missions.skills), 1)
            if domains and ground.chance(0.35)
            else [],
            "mode": mode,
            "radius_km": 30
            if fate == "departed"
            else ground.pick(RADII)
            if easy
            else ground.pick((5, 5, 10)),
            "half_days": 0 if easy and ground.chance(0.62) else self._some_half_days(),
            "commitment": "" if ground.chance(0.45) else ground.pick(Commitment.values),
            "open_to_anything": not domains,
            "note": ground.pick(notes if channel == Channel.WEB else self.phrases["phone_note"]),
            "channel": channel,
            "keep_open": ground.chance(0.06),
        }

    def _some_half_days(self) -> int:
        """Evenings, week-ends, or a few chosen moments."""
        ground = self.ground
        evenings = sum(half_day(day, 2) for day in range(5))
        week_end = sum(half_day(day, part) for day in (5, 6) for part in (0, 1))
        mask = ground.pick((evenings, week_end, evenings | week_end, 0))
        for _ in range(ground.dice.randint(1, 5)):
            mask |= half_day(ground.dice.randrange(7), ground.dice.randrange(3))
        return mask

    def file(self, person: Person, commune: Commune, days: int, **wants: Any) -> Wishes:
        """A request that is confirmed the day it is filed."""
        ground = self.ground
        domains, skills = wants.pop("domains", []), wants.pop("skills", [])
        filed = max(ground.days_ago(days), person.created_at)
        if person.eighteen_on is None:
            wants |= self._group().columns()
        by_person = wants.get("channel", Channel.WEB) == Channel.WEB
        request = EngagementRequest(
            pk=ground.number(EngagementRequest),
            person=person,
            commune=commune,
            state=State.QUALIFIED,
            state_changed_at=filed,
            filed_at=filed,
            confirmed_at=filed,
            alive_at=filed,
            without_proposal_since=filed,
            **wants,
        )
        ground.add(request)
        wishes = Wishes(
            request,
            [self.missions.domains[code] for code in domains],
            [],
            [self.missions.skills[code] for code in skills],
        )
        for code in domains:
            ground.add(EngagementRequest.domains.through(engagementrequest_id=request.pk, domain_id=code))
        for code in skills:
            ground.add(EngagementRequest.skills.through(engagementrequest_id=request.pk, skill_id=code))
        actor = self.people.user(person) if by_person else self._brigade(commune)
        ground.event("request.filed", request, filed, actor=actor)
        ground.event("request.confirmed", request, filed, actor=actor)
        wishes.known = self._known_of_person.setdefault(person.pk, set())
        self._of_person.setdefault(person.pk, []).append(wishes)
        self.all.append(wishes)
        return wishes

    def _group(self) -> Group:
        """One request in twelve comes from a family, an association or a company's team."""
        number, is_group = divmod(len(self.all), 12)
        return ALONE if is_group else GROUPS[number % len(GROUPS)]

    def _brigade(self, commune: Commune) -> User:
        return self.staff.get(commune.department_id) or self.staff["nation"]

    # --- matching ---------------------------------------------------------------------------------------------

    def propose(
        self,
        wishes: Wishes,
        at: datetime.datetime,
        *,
        still_open: bool,
        cause: str = "confirmed",
        most: int = 3,
        by: User | None = None,
        only: Any = None,
        keep_why: bool = True,
    ) -> list[Proposal]:
        """Ask the engine as of that moment; its best become proposals, in the limits of product decision 16."""
        request, ground = wishes.request, self.ground
        row = wishes.row()
        ranking, seen = self.board.rank(row, at, still_open=still_open, limit=60 if only else SHOWN_TO_STAFF)
        matches = [m for m in ranking.matches if not still_open or self.board.takes_more(m.mission_id)]
        chosen = [m for m in matches if only is None or only(m)][:most]
        if not chosen:
            if keep_why:
                self._run(wishes, ranking, seen, [], row, at, cause)
            return []
        run = self._run(wishes, ranking, seen, chosen, row, at, "staff" if by else cause)
        made = []
        for match in chosen:
            proposal = ground.new(
                Proposal,
                request=request,
                mission=self.board.placed[match.mission_id].mission,
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
                proposed_by=by,
                alternatives=[self._shown(m) for m in ranking.matches[:SHOWN_TO_STAFF]] if by else [],
                proposed_at=at,
                mailed_at=at,
                expires_at=at + datetime.timedelta(days=PROPOSAL_DAYS),
            )
            ground.event(
                "proposal.made", proposal, at, actor=by, request=request.pk, mission=match.mission_id
            )
            wishes.known.add(match.mission_id)
            self.board.proposed(match.mission_id, 1)
            made.append(proposal)
        self.proposals += made
        self.proposals_of.setdefault(request.pk, []).extend(made)
        self._state(request, State.PROPOSED, at)
        return made

    def _shown(self, match: matching.Match) -> dict[str, Any]:
        return {
            "mission": match.mission_id,
            "title": self.board.placed[match.mission_id].mission.title,
            "score": match.score,
            "reasons": [r.exact for r in match.reasons],
            "reservation": match.reservation.exact if match.reservation else "",
        }

    def _run(
        self,
        wishes: Wishes,
        ranking: matching.Ranking,
        seen: dict[int, matching.MissionRow],
        chosen: Sequence[matching.Match],
        row: matching.RequestRow,
        at: datetime.datetime,
        cause: str,
    ) -> MatchRun:
        """What the engine was given and what it said, as missions.proposals stores it."""
        return self.ground.new(
            MatchRun,
            request=wishes.request,
            cause=cause,
            engine_version=ranking.version,
            inputs={
                str(m.mission_id): matching.stored_inputs(
                    row, seen[m.mission_id], today=day_of(at), vocabulary=self.board.vocabulary
                )
                for m in chosen
            },
            outcome={
                "matches": {str(m.mission_id): matching.stored_outcome(m) for m in chosen},
                "passed": ranking.passed,
                "blocked": dict(ranking.blocked),
            },
            created_at=at,
        )

    def _state(
        self, request: EngagementRequest, state: str, at: datetime.datetime, *, reason: str = ""
    ) -> None:
        request.state, request.state_changed_at, request.closed_reason = state, at, reason
        request.without_proposal_since = at if state == State.QUALIFIED else None
        request.version += 1

    # --- lives ------------------------------------------------------------------------------------------------

    def _live(self, fate: str, wishes: Wishes) -> None:
        request = wishes.request
        filed = request.filed_at
        match fate:
            case "open":
                self._open(wishes, filed)
            case "waiting":
                self._waiting(wishes, filed)
            case "accepted":
                self._accepted(wishes, filed)
            case "realised":
                self._realised(wishes, filed)
            case "declined":
                self._declined(wishes, filed)
            case "expired":
                self._expired(wishes, filed)
            case "departed":
                self._departed(wishes, filed)
            case "edited":
                self._edited(wishes, filed)
            case "staff":
                self._by_staff(wishes, filed)
            case "withdrawn" | "refused" | "paused" | "lapsed":
                self._ended(wishes, filed, fate)
            case _:
                pass  # the engine is asked at the end: it may find something after all

    def _open(self, wishes: Wishes, at: datetime.datetime) -> None:
        """Proposed, not answered yet; some have said no to one, some have asked for others."""
        ground = self.ground
        if ground.chance(0.12):
            before = self.propose(wishes, at, still_open=True)
            if before:
                at = ground.later(at, 0.3, 2)
                for proposal in before:
                    self._withdraw(proposal, WithdrawnBecause.OTHERS, at)
                self._back(wishes, at)
            self.propose(wishes, at, still_open=True, cause="others")
            return
        made = self.propose(wishes, at, still_open=True)
        for proposal in made[1:]:
            if ground.chance(0.3):
                self._decline(proposal, ground.later(at, 0.2, 3))

    def _waiting(self, wishes: Wishes, at: datetime.datetime) -> None:
        """Said yes: the organisation has the application."""
        ground = self.ground
        at = max(at, ground.days_ago(11))
        made = self.propose(wishes, at, still_open=True)
        taken = self._apply(made, lambda p: max(ground.later(p.proposed_at, 0.1, 3), ground.days_ago(4)))
        if taken and ground.chance(0.3):
            self._move(taken, ParticipationState.IN_TALK)

    def _accepted(self, wishes: Wishes, at: datetime.datetime) -> None:
        made = self.propose(wishes, at, still_open=True)
        self._say_yes(wishes, made, ParticipationState.ACCEPTED)

    def _realised(self, wishes: Wishes, at: datetime.datetime) -> None:
        """The whole way: proposed, accepted, done, on a slot that is past."""
        yesterday = self.ground.day(-1)
        made = self.propose(
            wishes,
            at,
            still_open=False,
            only=lambda m: (
                not self.board.placed[m.mission_id].mission.is_imported
                and (self.board.slots[m.slot_id].local_date or datetime.date.min) < yesterday
            ),
        )
        if not made:
            at = self.ground.days_ago(5)
            self.propose(wishes, at, still_open=True)
            return
        yes = self._say_yes(wishes, made, ParticipationState.REALISED)
        if yes is not None:
            self._state(wishes.request, State.REALISED, yes.state_changed_at)

    def _say_yes(self, wishes: Wishes, made: list[Proposal], state: str) -> Participation | None:
        """The first proposal that can be is taken; the others are withdrawn when the organisation says yes."""
        ground, request = self.ground, wishes.request
        taken = self._apply(made, lambda p: ground.later(p.proposed_at, 0.1, 3), state=state)
        if taken is None or taken.answered_at is None:
            return None
        self._state(request, State.ACCEPTED, taken.answered_at)
        request.alive_at = taken.answered_at
        if not request.keep_open:
            for proposal in made:
                if proposal.state == ProposalState.PROPOSED:
                    self._withdraw(proposal, WithdrawnBecause.ACCEPTED, taken.answered_at)
        else:
            for proposal in made:
                if proposal.state == ProposalState.PROPOSED and proposal.expires_at <= ground.now:
                    self._expire(proposal)
        return taken

    def _apply(
        self, made: list[Proposal], when: Any, *, state: str = ParticipationState.APPLIED
    ) -> Participation | None:
        for proposal in made:
            placed = self.board.placed[proposal.mission_id]
            slot = self.board.slots[proposal.slot_id]  # type: ignore[index]
            person = proposal.request.person
            assert person is not None
            group = proposal.request.group
            if placed.mission.is_imported or self.participations.free(slot) < group.places:
                continue
            if not self.participations.may_join(person, placed) or not self.board.can_spare(
                proposal.mission_id, group.places
            ):
                continue
            at = when(proposal)
            if slot.starts_at is not None and state == ParticipationState.REALISED:
                at = min(at, max(proposal.proposed_at, slot.starts_at - datetime.timedelta(hours=30)))
            answered = None
            if state in (ParticipationState.ACCEPTED, ParticipationState.REALISED):
                answered = self.ground.later(at, 0.1, 0.9 if state == ParticipationState.REALISED else 3)
            taken = self.participations.make(
                person,
                placed,
                slot,
                state,
                at,
                answered_at=answered,
                request=proposal.request,
                reasons=proposal.reasons,
                **group.columns(),
            )
            if state not in (ParticipationState.DECLINED, ParticipationState.CANCELLED):
                self.board.taken(proposal.mission_id, slot.pk, group.places)
            proposal.participation = taken
            self._answer(proposal, ProposalState.INTERESTED, at)
            self.ground.event(
                "proposal.accepted",
                proposal,
                at,
                actor=self.people.user(person),
                request=proposal.request_id,
                mission=proposal.mission_id,
            )
            proposal.request.alive_at = max(proposal.request.alive_at, at)
            return taken
        return None

    def _move(self, participation: Participation, state: str) -> None:
        """From applied to in talk."""
        assert participation.applied_at is not None
        assert participation.person is not None
        participation.state = state
        participation.answer = self.ground.pick(self.phrases["talk"])
        participation.state_changed_at = self.ground.later(participation.applied_at, 0.1, 1)
        placed = self.board.placed[participation.mission_id]
        self.ground.event(
            "participation.in_talk",
            participation,
            participation.state_changed_at,
            actor=placed.mission.created_by,
            mission=participation.mission_id,
            slot=participation.slot_id,
            person=participation.person_id,
            request=participation.request_id,
        )

    def _declined(self, wishes: Wishes, at: datetime.datetime) -> None:
        """The organisation said no; the search went on."""
        ground = self.ground
        made = self.propose(wishes, at, still_open=False, most=1, only=lambda m: not self._imported(m))
        taken = self._apply(
            made, lambda p: ground.later(p.proposed_at, 0.1, 2), state=ParticipationState.DECLINED
        )
        if taken is None or taken.answered_at is None:
            for proposal in made:
                self._decline(proposal, ground.later(at, 0.2, 3))
            self._back(wishes, ground.later(at, 3, 4))
        else:
            self._back(wishes, taken.answered_at)
        again = max(wishes.request.state_changed_at, ground.days_ago(ground.dice.randrange(1, 12)))
        self.propose(wishes, again, still_open=True, cause="not_accepted")

    def _expired(self, wishes: Wishes, at: datetime.datetime) -> None:
        """Nobody answered for 14 days; then others were proposed."""
        made = self.propose(wishes, at, still_open=False, most=2)
        for proposal in made:
            self._expire(proposal)
            wishes.known.discard(proposal.mission_id)
        if made:
            self._back(wishes, made[0].expires_at)
        again = max(wishes.request.state_changed_at, self.ground.days_ago(12))
        self.propose(wishes, again, still_open=True, cause="expired")

    def _departed(self, wishes: Wishes, at: datetime.datetime) -> None:
        """Proposed a partner's mission, gone there to apply; a week later, the question."""
        ground, request = self.ground, wishes.request
        made = self.propose(wishes, at, still_open=True, most=1, only=self._imported)
        if not made:
            self.propose(wishes, max(at, ground.days_ago(10)), still_open=True)
            return
        proposal, person = made[0], request.person
        assert person is not None
        left = ground.later(at, 0.1, 2)
        departure = ground.new(
            Departure, person=person, mission=proposal.mission, request=request, created_at=left
        )
        proposal.departure = departure
        self._answer(proposal, ProposalState.INTERESTED, left)
        account = self.people.user(person)
        about = {"mission": proposal.mission_id, "person": person.pk, "request": request.pk}
        ground.event(
            "proposal.accepted",
            proposal,
            left,
            actor=account,
            request=request.pk,
            mission=proposal.mission_id,
        )
        ground.event("departure.recorded", departure, left, actor=account, **about)
        request.alive_at = left
        asked = left + datetime.timedelta(days=7, minutes=11)
        if asked > ground.now:
            return
        departure.asked_at = asked
        answer = next(self._answers)
        if not answer:
            return
        departure.answer, departure.answered_at = answer, ground.later(asked, 0.1, 2)
        ground.event(
            "departure.answered", departure, departure.answered_at, actor=account, answer=answer, **about
        )
        if answer == "yes":
            self._state(request, State.ACCEPTED, departure.answered_at)
            request.alive_at = departure.answered_at
        else:
            self._back(wishes, departure.answered_at)

    def _edited(self, wishes: Wishes, at: datetime.datetime) -> None:
        """Changed their mind about what to give: other missions were looked for."""
        ground, request = self.ground, wishes.request
        made = self.propose(wishes, at, still_open=True)
        edited = max(ground.later(at, 1, 6), ground.days_ago(9))
        mission_gone = bool(made) and next(self._mission_gone)  # both are shown, whatever the day
        for proposal in made:
            self._withdraw(
                proposal, WithdrawnBecause.MISSION if mission_gone else WithdrawnBecause.EDITED, edited
            )
        self._back(wishes, edited)
        if not mission_gone:
            request.note, request.alive_at = texts.typeset("J'ai changé d'horaires de travail."), edited
            person = request.person
            assert person is not None
            ground.event("request.edited", request, edited, actor=self.people.user(person))
        self.propose(wishes, edited, still_open=True, cause="edited")

    def _by_staff(self, wishes: Wishes, at: datetime.datetime) -> None:
        """Nothing for a week, then a member of the brigade proposed one of the engine's first ten."""
        ground = self.ground
        at = max(ground.later(at, 7.5, 9), ground.days_ago(10))
        made = self.propose(wishes, at, still_open=True, most=1, by=self._brigade(wishes.request.commune))
        if made and ground.chance(0.4):
            self._apply(made, lambda p: max(ground.later(p.proposed_at, 0.1, 2), ground.days_ago(3)))

    def _ended(self, wishes: Wishes, at: datetime.datetime, fate: str) -> None:
        ground, request = self.ground, wishes.request
        person = request.person
        assert person is not None
        made = self.propose(wishes, at, still_open=False, most=2)
        if fate == "lapsed":
            for proposal in made:
                self._expire(proposal)
            ended = request.alive_at + datetime.timedelta(days=EXPIRE_AFTER_DAYS, hours=1)
            self._state(request, State.WITHDRAWN, ended, reason=EXPIRED)
            ground.event("request.withdrawn", request, ended, expired=True)
            return
        ended = ground.later(at, 1, 9)
        for proposal in made:
            self._withdraw(proposal, WithdrawnBecause.REQUEST, ended)
        if fate == "refused":
            self._state(request, State.REFUSED, ended, reason=ground.pick(self.phrases["request_refused"]))
            ground.event("request.refused", request, ended, actor=self._brigade(request.commune))
        elif fate == "withdrawn":
            self._state(
                request, State.WITHDRAWN, ended, reason=ground.pick(self.phrases["request_withdrawn"])
            )
            ground.event("request.withdrawn", request, ended, actor=self.people.user(person))
        else:
            if made:
                self._back(wishes, ended)
            request.paused_until = ground.day(ground.dice.randrange(6, 80))
            request.alive_at = ended
            since = ground.now - datetime.timedelta(days=UNSERVED_AFTER_DAYS // 2)
            request.without_proposal_since = max(request.without_proposal_since or ended, since)
            ground.event("request.paused", request, ended, actor=self.people.user(person))

    def _back(self, wishes: Wishes, at: datetime.datetime) -> None:
        if wishes.request.state != State.QUALIFIED:
            self._state(wishes.request, State.QUALIFIED, at)

    def _imported(self, match: matching.Match) -> bool:
        return self.board.placed[match.mission_id].mission.is_imported

    # --- proposals that end --------------------------------------------------------------------------------------

    def _answer(self, proposal: Proposal, state: str, at: datetime.datetime) -> None:
        proposal.state, proposal.answered_at = state, at
        self.board.proposed(proposal.mission_id, -1)

    def _decline(self, proposal: Proposal, at: datetime.datetime) -> None:
        person = proposal.request.person
        assert person is not None
        proposal.decline_reason = self.ground.pick(DeclineReason.values)
        proposal.decline_note = self.ground.pick(self.phrases["proposal_note"])
        self._answer(proposal, ProposalState.DECLINED, at)
        self.ground.event(
            "proposal.declined",
            proposal,
            at,
            actor=self.people.user(person),
            request=proposal.request_id,
            mission=proposal.mission_id,
        )

    def _withdraw(self, proposal: Proposal, because: str, at: datetime.datetime) -> None:
        proposal.state, proposal.withdrawn_because = ProposalState.WITHDRAWN, because
        self.board.proposed(proposal.mission_id, -1)
        self.ground.event(
            "proposal.withdrawn",
            proposal,
            at,
            request=proposal.request_id,
            mission=proposal.mission_id,
            because=str(because),
        )
        if because != WithdrawnBecause.OTHERS:
            self._known_of_person[proposal.request.person_id].discard(proposal.mission_id)  # type: ignore[index]

    def _expire(self, proposal: Proposal) -> None:
        proposal.state = ProposalState.EXPIRED
        self.board.proposed(proposal.mission_id, -1)
        self.ground.event(
            "proposal.expired",
            proposal,
            proposal.expires_at,
            request=proposal.request_id,
            mission=proposal.mission_id,
        )

    # --- the end ------------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Whoever is still looked for and can be served is proposed something; the others have truly nothing."""
        ground = self.ground
        for proposal in self.proposals:
            if proposal.state == ProposalState.PROPOSED and proposal.expires_at <= ground.now:
                self._expire(proposal)
                proposal_of = self._known_of_person[proposal.request.person_id]  # type: ignore[index]
                proposal_of.discard(proposal.mission_id)
        for wishes in self.all:
            self._follow(wishes)
        for wishes in self.all:
            request = wishes.request
            if request.state != State.QUALIFIED or request.paused_until or wishes.leave_to_the_brigade:
                continue
            if self._open_of_person(wishes) >= MAX_OPEN_PER_PERSON:
                continue
            recent = max(ground.days_ago(ground.dice.randrange(1, 4)), request.state_changed_at)
            most = MAX_OPEN_PER_PERSON - self._open_of_person(wishes)
            if not self.propose(
                wishes, recent, still_open=True, cause="mission.published", most=most, keep_why=False
            ):
                self.propose(wishes, ground.now, still_open=True, cause="mission.published", most=most)
        for wishes in self.all:
            request = wishes.request
            since = request.without_proposal_since
            month = datetime.timedelta(days=UNSERVED_AFTER_DAYS)
            searched = request.state == State.QUALIFIED and not request.paused_until
            if searched and since and ground.now - since >= month:
                at = min(since + month + datetime.timedelta(hours=2), ground.now)
                self._state(request, State.UNSERVED, at, reason=self._why_unserved(wishes))
                request.without_proposal_since = since
                ground.event("request.unserved", request, at)
            if request.state in MATCHED_STATES:  # no mail about silence tonight
                request.alive_at = max(request.alive_at, ground.now - datetime.timedelta(days=78))

    def _follow(self, wishes: Wishes) -> None:
        """A request whose proposals all ended unanswered is looked for again."""
        request = wishes.request
        if request.state != State.PROPOSED:
            return
        proposals = self.proposals_of.get(request.pk, [])
        still = [
            p for p in proposals
            if p.state == ProposalState.PROPOSED
            or (p.participation is not None and p.participation.state in WAITING_STATES)
            or (p.departure is not None and p.departure.answer == "")
        ]  # fmt: skip
        if not still:
            ends = [p.answered_at or min(p.expires_at, self.ground.now) for p in proposals]
            self._state(request, State.QUALIFIED, max([request.filed_at, *ends]))

    def _open_of_person(self, wishes: Wishes) -> int:
        person = wishes.request.person_id
        return sum(
            proposal.state == ProposalState.PROPOSED
            for other in self._of_person[person]  # type: ignore[index]
            for proposal in self.proposals_of.get(other.request.pk, ())
        )

    def _why_unserved(self, wishes: Wishes) -> str:
        runs = [run for run in self.ground.rows(MatchRun) if run.request_id == wishes.request.pk]
        return unserved.reason(runs[-1].outcome["blocked"] if runs else {})

    # --- to confirm -----------------------------------------------------------------------------------------------

    def received(self, number: int, communes: list[Commune]) -> None:
        """Filed by strangers in the last two days, not confirmed yet."""
        ground = self.ground
        for _ in range(number):
            commune = ground.pick(communes)
            at = ground.now - datetime.timedelta(hours=ground.dice.uniform(0.3, 44))
            contact = self.people.contact(commune, at)
            request = ground.new(
                EngagementRequest,
                contact=contact,
                commune=commune,
                state=State.RECEIVED,
                state_changed_at=at,
                filed_at=at,
                alive_at=at,
                radius_km=ground.pick(RADII),
                open_to_anything=True,
                note=ground.pick(self.phrases["request_note"]),
            )
            ground.event("request.filed", request, at)
