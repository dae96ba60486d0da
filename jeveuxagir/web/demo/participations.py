"""Applications in every state, on the slots that have room for them; alerts on the full ones."""

import datetime
from copy import copy
from typing import Any

from jeveuxagir.accounts.models import GuardianNotice, Person
from missions.enums import SlotKind
from missions.enums import State as MissionState
from missions.models import Slot
from missions.participations.enums import LIVE_STATES, SEAT_STATES, DeclineReason, State
from missions.participations.models import Participation, PlaceAlert
from missions.participations.silence import RELEASED_AFTER_DAYS
from missions.words import when_in_words
from volunteers.requests.enums import GroupKind
from volunteers.requests.groups import ALONE, Group

from . import texts
from .ground import Ground
from .missions import OVERWHELMED, Missions, Placed
from .people import People

#: Where the demo's association owner has answers to give: days since each application.
STORY_DAYS = (8, 6, 3, 2, 1, 0)


class Participations:
    def __init__(self, ground: Ground, people: People, missions: Missions) -> None:
        self.ground, self.people, self.missions = ground, people, missions
        self._phrases = texts.read("phrases")
        self._seats: dict[int, int] = {}
        self._on_mission: set[tuple[int, int]] = set()
        self._overdue: dict[int, int] = {}
        self.by_mission: dict[int, list[Participation]] = {}

    # --- seats ------------------------------------------------------------------------------------------------

    def free(self, slot: Slot) -> int:
        """As the trigger will count it."""
        return slot.capacity - self._seats.get(slot.pk, 0)

    def hold(self, slot: Slot, places: int) -> None:
        """Seats that somebody else's row takes."""
        self._seats[slot.pk] = self._seats.get(slot.pk, 0) + places

    def may_join(self, person: Person, placed: Placed) -> bool:
        age_ok = person.eighteen_on is None or placed.mission.minimum_age == 16
        return age_ok and (placed.mission.pk, person.pk) not in self._on_mission

    def make(
        self,
        person: Person,
        placed: Placed,
        slot: Slot,
        state: str,
        applied_at: datetime.datetime,
        *,
        answered_at: datetime.datetime | None = None,
        message: str | None = None,
        **fields: Any,
    ) -> Participation:
        """One application with its history. The caller checked that there is room."""
        ground = self.ground
        answered = state in (State.ACCEPTED, State.DECLINED, State.REALISED, State.ABSENT)
        if answered and answered_at is None:
            answered_at = ground.later(applied_at, 0.3, 4)
        if message is None:
            message = ground.pick(self._phrases["application"])
        participation = ground.new(
            Participation,
            person=person,
            mission=placed.mission,
            slot=slot,
            state=state,
            message=message,
            created_at=applied_at,
            applied_at=applied_at,
            answered_at=answered_at if answered else None,
            state_changed_at=answered_at or applied_at,
            **fields,
        )
        self._history(participation, placed)
        if state in SEAT_STATES:
            self.hold(slot, participation.places)
        self._on_mission.add((placed.mission.pk, person.pk))
        self.by_mission.setdefault(placed.mission.pk, []).append(participation)
        return participation

    def _history(self, participation: Participation, placed: Placed) -> None:
        ground, state, phrases = self.ground, participation.state, self._phrases
        assert participation.applied_at is not None
        assert participation.person is not None
        applied, answered = participation.applied_at, participation.answered_at
        member, person = placed.mission.created_by, self.people.user(participation.person)
        about = {
            "mission": participation.mission_id,
            "slot": participation.slot_id,
            "person": participation.person_id,
            "request": participation.request_id,
        }
        ground.event("participation.applied", participation, applied, actor=person, **about)
        participation.version = 2
        if state == State.IN_TALK:
            participation.answer = ground.pick(phrases["talk"])
            participation.state_changed_at = ground.later(applied, 0.2, 2)
            ground.event(
                "participation.in_talk", participation, participation.state_changed_at, actor=member, **about
            )
        elif state == State.DECLINED:
            assert answered is not None
            reasons = (DeclineReason.FULL, DeclineReason.DATES, DeclineReason.UNREACHABLE, DeclineReason.MISSION_OFF,
                       DeclineReason.PROFILE, DeclineReason.OTHER)  # fmt: skip
            reason = ground.pick(reasons)
            if reason == DeclineReason.OTHER and placed.mission.state != MissionState.OPEN:
                reason = DeclineReason.CLOSED
            participation.decline_reason = reason
            if reason in reasons[:4]:
                participation.answer = phrases["declined"][reasons.index(reason)]
            ground.event("participation.declined", participation, answered, actor=member, **about)
        elif state == State.CANCELLED:
            by_person = ground.chance(0.8)
            reason = phrases["cancelled_by_person" if by_person else "cancelled_by_organisation"]
            participation.cancel_reason = ground.pick(reason)
            participation.state_changed_at = ground.later(applied, 0.2, 6)
            nobody_answered = applied + datetime.timedelta(days=RELEASED_AFTER_DAYS)
            if not by_person and nobody_answered < ground.now and answered is None:
                participation.decline_reason = DeclineReason.UNANSWERED
                participation.cancel_reason = (
                    f"l’organisation n’a pas répondu en {RELEASED_AFTER_DAYS}\u00a0jours"
                )
                participation.state_changed_at, member = nobody_answered, None
            ground.event(
                "participation.cancelled",
                participation,
                participation.state_changed_at,
                actor=person if by_person else member,
                **about,
            )
        elif state != State.APPLIED:
            assert answered is not None
            participation.answer = ground.pick(phrases["accepted"])
            ground.event("participation.accepted", participation, answered, actor=member, **about)
            if state in (State.REALISED, State.ABSENT):
                participation.version = 3
                ended = self._after_the_slot(participation, answered)
                participation.state_changed_at = ended
                ground.event(f"participation.{state}", participation, ended, actor=member, **about)

    def _after_the_slot(self, participation: Participation, answered: datetime.datetime) -> datetime.datetime:
        ends_at = participation.slot.ends_at
        return self.ground.later(max(ends_at, answered) if ends_at else answered, 0.2, 6)

    # --- everybody --------------------------------------------------------------------------------------------

    def build(self) -> None:
        """Direct applications, mission by mission."""
        for placed in self.missions.all:
            if placed.mission.published_at is None or placed.mission.is_imported:
                continue
            for slot in placed.slots:
                self._fill(placed, slot)
        self._overwhelm()

    def _fill(self, placed: Placed, slot: Slot) -> None:
        ground, mission = self.ground, placed.mission
        past = slot.ends_at is not None and slot.ends_at < ground.now
        if mission.state == MissionState.CANCELLED:
            share = 0.3
        elif past:
            share = (
                ground.dice.uniform(0.2, 0.8)
                if slot.starts_at and (ground.now - slot.starts_at).days < 45
                else 0.0
            )
        else:
            share = 1.0 if ground.chance(0.07) and slot.capacity < 12 else ground.dice.uniform(0, 0.45)
        if placed.hosted.key == "mots-passants":
            share = min(share, 0.3)
        wanted = min(round(slot.capacity * share), 7 if slot.capacity > 7 and share < 1 else slot.capacity)
        if wanted == 0 and share > 0.3 and slot.capacity <= 2:
            wanted = 1
        for _ in range(wanted + ground.chance(0.25)):
            person = self._somebody(placed)
            if person is None or self.free(slot) <= 0:
                break
            self._one(person, placed, slot, past)

    def _somebody(self, placed: Placed) -> Person | None:
        """Somebody of the department, or of anywhere for a remote mission."""
        ground = self.ground
        pool = self.people.of_department.get(placed.department, [])
        if placed.commune is None or not pool:
            pool = self.people.of_department[ground.pick(sorted(self.people.of_department))]
        for _ in range(6):
            person = ground.pick(pool)
            if self.may_join(person, placed):
                return person
        return None

    def _one(self, person: Person, placed: Placed, slot: Slot, past: bool) -> None:
        ground, mission = self.ground, placed.mission
        assert mission.published_at is not None
        state = self._state(placed, slot, past)
        latest = min(filter(None, [slot.starts_at, placed.closed_at, ground.now]))
        open_days = max((latest - mission.published_at).total_seconds() / 86400, 0.1)
        if state in (State.APPLIED, State.IN_TALK):
            applied = self._waiting_since(placed)
            if applied < mission.published_at:
                applied = mission.published_at + (ground.now - mission.published_at) * ground.dice.uniform(
                    0.1, 0.9
                )
        else:
            applied = mission.published_at + datetime.timedelta(
                days=open_days * ground.dice.uniform(0.05, 0.8)
            )
        answered = None
        if state in (State.ACCEPTED, State.REALISED, State.ABSENT, State.DECLINED):
            answered = min(
                ground.later(applied, 0.2, 4), max(latest, applied + datetime.timedelta(minutes=20))
            )
        self.make(person, placed, slot, state, applied, answered_at=answered)

    def _state(self, placed: Placed, slot: Slot, past: bool) -> str:
        roll, state = self.ground.dice.random(), placed.mission.state
        if state == MissionState.CANCELLED:
            return State.CANCELLED
        if state == MissionState.DONE:
            return State.REALISED if roll < 0.85 else State.ABSENT if roll < 0.93 else State.DECLINED
        if past:
            return (
                State.REALISED if roll < 0.72 else State.ABSENT if roll < 0.79 else State.DECLINED if roll < 0.87
                else State.CANCELLED if roll < 0.94 else State.ACCEPTED
            )  # fmt: skip
        if state in (MissionState.CLOSED, MissionState.SUSPENDED):
            return (
                State.ACCEPTED
                if roll < 0.6
                else State.REALISED
                if roll < 0.8 and slot.kind != SlotKind.DATED
                else State.DECLINED
            )
        if roll < 0.1 and slot.kind != SlotKind.DATED:
            return State.REALISED
        return (
            State.ACCEPTED if roll < 0.58 else State.APPLIED if roll < 0.75 else State.IN_TALK if roll < 0.8
            else State.DECLINED if roll < 0.9 else State.CANCELLED
        )  # fmt: skip

    def _waiting_since(self, placed: Placed) -> datetime.datetime:
        """Most wait for less than 5 days; a few for longer, but no organisation stops answering by chance."""
        ground, organisation = self.ground, placed.mission.organisation_id
        if self._overdue.get(organisation, 0) < 2 and ground.chance(0.2):
            self._overdue[organisation] = self._overdue.get(organisation, 0) + 1
            return ground.days_ago(ground.dice.randrange(6, 13))
        return ground.days_ago(ground.dice.randrange(0, 5))

    def _overwhelm(self) -> None:
        """One organisation has let so many wait that the engine leaves it in peace."""
        ground, made = self.ground, 0
        for placed in self.missions.all:
            if placed.hosted.key != OVERWHELMED or placed.mission.state != MissionState.OPEN:
                continue
            for slot in placed.slots:
                while (
                    made < 14
                    and self.free(slot) > 0
                    and (slot.starts_at is None or slot.starts_at > ground.now)
                ):
                    person = self._somebody(placed)
                    assert placed.mission.published_at is not None
                    applied = ground.days_ago(ground.dice.randrange(6, 13))
                    if person is None:
                        break
                    self.make(person, placed, slot, State.APPLIED, max(applied, placed.mission.published_at))
                    made += 1

    # --- the stories --------------------------------------------------------------------------------------------

    def story_of_the_reading_club(self, minor: Person) -> None:
        """Six people wait for the club's answer, two of them for more than five days."""
        ground = self.ground
        placed_ones = [
            p
            for p in self.missions.all
            if p.hosted.key == "mots-passants" and p.mission.state == MissionState.OPEN
        ]
        for index, (days, message) in enumerate(
            zip(STORY_DAYS, self._phrases["story_application"], strict=True)
        ):
            placed = placed_ones[index % len(placed_ones)]
            person = self._somebody(placed)
            if days == 2:
                placed = next((p for p in placed_ones if self.may_join(minor, p)), placed)
                person = minor
            assert person is not None
            assert placed.mission.published_at is not None
            slot = next(
                s
                for s in placed.slots
                if self.free(s) > 0 and (s.starts_at is None or s.starts_at > ground.now)
            )
            applied = max(ground.days_ago(days), placed.mission.published_at + datetime.timedelta(hours=1))
            state = State.IN_TALK if days == 3 else State.APPLIED
            family = Group(GroupKind.FAMILY, 3, 1)
            together = days == 6 and self.free(slot) >= family.places and placed.mission.minimum_age == 16
            who = family if together and person.eighteen_on is None else ALONE
            self.make(person, placed, slot, state, applied, message=message, **who.columns())

    def story_of_a_moved_slot(self, person: Person) -> None:
        """Where this person is expected, the time changed yesterday: nobody said yet whether they still come."""
        everyone = [row for rows in self.by_mission.values() for row in rows]
        mine = [row for row in everyone if row.person == person and row.state == State.ACCEPTED]
        for slot in [row.slot for row in mine if row.slot.start_time and row.slot.start_time.hour > 0][:1]:
            before = copy(slot)
            assert slot.start_time is not None
            assert slot.end_time is not None
            before.start_time = slot.start_time.replace(hour=slot.start_time.hour - 1)
            before.end_time = slot.end_time.replace(hour=slot.end_time.hour - 1)
            slot.sequence = 1
            moved_at = self.ground.days_ago(1)
            for row in everyone:
                if row.slot == slot and row.state in LIVE_STATES:
                    row.known_sequence, row.moved_from = 1, when_in_words(before)
                    row.moved_at = moved_at
            self.ground.event(
                "mission.slot_moved",
                slot.mission,
                moved_at,
                actor=slot.mission.created_by,
                slot=slot.pk,
                sequence=1,
                before=when_in_words(before),
            )

    def alerts(self) -> None:
        """Who wants to know when a place frees on a full mission."""
        ground, made = self.ground, 0
        for placed in self.missions.all:
            coming = [s for s in placed.slots if s.starts_at is None or s.starts_at > ground.now]
            full = (
                placed.mission.state == MissionState.OPEN
                and coming
                and all(self.free(s) == 0 for s in coming)
            )
            if not full or placed.mission.is_imported:
                continue
            for _ in range(1 + ground.chance(0.4)):
                person = self._somebody(placed)
                if person is not None:
                    self._on_mission.add((placed.mission.pk, person.pk))
                    ground.new(
                        PlaceAlert,
                        person=person,
                        mission=placed.mission,
                        created_at=ground.days_ago(made % 9),
                    )
                    made += 1
        for placed in self.missions.all:  # and who was told: the place was free again
            told = placed.mission.state == MissionState.OPEN and any(
                p.state == State.CANCELLED for p in self.by_mission.get(placed.mission.pk, ())
            )
            person = self._somebody(placed) if told and made < 40 else None
            if person is not None:
                at = ground.days_ago(20)
                ground.new(
                    PlaceAlert,
                    person=person,
                    mission=placed.mission,
                    created_at=at,
                    told_at=ground.later(at, 1, 6),
                )
                made += 1

    def unconfirmed(self, number: int) -> None:
        """Applications of strangers whose address is not confirmed yet, and of a minor whose guardian is not told."""
        ground = self.ground
        open_ones = [
            p for p in self.missions.all
            if p.mission.state == MissionState.OPEN and p.commune is not None and not p.mission.is_imported
        ]  # fmt: skip
        for _ in range(number):
            placed = ground.pick(open_ones)
            slot = next((s for s in placed.slots if self.free(s) > 0), None)
            assert placed.commune is not None
            if slot is None:
                continue
            at = ground.now - datetime.timedelta(hours=ground.dice.uniform(0.5, 40))
            contact = self.people.contact(placed.commune, at)
            participation = ground.new(
                Participation,
                contact=contact,
                mission=placed.mission,
                slot=slot,
                state=State.TO_CONFIRM,
                state_changed_at=at,
                message=ground.pick(self._phrases["application"]),
                created_at=at,
            )
            ground.event("participation.filed", participation, at, mission=placed.mission.pk)
        for_minors = [
            p for p in open_ones if p.mission.minimum_age == 16 and any(self.free(s) > 0 for s in p.slots)
        ]
        placed = ground.pick(for_minors)
        slot = next(s for s in placed.slots if self.free(s) > 0)
        assert placed.commune is not None
        at = ground.days_ago(1)
        minor = self.people.make(placed.commune, age=16, created_at=at)
        self.people.guardian(minor, GuardianNotice.State.TO_SEND, at)
        waiting = ground.new(
            Participation,
            person=minor,
            mission=placed.mission,
            slot=slot,
            state=State.TO_CONFIRM,
            state_changed_at=at,
            created_at=at,
        )
        ground.event("participation.waits", waiting, at, mission=placed.mission.pk, person=minor.pk)
        self._on_mission.add((placed.mission.pk, minor.pk))
