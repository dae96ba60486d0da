"""Alliances of every stage, their parties, invitations and steps, and what the brigade has to do about them."""

import datetime
from dataclasses import dataclass, field
from typing import Any

from alliances.colleges import college_of
from alliances.enums import Activity, College, InvitationState, Publication, Rule, Stage, StepState
from alliances.journey import STEPS
from alliances.models import (
    INVITATION_LIFE,
    Alliance,
    AllianceInvitation,
    AllianceMission,
    Party,
    Place,
    Step,
)
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.common.text import slugify
from jeveuxagir.moderation.models import ModerationItem

from . import texts
from .ground import Ground
from .missions import Missions
from .organisations import Organisations
from .people import People

Kind, State, Cause = ModerationItem.Kind, ModerationItem.State, ModerationItem.Cause
#: alliance → whose missions it carries, and how many
MISSIONS = {"lire-ensemble": ("mots-passants", 2), "bien-manger": ("table-ouverte", 1)}


@dataclass
class Allied:
    """An alliance, what its text file says, and its parties by the key of who they are."""

    alliance: Alliance
    spec: dict[str, Any]
    parties: dict[str, Party] = field(default_factory=dict)
    actor: User | None = None


class Alliances:
    """`all[key]` is for those who build charters, meetings or indicators on top."""

    def __init__(
        self,
        ground: Ground,
        organisations: Organisations,
        people: People,
        missions: Missions,
        persons: dict[str, Person],
        staff: dict[str, User],
    ) -> None:
        self.ground, self.organisations, self.people = ground, organisations, people
        self.missions, self.persons, self.staff = missions, persons, staff
        self.all: dict[str, Allied] = {}

    def build(self) -> None:
        for spec in texts.read("alliances")["alliance"]:
            allied = self._make(spec)
            self._places(allied)
            self._parties(allied)
            self._steps(allied)
            self._invitations(allied)
            self._end(allied)
            self._moderation(allied)
        self._lineage()
        self._carry()

    def _lineage(self) -> None:
        """What was born from an alliance of another place."""
        for allied in self.all.values():
            if "origin" in allied.spec:
                origin = self.all[allied.spec["origin"]].alliance
                allied.alliance.origin = origin
                at, made = allied.alliance.created_at, allied.alliance.pk
                self.ground.event("alliance.spread", origin, at, actor=allied.actor, alliance=made)

    def _make(self, spec: dict[str, Any]) -> Allied:
        ground = self.ground
        began = ground.days_ago(spec["days"])
        acted = ground.days_ago(spec["quiet"])
        structured = spec["stage"] != Stage.EMERGING
        activity, changed = Activity.ACTIVE, began
        if "closed" in spec:
            activity, changed = Activity.CLOSED, ground.days_ago(spec["closed"])
        elif "asleep" in spec:
            activity, changed = Activity.ASLEEP, ground.days_ago(spec["asleep"])
        told = max(spec.get("warned", 0), spec.get("asleep", 0), spec.get("brigade", -8) + 7)
        published = spec["publication"] == Publication.PUBLIC
        alliance = ground.new(
            Alliance,
            name=spec["name"],
            slug=slugify(spec["name"]),
            purpose=spec["purpose"].strip(),
            shared_interest=spec.get("shared_interest", ""),
            derogation=spec.get("derogation", ""),
            evaluate_on=ground.day(spec["evaluate_in"]) if "evaluate_in" in spec else None,
            spread_agreed_at=ground.days_ago(spec["agreed"]) if "agreed" in spec else None,
            domain_id=spec.get("domain"),
            category_id=spec.get("category"),
            department_id=spec["department"],
            starts_on=ground.day(-int(spec["days"]) + 30) if structured else None,
            ends_on=ground.day(int(spec["ends_in"])) if structured else None,
            rule=spec.get("rule", Rule.CONSENT),
            declared=spec.get("declared", []),
            stage=spec["stage"],
            stage_changed_at=ground.later(began, 20, max(21, spec["days"] / 2)) if structured else began,
            activity=activity,
            activity_changed_at=changed,
            cadence_days=spec.get("cadence"),
            last_acted_at=acted,
            animator_warned_at=ground.days_ago(told) if told and activity != Activity.CLOSED else None,
            brigade_warned_at=ground.days_ago(spec["brigade"]) if "brigade" in spec else None,
            publication=spec["publication"],
            published_at=ground.later(began, 10, max(11, spec["days"] / 3)) if published else None,
            shown=spec.get("shown", []),
            reached=spec.get("reached", ""),
            learned=spec.get("learned", ""),
            what_next=spec.get("what_next", ""),
            created_at=began,
            version=3,
        )
        for number in spec.get("sdgs", ()):
            ground.add(Alliance.sdgs.through(alliance_id=alliance.pk, sdg_id=number))
        allied = Allied(alliance, spec)
        self.all[spec["key"]] = allied
        return allied

    def _places(self, allied: Allied) -> None:
        for code in allied.spec["places"]:
            level, _, key = code.rpartition(":")
            where: dict[str, Any] = {"commune": self.ground.commune(key)} if not level else {}
            if level == "epci-of":
                where = {"epci_id": self.ground.commune(key).epci_id}
            elif level:
                where = {{"departement": "department_id", "region": "region_id"}[level]: key}
            self.ground.new(Place, alliance=allied.alliance, **where)

    def _parties(self, allied: Allied) -> None:
        ground, alliance, spec = self.ground, allied.alliance, allied.spec
        for index, said in enumerate(spec["party"]):
            joined = alliance.created_at if not index else ground.later(alliance.created_at, 3, 20)
            allied.parties[said["who"]] = self._party(allied, said, joined)
        for said in spec.get("gone", ()):
            party = self._party(allied, said, ground.later(alliance.created_at, 3, 20))
            party.left_at, party.leave_reason = ground.days_ago(said["days"]), said["reason"]
            party.replaced_by = allied.parties[said["by"]]
            ground.event(
                "alliance.party_left", alliance, party.left_at, party=party.pk, successor=party.replaced_by.pk
            )

    def _party(self, allied: Allied, said: dict[str, Any], joined: datetime.datetime) -> Party:
        ground, alliance, who = self.ground, allied.alliance, said["who"]
        person = self.persons.get(who)
        hosted = None if person else self.organisations.all[who]
        owner = person or (hosted.owner if hosted else None)
        signs = owner if said.get("capacity") else None
        party = ground.new(
            Party,
            alliance=alliance,
            organisation=hosted.organisation if hosted else None,
            person=person,
            college=college_of(hosted.organisation) if hosted else College.CITIZENS,
            name=hosted.organisation.name if hosted else owner.first_name if owner else "",
            signatory=signs,
            capacity=said.get("capacity", ""),
            brings=said.get("brings", ""),
            is_animator=said.get("animator", False),
            is_facilitator=said.get("facilitator", False),
            is_trusted_third=said.get("trusted", False),
            mandate=said.get("mandate", ""),
            independence=said.get("independence", ""),
            mandate_from=joined.date() if said.get("trusted") else None,
            mandate_until=ground.day(300) if said.get("trusted") else None,
            is_funder=said.get("funder", False),
            joined_at=joined,
        )
        for code in said.get("functions", ()):
            ground.add(Party.functions.through(party_id=party.pk, catalystfunction_id=code))
        for code in said.get("skills", ()):
            ground.add(Party.skills.through(party_id=party.pk, skillgroup_id=code))
        actor = self.people.users.get(owner.pk) if owner else None
        if party.is_animator:
            allied.actor = alliance.created_by = actor
            organisation = hosted.organisation.pk if hosted else None
            ground.event("alliance.started", alliance, joined, actor=actor, organisation=organisation)
        else:
            ground.event(
                "alliance.party_joined", alliance, joined, actor=actor, party=party.pk, invitation=None
            )
        return party

    def _steps(self, allied: Allied) -> None:
        """The first ones are behind, one of them passed over when there are many."""
        alliance, spec = allied.alliance, allied.spec
        keys = list(STEPS)[: spec["steps"]]
        for index, key in enumerate(keys):
            skipped = index == 7 and len(keys) > 8
            at = self.ground.later(alliance.created_at, 4 + 6 * index, 8 + 8 * index)
            at = min(at, alliance.last_acted_at)
            self.ground.new(
                Step,
                alliance=alliance,
                key=key,
                state=StepState.SKIPPED if skipped else StepState.DONE,
                note=texts.typeset("La charte nous suffit pour le moment.") if skipped else "",
                by=allied.actor,
                at=at,
            )
            state = "skipped" if skipped else "done"
            self.ground.event("alliance.step_set", alliance, at, actor=allied.actor, step=key, state=state)

    def _invitations(self, allied: Allied) -> None:
        ground = self.ground
        for said in allied.spec.get("invited", ()):
            sent = ground.days_ago(said["days"])
            state = InvitationState(said["state"])
            silent = state in (InvitationState.SENT, InvitationState.CANCELLED)
            answered = None if silent else ground.later(sent, 0.5, 4)
            party = allied.parties.get(said.get("who", ""))
            if party is not None and answered is not None:
                party.joined_at = answered
            invitation = ground.new(
                AllianceInvitation,
                alliance=allied.alliance,
                name=said["name"],
                college=said["college"],
                email=f"contact@{slugify(said['name'])[:40].strip('-')}.example",
                message=texts.typeset(
                    "Nous pensons à vous pour ce projet. Lisez, et dites-nous simplement oui ou non."
                ),
                token_hash=f"{ground.dice.getrandbits(256):064x}",
                state=state,
                answer_name=said.get("by", ""),
                answer=said.get("answer", ""),
                invited_by=allied.actor,
                created_at=sent,
                sent_at=sent,
                expires_at=sent + INVITATION_LIFE,
                answered_at=answered,
                party=party,
            )
            ground.event(
                "alliance.invited",
                allied.alliance,
                sent,
                actor=allied.actor,
                invitation=invitation.pk,
                college=said["college"],
            )
            if answered:
                ground.event(
                    "alliance.invitation_answered",
                    allied.alliance,
                    answered,
                    invitation=invitation.pk,
                    interested=state == InvitationState.INTERESTED,
                )

    def _end(self, allied: Allied) -> None:
        alliance, ground = allied.alliance, self.ground
        if alliance.stage != Stage.EMERGING:
            at = alliance.stage_changed_at
            ground.event("alliance.stage_moved", alliance, at, actor=allied.actor, stage=alliance.stage)
        if alliance.activity == Activity.CLOSED:
            ground.event("alliance.closed", alliance, alliance.activity_changed_at)
        elif alliance.activity == Activity.ASLEEP:
            ground.event("alliance.fell_asleep", alliance, alliance.activity_changed_at, days=60)

    def _moderation(self, allied: Allied) -> None:
        """Pages read or to read, a change that waits, a silence that somebody must call about."""
        alliance, spec, ground = allied.alliance, allied.spec, self.ground
        if alliance.published_at:
            self._item(alliance, Kind.ALLIANCE, ground.later(alliance.created_at, 5, 8), decision="accept")
        if "asked" in spec:
            self._item(alliance, Kind.ALLIANCE, ground.days_ago(spec["asked"]))
        if "refused" in spec:
            at = ground.later(alliance.created_at, 4, 10)
            self._item(alliance, Kind.ALLIANCE, at, decision="ask", reason=spec["refused"])
        if "edit" in spec:
            item = self._item(alliance, Kind.ALLIANCE, ground.days_ago(1), cause=Cause.EDIT)
            after = spec["edit"]["purpose"]
            item.diff = {
                "purpose": {
                    "label": "ce que l’alliance veut changer",
                    "before": alliance.purpose,
                    "after": after,
                    "value": after,
                }
            }
        if alliance.brigade_warned_at:
            self._item(alliance, Kind.SILENCE, ground.days_ago(3), cause=Cause.SILENT)

    def _item(
        self,
        alliance: Alliance,
        kind: str,
        at: datetime.datetime,
        *,
        cause: str = Cause.CREATION,
        decision: str = "",
        reason: str = "",
    ) -> ModerationItem:
        ground = self.ground
        item = ground.new(
            ModerationItem,
            kind=kind,
            cause=cause,
            subject_type=Alliance._meta.label,
            subject_id=alliance.pk,
            title=alliance.name,
            department_id=alliance.department_id,
            domain_id=alliance.domain_id,
            created_at=at,
        )
        ground.event("moderation.opened", item, at, cause=str(cause), fields=[])
        if decision:
            staff = self.staff.get(alliance.department_id) or self.staff["nation"]
            decided = alliance.published_at if decision == "accept" else ground.later(at, 1, 4)
            item.state, item.decision, item.reason = State.DECIDED, decision, reason
            item.owner = item.decided_by = staff
            item.owned_at = item.decided_at = decided
            item.version = 2
            ground.event(
                "moderation.decided", item, decided or at, actor=staff, decision=decision, cause=str(cause)
            )
        return item

    def _carry(self) -> None:
        """A few missions belong to an alliance."""
        for key, (who, number) in MISSIONS.items():
            allied = self.all[key]
            own = [p.mission for p in self.missions.all if p.hosted.key == who and p.mission.published_at]
            for mission in own[:number]:
                self.ground.new(
                    AllianceMission,
                    alliance=allied.alliance,
                    mission=mission,
                    added_by=allied.actor,
                    added_at=self.ground.days_ago(30),
                )


#: in the order they are written
TABLES = (
    Alliance,
    Alliance.sdgs.through,
    Place,
    Party,
    Party.functions.through,
    Party.skills.through,
    AllianceInvitation,
    Step,
    AllianceMission,
)
