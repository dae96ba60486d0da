"""What visitors reported, and what remains of the year before last: counts."""

import datetime

from jeveuxagir.accounts.models import User
from jeveuxagir.audit.models import Tally
from jeveuxagir.common.text import NBSP, plural
from jeveuxagir.moderation.models import ModerationItem, Report
from jeveuxagir.moderation.reports import PAGE, subject_of
from missions.enums import State as MissionState
from missions.models import Mission
from organisations.models import Organisation

from . import texts
from .ground import Ground
from .missions import Missions
from .organisations import Organisations

Kind, State, Cause = ModerationItem.Kind, ModerationItem.State, ModerationItem.Cause

#: of which department's mission: days ago, what is wrong, in the visitor's words
ON_A_MISSION = {
    "26": (
        (5, Report.Why.GONE, "L'adresse est fermée depuis septembre, il y a un panneau sur la porte."),
        (3, Report.Why.GONE, ""),
        (1, Report.Why.MISLEADING, "On m'a dit au téléphone que la mission était à Valence, pas ici."),
    ),
    "93": ((2, Report.Why.MONEY, "On demande 15 euros d'adhésion avant la première séance."),),
}


class Reports:
    """Three cases that wait, and one that is decided."""

    def __init__(
        self, ground: Ground, organisations: Organisations, missions: Missions, staff: dict[str, User]
    ) -> None:
        self.ground, self.organisations, self.missions, self.staff = ground, organisations, missions, staff

    def build(self) -> None:
        for department, made in ON_A_MISSION.items():
            self._on(self._mission(department), made)
        organisation = self.organisations.all["roue-libre"].organisation
        decided = self._on(
            organisation, ((40, Report.Why.PRIVACY, "Un numéro de portable est dans la présentation."),)
        )
        actor = self.staff.get(organisation.department_id or "") or self.staff["nation"]
        decided.state, decided.decision = State.DECIDED, ModerationItem.Decision.ASK
        decided.reason = texts.typeset("Retirez le numéro de portable de la présentation, s'il vous plaît.")
        decided.owner = decided.decided_by = actor
        decided.owned_at = decided.decided_at = self._ago(38)
        for report in self.ground.rows(Report):
            if report.item_id == decided.pk:
                report.told_at = decided.decided_at
        self.ground.event(
            "moderation.decided",
            decided,
            self._ago(38),
            actor=actor,
            decision="ask",
            cause="report",
            kind="report",
        )
        self._on_page("/comment-nous-rapprochons/", "Le mot « réserve » n'est pas clair.")
        self._counts()

    def _mission(self, department: str) -> Mission:
        return next(
            placed.mission
            for placed in self.missions.all
            if placed.department == department
            and placed.mission.state == MissionState.OPEN
            and not placed.mission.is_imported
        )

    def _ago(self, days: float) -> datetime.datetime:
        return self.ground.now - datetime.timedelta(days=days, hours=2)

    def _on(
        self, subject: Mission | Organisation, made: tuple[tuple[int, Report.Why, str], ...]
    ) -> ModerationItem:
        name = subject.title if isinstance(subject, Mission) else subject.name
        item = self.ground.new(
            ModerationItem,
            kind=Kind.REPORT,
            cause=Cause.REPORT,
            subject_type=subject._meta.label,
            subject_id=subject.pk,
            title=f"{plural(len(made), 'signalement')}{NBSP}: {name}"[:200],
            department_id=subject.department_id,
            domain_id=subject.domain_id if isinstance(subject, Mission) else None,
            created_at=self._ago(made[0][0]),
            version=1 + len(made),
        )
        self._fill(item, subject.get_absolute_url(), made)
        return item

    def _on_page(self, page: str, words: str) -> None:
        subject = subject_of(page)
        item = self.ground.new(
            ModerationItem,
            kind=Kind.REPORT,
            cause=Cause.REPORT,
            subject_type=PAGE,
            subject_id=subject.pk,
            title=f"1{NBSP}signalement{NBSP}: {subject.title}",
            created_at=self._ago(4),
            version=2,
        )
        self._fill(item, page, ((4, Report.Why.OTHER, words),))

    def _fill(self, item: ModerationItem, page: str, made: tuple[tuple[int, Report.Why, str], ...]) -> None:
        self.ground.event("moderation.opened", item, item.created_at, cause="report", fields=[])
        for count, (days, why, words) in enumerate(made, start=1):
            self.ground.new(
                Report,
                item=item,
                page=page,
                why=why,
                details=texts.typeset(words),
                created_at=self._ago(days),
            )
            self.ground.event("moderation.reported", item, self._ago(days), why=why.value, count=count)

    def _counts(self) -> None:
        """Requests and applications of fifteen months ago: their rows are gone."""
        month = (self.ground.today - datetime.timedelta(days=450)).replace(day=1)
        for what, department, domain, count in (
            ("request.realised", "26", "education", 23),
            ("request.withdrawn", "26", "education", 7),
            ("participation.realised", "26", "education", 31),
            ("participation.realised", "93", "solidarite-insertion", 18),
            ("participation.declined", "93", "solidarite-insertion", 4),
        ):
            self.ground.new(Tally, what=what, month=month, department=department, domain=domain, count=count)
