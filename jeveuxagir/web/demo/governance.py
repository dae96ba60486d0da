"""How the demo's alliances are steered: meetings with minutes, decisions with voices, tasks in every state, roles."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

from alliances.governance.enums import Coming, DecisionState, MeetingState
from alliances.governance.models import Attendance, Decision, Function, Holding, Meeting, Task, Vote
from alliances.governance.tally import Count, Voter, tally
from alliances.models import Party
from jeveuxagir.accounts.models import Person

from . import texts
from .alliances import Alliances, Allied
from .ground import Ground


class Governance:
    """`build` adds the rows; `settle`, once they are written, ends the votes that have ended."""

    def __init__(self, ground: Ground, alliances: Alliances) -> None:
        self.ground, self.alliances = ground, alliances
        self._ends: list[tuple[Decision, DecisionState, datetime.datetime]] = []

    def build(self) -> None:
        for spec in texts.read("governance")["alliance"]:
            allied = self.alliances.all[spec["key"]]
            meetings = [self._meeting(allied, said) for said in spec.get("meeting", ())]
            decisions = [self._decision(allied, said, meetings) for said in spec.get("decision", ())]
            for said in spec.get("task", ()):
                self._task(allied, said, meetings, decisions)
            for position, said in enumerate(spec.get("function", ())):
                self._function(allied, said, position)

    def settle(self) -> None:
        """The table takes no voice for a vote that has ended: they end after their voices are in."""
        for decision, state, at in self._ends:
            decision.state, decision.state_changed_at = state, at
            decision.save()

    # --- rows -------------------------------------------------------------------------------------------------

    def _speaker(self, allied: Allied, who: str) -> Person:
        party = allied.parties[who]
        if party.person is not None:
            return party.person
        owner = self.alliances.organisations.all[who].owner
        assert owner is not None, f"{who} speaks in an alliance: somebody must own it"
        return owner

    def _meeting(self, allied: Allied, said: dict[str, Any]) -> Meeting:
        ground, alliance = self.ground, allied.alliance
        zone = alliance.department.timezone
        day, past = ground.day(said["day"]), said["day"] < 0
        starts_at = datetime.datetime.combine(day, datetime.time(said.get("hour", 18)), ZoneInfo(zone))
        called = min(starts_at - datetime.timedelta(days=12), ground.days_ago(1))
        minutes = said.get("minutes", "").strip()
        state = MeetingState.CANCELLED if said.get("cancelled") else MeetingState.HELD
        if not minutes and state == MeetingState.HELD:
            state = MeetingState.PLANNED
        meeting = ground.new(
            Meeting,
            alliance=alliance,
            title=said["title"],
            starts_at=starts_at,
            zone=zone,
            minutes_long=said.get("long", 90),
            place=said.get("place", ""),
            online_url=said.get("online", ""),
            agenda=said.get("agenda", []),
            state=state,
            state_changed_at=starts_at if past else called,
            minutes=minutes,
            minutes_at=starts_at + datetime.timedelta(hours=20) if minutes else None,
            created_by=allied.actor,
            created_at=called,
            sequence=int(state == MeetingState.CANCELLED),
            version=2 if minutes else 1,
        )
        ground.event("meeting.convened", alliance, called, actor=allied.actor, meeting=meeting.pk)
        if minutes:
            at = starts_at + datetime.timedelta(hours=20)
            ground.event("meeting.minuted", alliance, at, actor=allied.actor, meeting=meeting.pk)
        came = said.get("came", [])
        seen = set()
        for coming in (Coming.YES, Coming.MAYBE, Coming.NO):
            for who in said.get(coming.value, []):
                person = self._speaker(allied, who)
                if person.pk not in seen:
                    seen.add(person.pk)
                    ground.new(
                        Attendance,
                        meeting=meeting,
                        person=person,
                        party=allied.parties[who],
                        coming=coming,
                        came=(who in came) if minutes else None,
                        answered_at=called + datetime.timedelta(hours=3),
                    )
        return meeting

    def _decision(self, allied: Allied, said: dict[str, Any], meetings: list[Meeting]) -> Decision:
        ground, alliance = self.ground, allied.alliance
        proposed = ground.days_ago(said["days"])
        closes_at = proposed + datetime.timedelta(days=said.get("lasts", 7))
        decision = ground.new(
            Decision,
            alliance=alliance,
            meeting=meetings[said["meeting"]] if "meeting" in said else None,
            title=said["title"],
            body=said.get("body", "").strip(),
            rule=alliance.rule,
            effect="none",
            details={},
            state=DecisionState.OPEN,
            state_changed_at=proposed,
            closes_at=closes_at,
            outcome={},
            created_by=allied.actor,
            created_at=proposed,
        )
        ground.event(
            "decision.proposed",
            alliance,
            proposed,
            actor=allied.actor,
            decision=decision.pk,
            rule=str(alliance.rule),
        )
        voices: dict[int, str] = {}
        at = proposed
        for who, choice in said.get("votes", {}).items():
            party, at = allied.parties[who], min(ground.later(at, 0.2, 1.5), closes_at)
            voices[party.pk] = choice
            ground.new(
                Vote,
                decision=decision,
                party=party,
                person=self._speaker(allied, who),
                choice=choice,
                reason=said.get("reasons", {}).get(who, ""),
                voted_at=at,
            )
        self._end(allied, decision, said, voices, at)
        return decision

    def _end(
        self,
        allied: Allied,
        decision: Decision,
        said: dict[str, Any],
        voices: dict[int, str],
        last: datetime.datetime,
    ) -> None:
        if said.get("withdrawn"):
            self._ends.append((decision, DecisionState.WITHDRAWN, last))
            return
        over = decision.closes_at <= self.ground.now
        voters = [
            Voter(party.pk, party.college, party.is_facilitator)
            for party in allied.parties.values()
            if not party.is_trusted_third and party.joined_at <= decision.created_at
        ]
        outcome = tally(decision.rule, voters, voices, over=over)
        if outcome.adopted is None:
            return
        decision.outcome = {
            "why": outcome.why,
            **_numbers(outcome.whole),
            "colleges": {str(college): _numbers(count) for college, count in outcome.colleges.items()},
        }
        at = decision.closes_at if over else last
        state = DecisionState.ADOPTED if outcome.adopted else DecisionState.REJECTED
        self._ends.append((decision, state, at))
        self.ground.event(f"decision.{state.value}", allied.alliance, at, decision=decision.pk)

    def _task(
        self, allied: Allied, said: dict[str, Any], meetings: list[Meeting], decisions: list[Decision]
    ) -> None:
        ground = self.ground
        given = ground.days_ago(said["days"])
        party: Party | None = allied.parties[said["who"]] if "who" in said else None
        state = said["state"]
        task = ground.new(
            Task,
            alliance=allied.alliance,
            title=said["title"],
            party=party,
            person=self._speaker(allied, said["who"]) if said.get("named") else None,
            due_on=ground.day(said["due"]),
            state=state,
            state_changed_at=given if state == "to_do" else ground.later(given, 1, max(2, said["days"] / 2)),
            note=said.get("note", ""),
            decision=decisions[said["decision"]] if "decision" in said else None,
            meeting=meetings[said["meeting"]] if "meeting" in said else None,
            reminded_on=None,
            created_at=given,
            version=1 if state == "to_do" else 2,
        )
        ground.event(
            "task.given",
            allied.alliance,
            given,
            actor=allied.actor,
            task=task.pk,
            party=party.pk if party else None,
        )

    def _function(self, allied: Allied, said: dict[str, Any], position: int) -> None:
        function = self.ground.new(Function, alliance=allied.alliance, name=said["name"], position=position)
        for who, level in said.get("held", {}).items():
            self.ground.new(Holding, function=function, party=allied.parties[who], level=level)


def _numbers(count: Count) -> dict[str, int]:
    return {"yes": count.yes, "no": count.no, "abstain": count.abstain, "silent": count.silent}


#: in the order they are written
TABLES = (Meeting, Attendance, Decision, Vote, Task, Function, Holding)
