"""What the demo's associations need, in every state: read, to read, to mend, agreed, done, left without anybody."""

import datetime
import random
from typing import Any

from jeveuxagir.accounts.models import User
from jeveuxagir.common.clock import PARIS
from jeveuxagir.common.text import slugify
from jeveuxagir.moderation.models import ModerationItem
from missions.skill_needs import scoping
from missions.skill_needs.durations import DAY_MINUTES
from missions.skill_needs.enums import ContactConsent, Format, State
from missions.skill_needs.models import FLASH_MINUTES, PassedOn, SkillNeed

from . import texts
from .ground import Ground
from .organisations import Organisations
from .people import People

Kind, Cause, Decision = ModerationItem.Kind, ModerationItem.Cause, ModerationItem.Decision
NEW_WORDS = (
    "Un tableau de trésorerie mois par mois, un modèle de demande d'avance à la banque, et notre trésorière formée à "
    "les tenir seule."
)


#: need, network, whom to (none: the brigade), the word
PASSED_ON = (
    ("carte-passeurs-loire", "mariniers", "valcompta", "Vos équipes sont à dix minutes de leur bateau."),
    ("cuisine-marmite", "mariniers", "coup-de-pouce-45", "Vous avez réglé la même question l’an dernier."),
    ("mentors-coup-de-pouce", "mariniers", None, "Nous ne connaissons personne du métier dans le Loiret."),
)


class SkillNeeds:
    """`all`: the needs by their key, for what is agreed on them; `goals`: those of each. It has its own dice."""

    def __init__(
        self, ground: Ground, organisations: Organisations, people: People, staff: dict[str, User]
    ) -> None:
        self.ground, self.organisations, self.people, self.staff = ground, organisations, people, staff
        self.dice = random.Random(7)
        self.all: dict[str, SkillNeed] = {}
        self.goals: dict[int, list[int]] = {}

    def build(self) -> None:
        for spec in texts.read("skill_needs")["need"]:
            self.all[spec["key"]] = self._need(spec)
        self._edit_waits(self.all["tresorerie-table-ouverte"])
        for key, network, to, note in PASSED_ON:
            self._pass_on(self.all[key], network, to, note)

    def _pass_on(self, need: SkillNeed, network: str, to: str | None, note: str) -> None:
        head = self.organisations.all[network]
        by = self.people.users.get(head.handlers()[0].pk)
        at = min(max(need.opened_at or self.ground.now, self._ago(9)), self.ground.now)
        receiver = self.organisations.all[to].organisation if to else None
        self.ground.new(
            PassedOn,
            need=need,
            network=head.organisation,
            to=receiver,
            note=texts.typeset(note),
            passed_by=by,
            created_at=at,
        )
        self.ground.event(
            "skill_need.passed_on",
            need,
            at,
            actor=by,
            network=head.organisation.pk,
            to=receiver.pk if receiver else None,
        )

    def _ago(self, days: float) -> datetime.datetime:
        day = self.ground.today - datetime.timedelta(days=int(days))
        at = datetime.time(self.dice.randrange(8, 20), self.dice.randrange(60))
        moment = datetime.datetime.combine(day, at, tzinfo=PARIS)
        return min(moment, self.ground.now - datetime.timedelta(minutes=5))

    def _need(self, spec: dict[str, Any]) -> SkillNeed:
        ground = self.ground
        hosted = self.organisations.all[spec["who"]]
        organisation, state = hosted.organisation, State(spec["state"])
        written = self._ago(spec["age"])
        commune = organisation.commune
        assert commune is not None
        was_read = state not in (State.DRAFT, State.PENDING, State.REFUSED) or "reason" in spec
        decided = min(written + datetime.timedelta(days=2), ground.now - datetime.timedelta(minutes=3))
        opened = decided if state not in (State.DRAFT, State.PENDING, State.REFUSED) else None
        moved = decided if was_read else written
        if state in (State.IN_TALK, State.AGREED, State.DELIVERED, State.NO_TAKER, State.SUSPENDED):
            moved = self._ago(spec["age"] / 3)
        owner = hosted.owner
        writer = self.people.user(owner) if owner else None
        need = ground.new(
            SkillNeed,
            organisation=organisation,
            title=spec["title"],
            slug=slugify(spec["title"]),
            project_type=spec["type"] if spec["type"] in scoping.types() else scoping.OTHER,
            deliverable=spec["deliverable"],
            context=spec["context"],
            format=Format.FLASH if spec.get("flash") else Format(spec.get("format", Format.SPLIT)),
            minutes=FLASH_MINUTES
            if spec.get("flash")
            else round(spec["days"] * DAY_MINUTES)
            if "days" in spec
            else None,
            deadline=ground.day(spec["due"]),
            mode=spec["mode"],
            commune=None if spec["mode"] == "remote" else commune,
            department_id=commune.department_id,
            domain_id=spec["domain"],
            contact=owner,
            contact_consent=self.dice.choice(ContactConsent.values),
            state=state,
            state_changed_at=moved,
            state_reason=spec.get("reason", ""),
            draft_step=spec.get("step", 0),
            opened_at=opened,
            reminded_on=ground.day(spec["due"] + 1) if state == State.OPEN and spec["due"] < 0 else None,
            created_by=writer,
            created_at=written,
            version=2,
        )
        for code in spec["skills"]:
            ground.add(SkillNeed.skills.through(skillneed_id=need.pk, skill_id=code))
        self.goals[need.pk] = spec.get("sdgs", [])
        for number in self.goals[need.pk]:
            ground.add(SkillNeed.sdgs.through(skillneed_id=need.pk, sdg_id=number))
        self._history(need, written, decided if was_read else None, moved, writer)
        return need

    def _history(
        self,
        need: SkillNeed,
        written: datetime.datetime,
        decided: datetime.datetime | None,
        moved: datetime.datetime,
        writer: User | None,
    ) -> None:
        ground, owner = self.ground, need.organisation_id
        ground.event("skill_need.drafted", need, written, actor=writer, organisation=owner)
        if need.state == State.DRAFT and decided is None:
            return
        ground.event("skill_need.submitted", need, written, actor=writer, organisation=owner)
        decision = {State.DRAFT: Decision.ASK, State.REFUSED: Decision.REFUSE}.get(
            State(need.state), Decision.ACCEPT
        )
        self._item(need, Cause.CREATION, written, decided, decision)
        if decided is None:
            return
        said = {Decision.ASK: "correction_asked", Decision.REFUSE: "refused", Decision.ACCEPT: "published"}
        ground.event(f"skill_need.{said[decision]}", need, decided, organisation=owner)
        later = {
            State.IN_TALK: "in_talk",
            State.AGREED: "agreed",
            State.DELIVERED: "delivered",
            State.NO_TAKER: "no_taker",
            State.SUSPENDED: "suspended",
        }.get(State(need.state))
        if later:
            ground.event(f"skill_need.{later}", need, moved, organisation=owner)

    def _edit_waits(self, need: SkillNeed) -> None:
        """New words of a published need, which the brigade has not read yet."""
        after = texts.typeset(NEW_WORDS)
        item = self._item(need, Cause.EDIT, self._ago(1), None, Decision.ACCEPT)
        item.diff = {
            "deliverable": {
                "label": "ce qui sera rendu",
                "before": need.deliverable,
                "after": after,
                "value": after,
            }
        }

    def _item(
        self,
        need: SkillNeed,
        cause: str,
        at: datetime.datetime,
        decided: datetime.datetime | None,
        decision: str,
    ) -> ModerationItem:
        ground = self.ground
        item = ground.new(
            ModerationItem,
            kind=Kind.SKILL_NEED,
            cause=cause,
            subject_type=SkillNeed._meta.label,
            subject_id=need.pk,
            title=need.title,
            department_id=need.department_id,
            domain_id=need.domain_id,
            created_at=at,
        )
        ground.event("moderation.opened", item, at, cause=str(cause), fields=[])
        if decided is None:
            return item
        staff = self.staff.get(need.department_id or "") or self.staff["nation"]
        item.state, item.decision, item.version = ModerationItem.State.DECIDED, decision, 2
        item.owner = item.decided_by = staff
        item.owned_at = item.decided_at = decided
        item.reason = need.state_reason if decision != Decision.ACCEPT else ""
        ground.event(
            "moderation.decided",
            item,
            decided,
            actor=staff,
            decision=str(decision),
            cause=str(cause),
            kind=str(Kind.SKILL_NEED),
        )
        return item


#: in the order they are written
TABLES = (SkillNeed, SkillNeed.skills.through, SkillNeed.sdgs.through, PassedOn)
