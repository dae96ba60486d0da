"""Missions that welcome teams for a day, and teams in every state. Without dice: what follows stays as it was."""

import datetime
from dataclasses import dataclass

from missions.enums import MissionMode, SlotKind
from missions.enums import State as MissionState
from missions.models import Slot
from missions.participations.enums import DeclineReason, State
from missions.participations.models import Participation
from organisations.enums import State as OrganisationState
from volunteers.requests.groups import kind_of

from .ground import Ground
from .missions import OVERWHELMED, Missions, Placed
from .organisations import Organisations
from .participations import Participations

#: sizes and what is prepared, in turn
WELCOMES = (
    (2, 5, 12, "Accueil à 9 heures autour d’un café, par deux bénévoles qui restent la journée. Gants et outils "
     "fournis ; chaussures fermées. Chacun apporte son repas, une salle est chauffée."),
    (1, 4, 10, "Une présentation de l’association, puis deux groupes qui échangent leurs tâches à midi. Rien à "
     "apporter."),
    (3, 6, 15, "Nous préparons les postes la veille. Un parking est à cinq minutes ; les douches sont ouvertes."),
)  # fmt: skip
WELCOMING = 8


@dataclass(frozen=True)
class Spec:
    """Whose team, how many, in what state, how many days ago; how many came."""

    who: str
    places: int
    state: str
    since: float
    name: str = ""
    came: int = 0


TEAMS = (
    Spec("isere-cuir", 8, State.APPLIED, 2, "L’atelier coupe"),
    Spec("isere-cuir", 6, State.ACCEPTED, 9, "Les apprentis de première année"),
    Spec("isere-cuir", 7, State.IN_TALK, 3),
    Spec("isere-cuir", 9, State.DECLINED, 12, "Le bureau d’études"),
    Spec("isere-cuir", 6, State.CANCELLED, 20),
    Spec("isere-cuir", 8, State.REALISED, 60, "L’atelier couture", came=7),
    Spec("isere-cuir", 6, State.REALISED, 55, came=6),
    Spec("isere-cuir", 6, State.ABSENT, 50),
    Spec("rivoire", 8, State.ACCEPTED, 6, "Le magasin"),
    Spec("valcompta", 6, State.APPLIED, 1),
    Spec("deux-collines", 9, State.ACCEPTED, 8, "Le service des eaux"),
    Spec("menuiserie-saone", 6, State.REALISED, 40, came=6),
    Spec("quatre-vents", 7, State.APPLIED, 7),
)
REACHED = ("Camille Ferrand", "Yanis Chabert", "Solène Pascal")


class Teams:
    def __init__(
        self, ground: Ground, organisations: Organisations, missions: Missions, participations: Participations
    ) -> None:
        self.ground, self.organisations, self.missions = ground, organisations, missions
        self.participations, self.people = participations, participations.people
        self.held: set[tuple[int, str]] = set()
        self.taken: dict[int, int] = {}

    def build(self) -> None:
        """Before the missions are written: the places of teams stand on their slots."""
        coming = self._fitting(past=False)[:WELCOMING]
        over = self._fitting(past=True)[:WELCOMING]
        for index, placed in enumerate({id(placed): placed for placed in (*coming, *over)}.values()):
            self._welcome(placed, index)
        for spec in TEAMS:
            past = spec.state in (State.REALISED, State.ABSENT)
            found = self._slot(spec, over if past else coming, past=past)
            if found is not None:
                self._team(spec, *found)

    def _fitting(self, *, past: bool) -> list[Placed]:
        """Missions on site with a day to come, or gone by; those around Romans first."""
        states = (MissionState.OPEN, MissionState.CLOSED) if past else (MissionState.OPEN,)
        found = [
            placed
            for placed in self.missions.all
            if placed.mission.state in states
            and not placed.mission.is_imported
            and placed.mission.published_at is not None
            and placed.mission.mode == MissionMode.ON_SITE
            and placed.hosted.organisation.state == OrganisationState.VALIDATED
            and placed.hosted.key not in (OVERWHELMED, "mots-passants")
            and any(self._is_day(slot, past=past) for slot in placed.slots)
        ]
        return sorted(found, key=lambda placed: (placed.department != "26", placed.mission.pk))

    def _is_day(self, slot: Slot, *, past: bool) -> bool:
        if slot.kind != SlotKind.DATED or slot.starts_at is None or slot.ends_at is None:
            return False
        gone = slot.ends_at < self.ground.now
        return gone if past else slot.starts_at > self.ground.now + datetime.timedelta(days=2)

    def _welcome(self, placed: Placed, index: int) -> None:
        number, smallest, largest, prepared = WELCOMES[index % len(WELCOMES)]
        mission = placed.mission
        mission.team_places, mission.team_smallest, mission.team_largest = number, smallest, largest
        mission.team_preparation = prepared
        for slot in placed.slots:
            if slot.kind == SlotKind.DATED:
                slot.team_places = number
                slot.capacity += number * largest

    def _slot(self, spec: Spec, among: list[Placed], *, past: bool) -> tuple[Placed, Slot] | None:
        own = self.organisations.all[spec.who].organisation
        known = {slot for slot, who in self.held if who == spec.who}
        for placed in sorted(among, key=lambda one: any(slot.pk in known for slot in one.slots)):
            mission = placed.mission
            if mission.organisation_id == own.pk or not (
                (mission.team_smallest or 0) <= spec.places <= (mission.team_largest or 0)
            ):
                continue
            for slot in placed.slots:
                free = self.taken.get(slot.pk, 0) < slot.team_places
                if free and self._is_day(slot, past=past) and (slot.pk, spec.who) not in self.held:
                    return placed, slot
        return None

    def _team(self, spec: Spec, placed: Placed, slot: Slot) -> None:
        ground, state = self.ground, spec.state
        organisation = self.organisations.all[spec.who].organisation
        person = self.organisations.all[spec.who].members[0].person
        host, filer = placed.mission.created_by, self.people.user(person)
        assert placed.mission.published_at is not None
        assert slot.starts_at is not None
        assert slot.ends_at is not None
        applied = ground.days_ago(spec.since)
        if state in (State.REALISED, State.ABSENT):
            applied = slot.starts_at - datetime.timedelta(days=12)
        applied = max(applied, placed.mission.published_at)
        answered = applied + datetime.timedelta(days=1, hours=3)
        row = ground.new(
            Participation,
            person=person,
            mission=placed.mission,
            slot=slot,
            state=state,
            as_team=True,
            places=spec.places,
            group_kind=kind_of(organisation),
            group_name=organisation.name,
            group_organisation=organisation,
            team_name=spec.name,
            contact_name=REACHED[len(self.held) % len(REACHED)],
            contact_phone="+33 6 39 98 00 0" + str(len(self.held) % 10),
            message="Nous aimerions donner une journée, tous ensemble, et apprendre à vous connaître.",
            created_at=applied,
            applied_at=applied,
            state_changed_at=applied,
        )
        about = {
            "mission": row.mission_id,
            "slot": row.slot_id,
            "person": person.pk,
            "request": None,
            "team_of": organisation.pk,
        }
        ground.event("participation.applied", row, applied, actor=filer, **about)
        if state != State.APPLIED:
            row.state_changed_at, row.version = answered, 2
        if state == State.IN_TALK:
            row.answer = "Merci ! Combien d’entre vous peuvent porter des charges ?"
            ground.event("participation.in_talk", row, answered, actor=host, **about)
        elif state == State.CANCELLED:
            row.cancel_reason = "Une commande urgente nous retient à l’atelier."
            ground.event("participation.cancelled", row, answered, actor=filer, **about)
        elif state == State.DECLINED:
            row.answered_at, row.decline_reason = answered, DeclineReason.DATES
            row.answer = "Ce jour-là nous n’avons personne pour vous accueillir. Essayez une autre date."
            ground.event("participation.declined", row, answered, actor=host, **about)
        elif state != State.APPLIED:
            row.answered_at, row.answer = answered, "Avec plaisir ! Rendez-vous à 9 heures devant le local."
            ground.event("participation.accepted", row, answered, actor=host, **about)
        if state in (State.REALISED, State.ABSENT):
            over = min(slot.ends_at + datetime.timedelta(hours=20), ground.now)
            row.state_changed_at, row.version = over, 3
            row.came = spec.came or None
            ground.event(f"participation.{state}", row, over, actor=host, **about)
        if state not in (State.DECLINED, State.CANCELLED):
            self.taken[slot.pk] = self.taken.get(slot.pk, 0) + 1
            self.participations.hold(slot, spec.places)
            self.held.add((slot.pk, spec.who))
