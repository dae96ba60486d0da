"""The brigade's queues: what waits, who took it, what was decided and why."""

import datetime
from typing import Any

from django.db.models import Model

from jeveuxagir.accounts.models import User
from jeveuxagir.moderation.models import Absence, ModerationItem, ModerationNote
from missions.enums import State as MissionState
from missions.models import Mission
from organisations.enums import State as OrganisationState
from organisations.models import Organisation

from . import texts
from .ground import Ground
from .missions import Missions, Placed
from .organisations import Hosted, Organisations

#: Who takes what waits, in turn: mostly nobody yet.
DROME_TURNS = ("", "member", "", "lead", "", "member")
OTHER_TURNS = ("", "member", "")
Kind, State, Decision, Cause = (
    ModerationItem.Kind,
    ModerationItem.State,
    ModerationItem.Decision,
    ModerationItem.Cause,
)


class Moderation:
    def __init__(
        self, ground: Ground, organisations: Organisations, missions: Missions, staff: dict[str, User]
    ) -> None:
        self.ground, self.organisations, self.missions, self.staff = ground, organisations, missions, staff
        self.phrases = texts.read("phrases")
        self._turn = 0

    def build(self) -> None:
        for hosted in self.organisations.all.values():
            self._of_organisation(hosted)
        for placed in self.missions.all:
            if not placed.mission.is_imported:
                self._of_mission(placed)
        self._organisation_edits()
        self._mission_edits()
        self._withdrawn()
        self._absence()

    # --- first requests ------------------------------------------------------------------------------------------

    def _of_organisation(self, hosted: Hosted) -> None:
        organisation = hosted.organisation
        if organisation.state == OrganisationState.DRAFT:
            return
        if organisation.state == OrganisationState.PENDING:
            self._open(Kind.ORGANISATION, organisation, organisation.name, organisation.state_changed_at)
            return
        refused = organisation.state == OrganisationState.REFUSED
        decided = organisation.state_changed_at if refused else hosted.validated_at
        assert decided is not None
        self._decided(
            Kind.ORGANISATION,
            organisation,
            organisation.name,
            organisation.created_at,
            decided,
            Decision.REFUSE if refused else Decision.ACCEPT,
            reason=organisation.state_reason if refused else "",
        )

    def _of_mission(self, placed: Placed) -> None:
        mission, ground = placed.mission, self.ground
        sent = placed.submitted_at
        if sent is None:
            return
        if mission.state == MissionState.PENDING:
            self._open(Kind.MISSION, mission, mission.title, sent)
            return
        decided = mission.published_at or mission.state_changed_at
        decision = Decision.REFUSE if mission.state == MissionState.REFUSED else Decision.ACCEPT
        if decision == Decision.ACCEPT and ground.chance(0.06):  # first sent back, then accepted
            asked = sent - datetime.timedelta(days=2)
            self._decided(
                Kind.MISSION,
                mission,
                mission.title,
                asked - datetime.timedelta(hours=9),
                asked,
                Decision.ASK,
                reason=ground.pick(self.phrases["mission_correction"]),
            )
        self._decided(
            Kind.MISSION,
            mission,
            mission.title,
            sent,
            decided,
            decision,
            reason=mission.state_reason if decision == Decision.REFUSE else "",
        )

    # --- edits of what is published --------------------------------------------------------------------------------

    def _organisation_edits(self) -> None:
        ground = self.ground
        for key, days, name, label, after in (
            ("roue-libre", 3, "description", "présentation",
             "Un atelier où chacun apprend à réparer son vélo, un café de la réparation une fois par mois et, depuis "
             "cet automne, une vélo-école pour adultes le samedi matin. L’an dernier, 240 vélos sont repartis sur les "
             "routes plutôt qu’à la déchèterie."),
            ("isere-cuir", 1, "name", "nom", "Manufacture Isère Cuir et Fils"),
            ("passeurs-loire", 7, "website", "site internet", "https://passeurs-loire.example/"),
        ):  # fmt: skip
            organisation = self.organisations.all[key].organisation
            before = getattr(organisation, name)
            diff = {name: {"label": label, "before": before, "after": after, "value": after}}
            self._open(
                Kind.ORGANISATION,
                organisation,
                organisation.name,
                ground.days_ago(days),
                cause=Cause.EDIT,
                diff=diff,
            )

    def _mission_edits(self) -> None:
        """New values that wait while the published text stays: a title, an age, an address."""
        ground = self.ground
        wanted = {
            "table-ouverte": 4,
            "club-des-ors": 2,
            "deux-rives": 0,
            "marmite": 5,
            "plaine-devoirs": 1,
            "fdf-nord": 8,
        }
        for key, days in wanted.items():
            placed = next(
                p for p in self.missions.all if p.hosted.key == key and p.mission.state == MissionState.OPEN
            )
            mission = placed.mission
            diff: dict[str, Any] = {}
            if key in ("table-ouverte", "marmite"):
                diff["description"] = self._change(
                    "description",
                    mission.description,
                    mission.description
                    + "\n\nNouveau : nous cherchons aussi une personne pour tenir l’accueil, assise, de 14 h à 16 h.",
                )
            if key in ("club-des-ors", "plaine-devoirs"):
                other = 18 if mission.minimum_age == 16 else 16
                diff["minimum_age"] = {
                    "label": "âge minimum",
                    "before": str(mission.minimum_age),
                    "after": str(other),
                    "value": other,
                }
            if key in ("deux-rives", "fdf-nord"):
                diff["title"] = self._change(
                    "titre", mission.title, f"{mission.title}, même une fois par mois"
                )
                diff["prerequisites"] = self._change(
                    "ce qui est demandé",
                    mission.prerequisites,
                    f"{mission.prerequisites} Venir avec son gilet jaune.",
                )
            self._open(
                Kind.MISSION, mission, mission.title, ground.days_ago(days), cause=Cause.EDIT, diff=diff
            )

    @staticmethod
    def _change(label: str, before: str, after: str) -> dict[str, str]:
        return {"label": label, "before": before, "after": after, "value": after}

    def _withdrawn(self) -> None:
        """Asked, then given up by the organisation itself."""
        placed = next(p for p in self.missions.all if p.mission.state == MissionState.CANCELLED)
        at = placed.mission.state_changed_at - datetime.timedelta(days=3)
        self._decided(
            Kind.MISSION,
            placed.mission,
            placed.mission.title,
            at,
            at + datetime.timedelta(days=1),
            Decision.WITHDRAWN,
            cause=Cause.EDIT,
        )

    def _absence(self) -> None:
        """A member of the Drôme goes away next week; her lead stands in."""
        Absence.objects.create(
            user=self.staff["26"],
            starts_on=self.ground.today + datetime.timedelta(days=6),
            ends_on=self.ground.today + datetime.timedelta(days=13),
            deputy=self.staff["lead"],
        )

    # --- rows -------------------------------------------------------------------------------------------------------

    def _open(
        self,
        kind: str,
        subject: Organisation | Mission,
        title: str,
        at: datetime.datetime,
        *,
        cause: str = Cause.CREATION,
        diff: dict[str, Any] | None = None,
    ) -> None:
        """Waiting: nobody's, or taken by somebody of the brigade."""
        ground = self.ground
        item = self._item(kind, subject, title, at, cause=cause, diff=diff or {})
        self._turn += 1
        department = subject.department_id or ""
        turns = DROME_TURNS if department == "26" else OTHER_TURNS
        taken_by = turns[self._turn % len(turns)]
        owner = self.staff.get(department if taken_by == "member" else taken_by)
        if owner is None or ground.now - at < datetime.timedelta(hours=20):
            return
        item.state, item.owner, item.owned_at, item.version = (
            State.OWNED,
            owner,
            ground.later(at, 0.1, 1.5),
            2,
        )
        ground.event("moderation.taken", item, item.owned_at, actor=owner)
        self._note(item, owner, item.owned_at)

    def _decided(
        self,
        kind: str,
        subject: Organisation | Mission,
        title: str,
        at: datetime.datetime,
        decided: datetime.datetime,
        decision: str,
        *,
        reason: str = "",
        cause: str = Cause.CREATION,
    ) -> None:
        ground = self.ground
        owner = self.staff.get(subject.department_id or "") or self.staff["nation"]
        item = self._item(kind, subject, title, min(at, decided), cause=cause, diff={})
        by_staff = decision != Decision.WITHDRAWN
        item.state, item.decision, item.reason = State.DECIDED, decision, reason
        item.owner, item.owned_at = (owner, decided) if by_staff else (None, None)
        item.decided_by = owner if by_staff else subject.created_by
        item.decided_at, item.version = decided, 3
        verb = "decided" if by_staff else "withdrawn"
        ground.event(
            f"moderation.{verb}",
            item,
            decided,
            actor=item.decided_by,
            decision=str(decision),
            cause=cause,
            kind=kind,
        )
        if by_staff and ground.chance(0.08):
            self._note(item, owner, decided)

    def _item(
        self,
        kind: str,
        subject: Model,
        title: str,
        at: datetime.datetime,
        *,
        cause: str,
        diff: dict[str, Any],
    ) -> ModerationItem:
        mission = subject if isinstance(subject, Mission) else None
        item = self.ground.new(
            ModerationItem,
            kind=kind,
            cause=cause,
            subject_type=subject._meta.label,
            subject_id=subject.pk,
            title=title[:200],
            department_id=subject.department_id,  # type: ignore[attr-defined]
            domain_id=mission.domain_id if mission else None,
            diff=diff,
            created_at=at,
        )
        self.ground.event("moderation.opened", item, at, cause=str(cause), fields=sorted(diff))
        return item

    def _note(self, item: ModerationItem, author: User, at: datetime.datetime) -> None:
        self.ground.new(
            ModerationNote,
            item=item,
            author=author,
            text=self.ground.pick(self.phrases["note"]),
            created_at=self.ground.later(at, 0.01, 0.2),
        )
        self.ground.event("moderation.noted", item, at, actor=author)
