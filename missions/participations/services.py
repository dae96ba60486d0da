"""Every write on an application: lock → policy → guard → write → audit → mail.

Locks are taken in one order: mission → slot → participation → person. Proposals lock the mission before
they call `apply`, so the organisation, which comes before, is not locked here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from jeveuxagir.accounts import guardians
from jeveuxagir.accounts.models import AgeMarks, Person, UnconfirmedContact, User
from jeveuxagir.accounts.services import known_address, touch
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale, allow
from jeveuxagir.common.locks import lock, lock_all, retried_once
from jeveuxagir.common.text import clean, plural
from missions import alternatives
from missions import services as mission_services
from missions.enums import MissionMode, SlotKind
from missions.enums import State as MissionState
from missions.models import Mission, Slot
from missions.words import when_in_words
from organisations.models import Organisation
from volunteers.requests.groups import ALONE, OF_ORGANISATIONS, Group, kind_of
from volunteers.requests.models import EngagementRequest

from . import notifications, policies
from .enums import LIVE_STATES, SEAT_STATES, TRANSITIONS, WAITING_STATES, DeclineReason, State
from .models import TEAM_NAME_AT_MOST, Departure, Participation, PlaceAlert

#: Shown and counted beyond this age (product decision 16).
ANSWER_DAYS = 5
#: "Avez-vous candidaté ?" after this many days.
QUESTION_DAYS = 7
#: An application that waits for a guardian longer than this is given up.
GUARDIAN_DAYS = 14
SHOWN_ALTERNATIVES = 3
#: More answers at once would hold the slots too long.
MOST_ANSWERED_AT_ONCE = 100
#: Somebody who waits for a place this long is shown other missions.
OTHERS_AFTER_DAYS = 21
#: Whoever would answer the application does not send it.
OWN_MISSION = "Vous gérez les missions de cette organisation : vous ne pouvez pas y candidater."
#: What is not over: waiting for a guardian, for an answer, or agreed.
OPEN_STATES = (State.TO_CONFIRM, *LIVE_STATES)


@dataclass(frozen=True)
class Team:
    """What is said of a team besides its organisation and its number: nobody of it is named but whom to reach."""

    name: str = ""
    contact_name: str = ""
    contact_phone: str = ""

    def columns(self) -> dict[str, str]:
        return {
            "team_name": clean(self.name)[:TEAM_NAME_AT_MOST],
            "contact_name": clean(self.contact_name)[:120],
            "contact_phone": clean(self.contact_phone)[:20],
        }

    def check(self) -> None:
        if not clean(self.contact_name) or not clean(self.contact_phone):
            raise RuleBroken(
                "Donnez le nom et le téléphone de la personne à joindre le jour même.", code="team_contact"
            )


class Full(RuleBroken):
    """Not enough places left on this slot; `alternatives` are the nearest slots of the mission that have them."""

    def __init__(self, alternatives: Sequence[Slot], *, free: int = 0, places: int = 1) -> None:
        if 0 < free < places:
            message = (
                f"Il reste {plural(free, 'place')} sur ce créneau : pas assez pour votre groupe de {places}. "
            )
            message += (
                "D’autres créneaux de cette mission ont assez de places."
                if alternatives
                else "Aucun autre créneau de cette mission n’en a assez."
            )
        elif alternatives:
            message = "Ce créneau est complet. D’autres créneaux de cette mission ont encore de la place."
        else:
            message = "Cette mission est complète. Nous pouvons vous prévenir dès qu’une place se libère."
        super().__init__(message, code="full")
        self.alternatives = list(alternatives)


@dataclass(frozen=True)
class Confirmed:
    """What became of one application when its address was confirmed."""

    participation: Participation | None
    mission: Mission
    refusal: RuleBroken | None = None
    #: a 16–17-year-old's application that leaves once the guardian's mail is sent
    waits_for_guardian: bool = False


_one_retry = retried_once("Beaucoup de personnes candidatent en ce moment. Réessayez dans une minute.")


# --- applying -------------------------------------------------------------------------------------


@_one_retry
def apply(
    *,
    person: Person,
    slot: Slot,
    message: str = "",
    request: EngagementRequest | None = None,
    reasons: Iterable[dict[str, Any]] = (),
    group: Group = ALONE,
    actor: User | None,
) -> Participation:
    """Take the places and tell the organisation, or refuse. `Full` carries the nearest open slots."""
    if not policies.can_apply(actor, person):
        raise NotAllowed
    participation = Participation(
        person=person, message=message, request=request, reasons=list(reasons), **group.columns()
    )
    return _take_place(participation, slot, actor)


@_one_retry
def register_team(
    *, organisation: Organisation, slot: Slot, places: int, team: Team, message: str = "", actor: User
) -> Participation:
    """One of the slot's places for teams, and a place for each person. The team is the organisation's."""
    organisation = lock(Organisation.objects.all(), pk=organisation.pk)
    allow(policies.can_bring(actor, organisation))
    if not organisation.is_verified:
        raise RuleBroken(
            f"Votre organisation est {organisation.get_state_display()} : elle n’inscrit pas d’équipe.",
            code="organisation_state",
        )
    team.check()
    group = Group(kind_of(organisation), places, organisation=organisation)
    participation = Participation(
        person=actor.person, message=message, as_team=True, **group.columns(), **team.columns()
    )
    return _take_place(participation, slot, actor)


@transaction.atomic
def change_team(
    participation: Participation,
    *,
    actor: User,
    places: int,
    team: Team,
    version: int | None = None,
) -> Participation:
    """Another number of people within the mission's sizes, another person to reach; the association is told."""
    mission, _slot = _lock_slot(participation.slot)
    participation = _locked(participation)
    if not participation.as_team or not policies.is_own(actor, participation):
        raise NotAllowed
    _check_version(participation, version)
    if participation.state not in LIVE_STATES:
        raise RuleBroken("Cette inscription n’est plus en cours : elle ne change plus.", code="wrong_state")
    if participation.is_paused:
        raise RuleBroken(
            "En pause : la brigade vérifie cette mission. Rien ne change d’ici là.", code="paused"
        )
    slot = participation.slot
    if slot.starts_at is not None and slot.starts_at <= now():
        raise RuleBroken("La journée a commencé : l’inscription ne change plus.", code="begun")
    team.check()
    before = participation.places
    if places > before:
        _guard_growth(mission, participation)
    if places != before:
        _guard_team_size(mission, places)
        if slot.taken - before + places > slot.capacity:
            raise _full(slot, places - before)
    columns = team.columns()
    changed = [name for name, value in columns.items() if getattr(participation, name) != value]
    if places == before and not changed:
        return participation
    for name, value in columns.items():
        setattr(participation, name, value)
    participation.places = places
    participation.version += 1
    try:
        with transaction.atomic():
            participation.save()
    except IntegrityError as error:
        raise _in_french(error, slot, places) from error
    if places != before:
        changed.append("places")
    record(
        "participation.team_changed",
        participation,
        actor=actor,
        **_about(participation),
        fields=changed,
        before=before,
        places=places,
    )
    notifications.tell_team_changed(participation, before=before)
    return participation


@transaction.atomic
def hand_over_teams(organisation_id: int) -> int:
    """A team in course follows whoever coordinates its organisation now. Safe to run twice."""
    rows = Participation.objects.teams().live().filter(group_organisation=organisation_id)
    coordinators = list(policies.contacts_of(Organisation(pk=organisation_id)))
    if not coordinators:
        return 0
    handed = 0
    for row in rows.exclude(person__in=coordinators).order_by("slot_id", "pk"):
        participation = _locked(row)
        if participation.state in LIVE_STATES and participation.person not in coordinators:
            _hand_over(participation, coordinators[0])
            handed += 1
    return handed


@transaction.atomic
def team_organisation_closed(organisation_id: int) -> int:
    """Nobody brings these teams any more: their places are free, the associations told. Safe to run twice."""
    rows = Participation.objects.teams().live().filter(group_organisation=organisation_id)
    ended = 0
    for row in rows.order_by("slot_id", "pk"):
        participation = _locked(row)
        if participation.state in LIVE_STATES:
            _leave(participation, State.CANCELLED, None, reason="l’organisation de l’équipe a fermé")
            notifications.tell_organisation(participation, "cancelled")
            ended += 1
    return ended


@_one_retry
def wait_for_guardian(*, person: Person, slot: Slot, message: str = "", actor: User | None) -> Participation:
    """Keep a 16–17-year-old's application: no place, it leaves once the guardian's mail is sent."""
    if not policies.can_apply(actor, person):
        raise NotAllowed
    mission, slot = _lock_slot(slot)
    _guard(mission, slot, person, ALONE)
    kept = Participation.objects.filter(person=person, mission=mission, state=State.TO_CONFIRM).first()
    if kept is None:
        kept = Participation(person=person, mission=mission)
    kept.slot, kept.message = slot, message
    kept.known_sequence, kept.moved_from, kept.moved_at = slot.sequence, "", None
    kept.save()
    record("participation.waits", kept, actor=actor, mission=mission.pk, person=person.pk)
    return kept


@transaction.atomic
def file_unconfirmed(
    contact: UnconfirmedContact, slot: Slot, message: str = "", *, token: str = "", group: Group = ALONE
) -> Participation:
    """Keep a stranger's application until the address is confirmed: no place, the organisation not told.

    With the contact's token, writes the one mail that asks to confirm.
    """
    mission, slot = _lock_slot(slot)
    _guard(mission, slot, contact, group)
    participation = Participation.objects.create(
        contact=contact,
        mission=mission,
        slot=slot,
        message=message,
        state=State.TO_CONFIRM,
        **group.columns(),
    )
    record("participation.filed", participation, mission=mission.pk)
    if token:
        notifications.ask_to_confirm(participation, token, known=known_address(contact.email))
    return participation


def confirm_contact(contact: UnconfirmedContact, user: User) -> list[Confirmed]:
    """The address is confirmed: each application takes its place now, or is refused with alternatives."""
    waiting = Participation.objects.filter(contact=contact, state=State.TO_CONFIRM).select_related(
        "mission", "slot"
    )
    return [_confirm(participation, user.person) for participation in waiting.order_by("pk")]


@_one_retry
def _confirm(participation: Participation, person: Person) -> Confirmed:
    mission = participation.mission
    if not guardians.is_cleared(person):
        participation.person, participation.contact = person, None
        participation.save(update_fields=["person", "contact"])
        return Confirmed(participation, mission, waits_for_guardian=True)
    try:
        with transaction.atomic():
            participation.person, participation.contact = person, None
            return Confirmed(_take_place(participation, participation.slot, None), mission)
    except RuleBroken as refusal:
        # Nothing was taken and nobody told: there is nothing to keep.
        Participation.objects.filter(pk=participation.pk, state=State.TO_CONFIRM).delete()
        return Confirmed(None, mission, refusal=refusal)


@_one_retry
def guardian_told(person_id: int) -> int:
    """The guardian's mail left: the applications that waited for it take their places. Safe to run twice."""
    person = Person.objects.filter(pk=person_id, erased_at__isnull=True).first()
    if person is None or not guardians.is_cleared(person):
        return 0
    sent = 0
    waiting = Participation.objects.filter(person=person, state=State.TO_CONFIRM)
    for participation in waiting.order_by("mission_id", "slot_id", "pk"):
        try:
            with transaction.atomic():
                _take_place(participation, participation.slot, None)
                sent += 1
        except RuleBroken as refusal:
            participation.refresh_from_db()
            _leave(participation, State.CANCELLED, None, reason=refusal.message)
            notifications.tell_not_kept(participation)
    return sent


def send_cleared() -> int:
    """Applications whose guardian was told meanwhile, whichever came first. Safe to run twice."""
    waiting = Participation.objects.filter(state=State.TO_CONFIRM, person__isnull=False)
    return sum(guardian_told(pk) for pk in waiting.order_by().values_list("person", flat=True).distinct())


@transaction.atomic
def guardian_objected(person_id: int) -> int:
    """An objection cancels what is in course. Safe to run twice."""
    states = [State.TO_CONFIRM, *LIVE_STATES]
    cancelled = 0
    for row in Participation.objects.filter(person_id=person_id, state__in=states).order_by("slot_id", "pk"):
        participation = _locked(row)
        if participation.state not in states:
            continue
        was_told = participation.state != State.TO_CONFIRM
        _leave(
            participation,
            State.CANCELLED,
            None,
            reason="opposition d’un parent ou tuteur",
        )
        notifications.tell_person(participation, "cancelled")
        if was_told:
            notifications.tell_organisation(participation, "cancelled")
        cancelled += 1
    return cancelled


# --- answers --------------------------------------------------------------------------------------


@transaction.atomic
def talk(
    participation: Participation, *, actor: User | None, message: str = "", version: int | None = None
) -> Participation:
    """The organisation takes contact before it answers."""
    participation = _to_answer(participation, actor, version)
    _require_verified(participation.mission)
    participation.answer = message
    _move(participation, "talk")
    record("participation.in_talk", participation, actor=actor, **_about(participation))
    notifications.tell_person(participation, "talk")
    return participation


@transaction.atomic
def accept(
    participation: Participation, *, actor: User | None, message: str = "", version: int | None = None
) -> Participation:
    """Yes: from now on both sides see each other's surname, e-mail and chosen phone."""
    participation = _to_answer(participation, actor, version)
    _require_verified(participation.mission)
    _require_acting_team(participation, "vous pouvez refuser son équipe, pas l’accepter")
    if is_too_young(participation):
        raise RuleBroken(
            f"Votre mission demande maintenant d’avoir {participation.mission.minimum_age} ans, et cette personne ne "
            "les aura pas ce jour-là : vous pouvez refuser sa candidature, pas l’accepter.",
            code="under_age",
        )
    participation.answer = message
    participation.answered_at = now()
    _move(participation, "accept")
    record("participation.accepted", participation, actor=actor, **_about(participation))
    notifications.tell_person(participation, "accepted")
    return participation


@transaction.atomic
def decline(
    participation: Participation,
    *,
    actor: User | None,
    reason: str,
    message: str = "",
    version: int | None = None,
) -> Participation:
    """No, with why; the place is free again."""
    participation = _to_answer(participation, actor, version)
    if reason not in DeclineReason.values or reason == DeclineReason.UNANSWERED:
        raise RuleBroken("Choisissez la raison de ce refus : la personne la lira.", code="reason")
    participation.answer = message
    participation.decline_reason = reason
    participation.answered_at = now()
    _move(participation, "decline")
    record("participation.declined", participation, actor=actor, **_about(participation))
    notifications.tell_person(participation, "declined")
    return participation


@dataclass(frozen=True)
class Unanswered:
    """One of many that could not be answered, and why."""

    participation: Participation
    why: str


@_one_retry
def answer_many(
    ids: Iterable[int],
    *,
    actor: User,
    organisation: Organisation,
    verb: str,
    message: str = "",
    reason: str = "",
) -> tuple[int, list[Unanswered]]:
    """Accept or decline many at once; those that moved on are told line by line, and the rest goes on.

    Slots, then applications are locked first, in their order, so that answers of two members never wait for each
    other. `{prénom}` and `{mission}` in the message stand for each person's own.
    """
    chosen = Participation.objects.told_to_organisation().filter(
        pk__in=list(ids)[:MOST_ANSWERED_AT_ONCE], mission__organisation=organisation
    )
    lock_all(Slot.objects.filter(pk__in=chosen.values("slot")))
    lock_all(chosen)
    done, refused = 0, []
    for row in chosen.select_related("person", "mission").order_by("applied_at", "pk"):
        assert row.person is not None
        words = message.replace("{prénom}", row.person.first_name).replace("{mission}", row.mission.title)
        try:
            with transaction.atomic():
                if verb == "accept":
                    accept(row, actor=actor, message=words)
                else:
                    decline(row, actor=actor, reason=reason, message=words)
        except RuleBroken as refusal:
            refused.append(Unanswered(row, refusal.message))
        else:
            done += 1
    return done, refused


@transaction.atomic
def participants_of_slot(slot: Slot, *, actor: User) -> list[Participation]:
    """Who was accepted on a slot, with contacts, to take away: what leaves is recorded."""
    mission = Mission.objects.select_related("organisation").get(pk=slot.mission_id)
    if not policies.can_handle(actor, mission.organisation):
        raise NotAllowed
    if not mission.organisation.is_verified:
        state = mission.organisation.get_state_display()
        raise NotAllowed(f"Votre organisation est {state} : les coordonnées des personnes sont masquées.")
    rows = list(
        Participation.objects.filter(slot=slot, state__in=policies.CONTACT_STATES)
        .select_related("person__commune")
        .order_by("person__last_name", "person__first_name", "pk")
    )
    record("mission.participants_exported", mission, actor=actor, slot=slot.pk, number=len(rows))
    return rows


@transaction.atomic
def realise(
    participation: Participation, *, actor: User | None, version: int | None = None, came: int | None = None
) -> Participation:
    """The person came; of a team, so many did."""
    _lock_mission(participation)
    participation = _to_answer(participation, actor, version)
    _require_begun(participation)
    if participation.as_team:
        if came is None or not 1 <= came <= participation.places:
            raise RuleBroken(
                f"Dites combien de personnes sont venues, de 1 à {participation.places} : c’est le nombre inscrit.",
                code="came",
            )
        participation.came = came
    _move(participation, "realise")
    record("participation.realised", participation, actor=actor, **_about(participation))
    notifications.tell_person(participation, "realised")
    _finish_mission(participation.mission)
    return participation


@transaction.atomic
def mark_absent(
    participation: Participation, *, actor: User | None, version: int | None = None
) -> Participation:
    _lock_mission(participation)
    participation = _to_answer(participation, actor, version)
    _require_begun(participation)
    _move(participation, "mark_absent")
    record("participation.absent", participation, actor=actor, **_about(participation))
    _finish_mission(participation.mission)
    return participation


@transaction.atomic
def cancel(
    participation: Participation, *, actor: User | None, reason: str = "", version: int | None = None
) -> Participation:
    """The person steps back at any moment; the organisation may too, with a reason. The other side is told."""
    participation = _locked(participation)
    if not policies.can_cancel(actor, participation):
        raise NotAllowed
    _check_version(participation, version)
    by_person = policies.is_own(actor, participation)
    if not by_person and not clean(reason):
        raise RuleBroken("Dites à la personne pourquoi vous annulez.", code="reason")
    if participation.as_team and not clean(reason):
        raise RuleBroken("Dites à l’association pourquoi votre équipe ne vient pas.", code="reason")
    was_told = participation.state != State.TO_CONFIRM
    target = TRANSITIONS.target("cancel", participation.state, label=participation.get_state_display())
    _leave(participation, target, actor, reason=reason)
    if by_person and was_told:
        notifications.tell_organisation(participation, "cancelled")
    elif not by_person:
        notifications.tell_person(participation, "cancelled")
    if by_person and participation.person:
        touch(participation.person)
    return participation


@transaction.atomic
def forget_person(person: Person) -> None:
    """The person is erased: what is in course is cancelled and told, the facts stay without what was written."""
    mine = Participation.objects.of_person(person)
    named = Participation.objects.teams().naming(person).exclude(person=person)
    touched = Q(participations__in=mine.values("pk")) | Q(participations__in=named.values("pk"))
    # slots before applications
    lock_all(Slot.objects.filter(pk__in=Slot.objects.filter(touched).values("pk")))
    handed: list[int] = []
    for team in mine.teams().live().order_by("slot_id", "pk"):
        others = policies.contacts_of(team.group_organisation).exclude(pk=person.pk)  # type: ignore[arg-type]
        if (other := others.first()) is not None:
            _hand_over(_locked(team), other)
            handed.append(team.pk)
    _forget_contact(person, handed)
    mine.filter(state=State.TO_CONFIRM).delete()
    mine.update(
        message="",
        answer="",
        cancel_reason="",
        reasons=[],
        request=None,
        team_name="",
        contact_name="",
        contact_phone="",
    )
    mine.alone().update(group_name="")
    for row in mine.live().order_by("slot_id", "pk"):
        participation = _locked(row)
        _leave(participation, State.CANCELLED, None, reason="la personne a fermé son compte")
        notifications.tell_organisation(participation, "cancelled")


def _forget_contact(person: Person, handed: Sequence[int]) -> None:
    """Nobody is told any more to reach this person on the day: whoever follows the team is, until they say another."""
    teams = Participation.objects.teams().exclude(person=person)
    by_name = Q(pk__in=handed, contact_name__iexact=person.full_name)
    for row in (teams.naming(person) | teams.filter(by_name)).order_by("slot_id", "pk"):
        participation = _locked(row)
        follower = participation.person if participation.state in LIVE_STATES else None
        participation.contact_name = follower.full_name[:120] if follower else ""
        participation.contact_phone = follower.phone if follower else ""
        participation.version += 1
        participation.save()
        if follower is not None:
            fields, places = ["contact_name", "contact_phone"], participation.places
            record(
                "participation.team_changed",
                participation,
                **_about(participation),
                fields=fields,
                before=places,
                places=places,
            )
            notifications.tell_team_changed(participation, before=places)


# --- what happens to the mission ------------------------------------------------------------------


@transaction.atomic
def cancel_of_mission(mission_id: int, *, slots: Iterable[int] | None = None, reason: str = "") -> int:
    """The mission, or some slots, will not take place: each person in course is told once. Safe to run twice."""
    rows = Participation.objects.filter(mission_id=mission_id, state__in=OPEN_STATES, person__isnull=False)
    if slots is not None:
        rows = rows.filter(slot__in=slots)
    ended: list[Participation] = []
    for row in rows.order_by("slot_id", "pk"):
        participation = _locked(row)
        if participation.state not in OPEN_STATES:
            continue
        why = clean(reason) or participation.mission.state_reason or "la mission n’a pas lieu"
        _leave(participation, State.CANCELLED, None, reason=why)
        ended.append(participation)
    goes_on = slots is not None and bool(ended) and ended[0].mission.state == MissionState.OPEN
    others = {row.pk: nearest_free_slots(row.slot, row.places) for row in ended} if goes_on else {}
    notifications.tell_ended(ended, others)
    return len(ended)


@transaction.atomic
def slot_moved(slot_id: int, *, sequence: int, before: str) -> int:
    """The slot has another time: each person in course is asked once whether they still come. Safe to run twice.

    Whoever is not old enough on the new day cannot come: the seat is free again and both sides are told.
    """
    rows = Participation.objects.filter(
        slot=slot_id, state__in=OPEN_STATES, person__isnull=False, known_sequence__lt=sequence
    )
    told = 0
    similar: list[alternatives.Alternative] | None = None
    for row in rows.order_by("pk"):
        participation = _locked(row)
        if similar is None:
            similar = alternatives.near([participation.mission])
        if participation.state not in OPEN_STATES or participation.known_sequence >= sequence:
            continue
        participation.known_sequence = participation.slot.sequence  # moved again meanwhile: told once
        mission, slot, person = participation.mission, participation.slot, participation.person
        assert person is not None
        day = age_day(slot)
        if participation.as_team:
            day = max(day, person.eighteen_on or day)  # the age of who registers it is no matter
        if not is_old_enough(person, 16, day) or not is_old_enough(person, mission.minimum_age, day):
            age = mission.minimum_age
            was_told = participation.state != State.TO_CONFIRM
            why = f"le créneau a changé de date, et vous n’aurez pas encore {age} ans ce jour-là"
            _leave(participation, State.CANCELLED, None, reason=why)
            notifications.tell_ended([participation])
            if was_told:
                notifications.tell_organisation(participation, "too_young")
        else:
            if participation.moved_from in ("", when_in_words(slot)[:200]):
                participation.moved_from = before[:200]
            participation.moved_at = now()
            participation.version += 1
            participation.save()
            others = nearest_free_slots(slot, participation.places)
            notifications.tell_moved(participation, before=before, others=others, similar=similar)
        told += 1
    return told


@transaction.atomic
def mission_changed(mission_id: int, *, fields: Iterable[str], event_id: int) -> int:
    """What a published mission asks or where it takes place changed after people applied. Nobody is dropped: whoever
    comes is told of the new place, the organisation of who is too young now. Safe to run twice.
    """
    names = set(fields)
    rows = Participation.objects.filter(mission=mission_id, state__in=OPEN_STATES, person__isnull=False)
    in_course = list(
        rows.select_related("mission__organisation", "slot", "person").order_by("applied_at", "pk")
    )
    told = 0
    if in_course and names & {"addresses", "mode"}:
        places = _places(in_course[0].mission)
        told += notifications.tell_place_changed(in_course, places=places, event_id=event_id)
    if "minimum_age" in names:
        young = [row for row in in_course if row.state in LIVE_STATES and is_too_young(row)]
        told += notifications.tell_age_raised(young, event_id=event_id)
    return told


@transaction.atomic
def still_coming(
    participation: Participation, *, actor: User | None, version: int | None = None
) -> Participation:
    """The person agrees to the new time of their slot. Saying it twice is once."""
    participation = _locked(participation)
    if not policies.is_own(actor, participation):
        raise NotAllowed
    if not participation.moved_from:
        return participation
    _check_version(participation, version)
    if participation.state not in OPEN_STATES:
        raise RuleBroken("Cette candidature n’est plus en cours.", code="wrong_state")
    participation.moved_from, participation.moved_at = "", None
    participation.version += 1
    participation.save()
    if participation.person:
        touch(participation.person)
    record("participation.still_coming", participation, actor=actor, **_about(participation))
    return participation


@transaction.atomic
def mission_closed(mission_id: int, *, event_id: int, decline: bool = False, message: str = "") -> int:
    """No new application: each person in course is told once what becomes of theirs. Safe to run twice."""
    if not decline and Mission.objects.open().filter(pk=mission_id).exists():
        return 0  # open again before anybody was told
    rows = Participation.objects.filter(mission=mission_id)
    return _closed(rows, decline=decline, message=message, event_id=event_id)


@transaction.atomic
def organisation_closed(organisation_id: int, *, event_id: int) -> int:
    """Nobody is left to answer: what waits is declined, and each person is told once, of all. Safe to run twice."""
    rows = Participation.objects.filter(mission__organisation=organisation_id)
    return _closed(rows, decline=True, message="", event_id=event_id, whole=True)


@transaction.atomic
def missions_paused(event_id: int, *, organisation_id: int, mission_id: int | None = None) -> int:
    """The organisation, or one mission, is suspended: each person in course is told once, of all of theirs.

    Safe to run twice. Nobody is told when the suspension was lifted meanwhile.
    """
    rows = Participation.objects.live().filter(mission__organisation=organisation_id)
    if mission_id is not None:
        rows = rows.filter(mission=mission_id)
    return notifications.tell_paused(_with_words(rows), event_id, alone=mission_id is not None)


@transaction.atomic
def missions_resumed(
    paused_by: int, event_id: int, *, organisation_id: int, mission_id: int | None = None
) -> int:
    """The suspension ends: whoever was told of it learns that their applications go on."""
    rows = Participation.objects.live().filter(mission__organisation=organisation_id)
    if mission_id is not None:
        rows = rows.filter(mission=mission_id)
    return notifications.tell_resumed(_with_words(rows), event_id, paused_by=paused_by)


def _closed(
    rows: "QuerySet[Participation]", *, decline: bool, message: str, event_id: int, whole: bool = False
) -> int:
    ended: list[Participation] = []
    going_on: list[Participation] = []
    rows = rows.filter(state__in=OPEN_STATES, person__isnull=False)
    for row in rows.order_by("mission_id", "slot_id", "pk"):
        participation = _locked(row)
        if participation.state == State.TO_CONFIRM:
            _leave(participation, State.CANCELLED, None, reason="la mission est fermée")
            ended.append(participation)
        elif participation.state in WAITING_STATES and decline:
            participation.answer = clean(message)
            participation.decline_reason = DeclineReason.CLOSED
            participation.answered_at = now()
            _move(participation, "decline")
            record("participation.declined", participation, **_about(participation))
            ended.append(participation)
        elif participation.state in LIVE_STATES:
            going_on.append(participation)
    notifications.tell_closed(ended, going_on, event_id=event_id, whole=whole)
    return len(ended) + len(going_on)


def _with_words(rows: "QuerySet[Participation]") -> list[Participation]:
    return list(rows.select_related("mission__organisation", "slot", "person").order_by("applied_at", "pk"))


# --- a partner's mission --------------------------------------------------------------------------


@transaction.atomic
def depart(
    mission: Mission, *, person: Person | None = None, request: EngagementRequest | None = None
) -> Departure:
    """Somebody leaves to apply at the partner's: counted once per person, always when unknown."""
    mission = lock(Mission.objects.select_related("organisation"), pk=mission.pk)
    if not mission.is_imported:
        raise RuleBroken("On candidate à cette mission ici même.", code="not_imported")
    _guard_open(mission)
    if person is None:
        departure = Departure.objects.create(mission=mission)
    else:
        _guard_age(mission, None, person)
        guardians.require_cleared(person)
        departure, _ = Departure.objects.get_or_create(
            person=person, mission=mission, defaults={"request": request}
        )
        if request is not None and departure.request_id is None:
            departure.request = request
            departure.save(update_fields=["request"])
        touch(person)
    record(
        "departure.recorded",
        departure,
        actor=_account(person),
        mission=mission.pk,
        person=person.pk if person else None,
        request=departure.request_id,
    )
    return departure


@transaction.atomic
def ask_about_departure(departure_id: int) -> bool:
    """One week later: "Avez-vous candidaté ?". Safe to run twice."""
    departure = lock(Departure.objects.select_related("person", "mission"), pk=departure_id)
    if departure.asked_at or departure.answer or departure.person is None:
        return False
    departure.asked_at = now()
    departure.save(update_fields=["asked_at"])
    notifications.ask_about_departure(departure)
    return True


@transaction.atomic
def answer_departure(departure: Departure, *, answer: str, actor: User | None = None) -> Departure:
    """Yes or no; changing one's mind is allowed, saying the same twice is once."""
    departure = lock(Departure.objects.select_related("person", "mission"), pk=departure.pk)
    if actor is not None and departure.person_id != actor.person_id:
        raise NotAllowed
    if answer not in Departure.Answer.values:
        raise RuleBroken("Répondez par oui ou par non.", code="answer")
    if departure.answer == answer:
        return departure
    departure.answer, departure.answered_at = answer, now()
    departure.save(update_fields=["answer", "answered_at"])
    if departure.person:
        touch(departure.person)
    record(
        "departure.answered",
        departure,
        actor=actor,
        mission=departure.mission_id,
        person=departure.person_id,
        request=departure.request_id,
        answer=answer,
    )
    return departure


# --- alerts and clocks ----------------------------------------------------------------------------


@transaction.atomic
def alert_when_free(
    person: Person, mission: Mission, *, places: int = 1, actor: User | None = None
) -> PlaceAlert:
    """Tell this person once when a place frees, or as many as the group needs."""
    if not policies.can_apply(actor, person):
        raise NotAllowed
    asked = PlaceAlert(person=person, mission=mission, places=places)
    PlaceAlert.objects.bulk_create([asked], ignore_conflicts=True)
    touch(person)
    alert = lock(PlaceAlert.objects.all(), person=person, mission=mission, told_at__isnull=True)
    if alert.places != places:
        alert.places = places
        alert.save(update_fields=["places"])
    return alert


@transaction.atomic
def forget_alert(alert: PlaceAlert, *, actor: User) -> None:
    """The person no longer waits for a place there."""
    if not policies.can_apply(actor, alert.person):
        raise NotAllowed
    alert = lock(PlaceAlert.objects.all(), pk=alert.pk)
    record("place_alert.deleted", alert, actor=actor, mission=alert.mission_id)
    alert.delete()


@transaction.atomic
def tell_of_free_places(mission_id: int) -> int:
    """A place may have freed: those who asked are told once. Safe to run twice."""
    mission = Mission.objects.open().filter(pk=mission_id).first()
    free = list(free_slots(mission)) if mission else []
    most = max((slot.free for slot in free), default=0)
    most_together = max((slot.free for slot in free if slot.kind != SlotKind.UNDATED), default=0)
    alerts = (
        PlaceAlert.objects.filter(mission=mission_id, told_at__isnull=True)
        .filter(Q(places=1, places__lte=most) | Q(places__lte=most_together))
        .select_related("person")
        .select_for_update(of=("self",), skip_locked=True)
    )
    told = 0
    for alert in alerts.order_by("created_at", "pk"):
        alert.told_at = now()
        alert.save(update_fields=["told_at"])
        notifications.tell_place_free(alert)
        told += 1
    return told


def alerts_to_answer_otherwise() -> "QuerySet[PlaceAlert]":
    """Those who have waited three weeks for a place, and were not shown other missions yet."""
    return PlaceAlert.objects.filter(
        told_at__isnull=True,
        others_shown_at__isnull=True,
        created_at__lte=now() - timedelta(days=OTHERS_AFTER_DAYS),
    )


@transaction.atomic
def show_other_missions(alert_id: int) -> bool:
    """Three weeks without a place: other missions, once. Asked again tomorrow when there is none. Safe to run twice."""
    alert = lock(PlaceAlert.objects.select_related("person", "mission__organisation__commune"), pk=alert_id)
    if alert.told_at or alert.others_shown_at:
        return False
    known = Participation.objects.of_person(alert.person).alone().values_list("mission", flat=True)
    others = alternatives.for_one(
        alternatives.near([alert.mission]),
        adult=not alert.person.is_minor_on(today()),
        places=alert.places,
        but=known,
    )
    if not others:
        return False
    alert.others_shown_at = now()
    alert.save(update_fields=["others_shown_at"])
    notifications.tell_other_missions(alert, others)
    return True


@transaction.atomic
def erase_unconfirmed() -> int:
    """What was not confirmed in 48 hours is erased, with what was typed."""
    rows = Participation.objects.filter(state=State.TO_CONFIRM, contact__expires_at__lte=now())
    return rows.delete()[0]


def give_up_on_guardians() -> int:
    """Applications that waited too long for a guardian's mail end, and the person is told."""
    late = Participation.objects.filter(
        state=State.TO_CONFIRM, person__isnull=False, created_at__lte=now() - timedelta(days=GUARDIAN_DAYS)
    )
    given_up = 0
    for row in late.select_related("person"):
        if row.person is not None and guardians.is_cleared(row.person):  # of age meanwhile
            guardian_told(row.person.pk)
            continue
        with transaction.atomic():
            participation = _locked(row)
            if participation.state != State.TO_CONFIRM:
                continue
            why = "votre parent ou tuteur n’a pas pu être prévenu"
            _leave(participation, State.CANCELLED, None, reason=why)
            notifications.tell_not_kept(participation)
            given_up += 1
    return given_up


def departures_to_ask() -> "QuerySet[Departure]":
    """The departures whose question is due."""
    return Departure.objects.filter(
        asked_at__isnull=True,
        answer="",
        person__isnull=False,
        created_at__lte=now() - timedelta(days=QUESTION_DAYS),
    )


def late_applications() -> Any:
    """Applications that wait for an answer for more than five days: shown and counted."""
    return Participation.objects.waiting().filter(applied_at__lt=now() - timedelta(days=ANSWER_DAYS))


# --- reads that the guards share ------------------------------------------------------------------


def free_slots(mission: Mission, places: int = 1) -> "QuerySet[Slot]":
    """The slots of this mission on which one person, or a whole group, may apply now."""
    rows = Slot.objects.live().with_places(places).filter(mission=mission)
    return rows if places == 1 else rows.exclude(kind=SlotKind.UNDATED)


def nearest_free_slots(slot: Slot, places: int = 1) -> list[Slot]:
    """The open slots of the same mission, nearest in time first."""
    others = [other for other in free_slots(slot.mission, places) if other.pk != slot.pk]
    around = slot.starts_at or now()
    others.sort(key=lambda other: (abs(((other.starts_at or around) - around).total_seconds()), other.pk))
    return others[:SHOWN_ALTERNATIVES]


def age_day(slot: Slot | None) -> date:
    """The day on which the age counts: the slot's, else the first it may start, else today."""
    if slot is None:
        return today()
    return slot.local_date or max(today(), slot.valid_from or today())


def is_old_enough(who: AgeMarks, minimum: int, day: date) -> bool:
    """Compare the two birthdays we keep with the day; without them, somebody known to be an adult."""
    birthday = who.sixteen_on if minimum == 16 else who.eighteen_on
    return birthday is None or birthday <= day


def is_too_young(participation: Participation) -> bool:
    """Whether the mission now asks for an age that this person does not have on the day: it was raised since."""
    person, minimum = participation.person, participation.mission.minimum_age
    if participation.under_16 and minimum > 16:
        return True
    return person is not None and not is_old_enough(person, minimum, age_day(participation.slot))


def _places(mission: Mission) -> list[str]:
    """Where the mission takes place, a line for each address."""
    lines = [address.in_words for address in mission.addresses.select_related("commune")]
    return [*lines, "à distance"] if mission.mode != MissionMode.ON_SITE else lines


# --- inside ---------------------------------------------------------------------------------------


def _lock_slot(slot: Slot) -> tuple[Mission, Slot]:
    mission = lock(Mission.objects.select_related("organisation"), pk=slot.mission_id)
    slot = lock(Slot.objects.filter(mission=mission), pk=slot.pk)
    slot.mission = mission
    return mission, slot


def _take_place(participation: Participation, slot: Slot, actor: User | None) -> Participation:
    """Under the locks of mission and slot: guard, write, tell both sides."""
    mission, slot = _lock_slot(slot)
    person = participation.person
    assert person is not None
    if participation.pk is not None:
        state = lock(Participation.objects.all(), pk=participation.pk).state
        TRANSITIONS.target("confirm", state, label=State(state).label)
    group = participation.group
    if slot.team_places and group.kind in OF_ORGANISATIONS and not participation.as_team:
        _require_brought(person, group)
        participation.as_team = True
        participation.contact_name, participation.contact_phone = person.full_name[:120], person.phone
    _guard(mission, slot, person, group, as_team=participation.as_team)
    guardians.require_cleared(person)
    participation.mission, participation.slot = mission, slot
    participation.state = State.APPLIED
    participation.applied_at = participation.state_changed_at = now()
    participation.known_sequence, participation.moved_from = slot.sequence, ""
    participation.moved_at = None
    try:
        with transaction.atomic():
            participation.save()
    except IntegrityError as error:
        raise _in_french(error, slot, participation.places) from error
    touch(person)
    record("participation.applied", participation, actor=actor or _account(person), **_about(participation))
    notifications.tell_person(participation, "applied")
    notifications.tell_organisation(participation, "applied")
    return participation


def _require_brought(who: Person | UnconfirmedContact, group: Group) -> None:
    """A team has its own places: it comes with its organisation, brought by who coordinates it."""
    if not isinstance(who, Person) or not policies.can_bring(who, group.organisation):
        raise RuleBroken(
            "Cette mission a des places d’équipe : les personnes qui coordonnent votre entreprise ou votre association "
            "sur Jeveuxagir l’inscrivent depuis la page de la mission, « Venir en équipe ».",
            code="team_way",
        )


def _guard(
    mission: Mission,
    slot: Slot,
    who: Person | UnconfirmedContact,
    group: Group,
    *,
    as_team: bool = False,
) -> None:
    """All that may refuse an application, in the order a person should hear it."""
    if mission.is_imported or slot.seatless:
        name = mission.source_name or "notre partenaire"
        raise RuleBroken(f"Cette mission vient de {name} : on y candidate chez lui.", code="imported")
    _guard_open(mission)
    if slot.cancelled_at:
        raise RuleBroken("Ce créneau est annulé. Choisissez-en un autre.", code="slot_cancelled")
    if slot.kind == SlotKind.DATED and slot.starts_at and slot.starts_at <= now():
        raise RuleBroken("Ce créneau est passé. Choisissez-en un autre.", code="past")
    if slot.valid_until and slot.valid_until < today():
        raise RuleBroken("Ce créneau est terminé. Choisissez-en un autre.", code="past")
    if isinstance(who, Person) and policies.handles_for(who, mission.organisation):
        raise RuleBroken(OWN_MISSION, code="own")
    if as_team:
        _guard_team(mission, slot, who, group)
        return
    if isinstance(who, Person):
        if Participation.objects.live().filter(mission=mission, person=who).exists():
            raise RuleBroken("Vous avez déjà une candidature en cours pour cette mission.", code="duplicate")
        if Participation.objects.filter(slot=slot, person=who, state__in=SEAT_STATES).exists():
            raise RuleBroken("Vous avez déjà participé à ce créneau.", code="duplicate")
    _guard_age(mission, slot, who)
    _guard_group(mission, slot, who, group)
    if slot.taken + group.places > slot.capacity:
        raise _full(slot, group.places)


def _guard_team(mission: Mission, slot: Slot, who: Person | UnconfirmedContact, group: Group) -> None:
    """A place for teams, the mission's sizes, one team of an organisation a slot, room for all its people."""
    if not mission.team_places or not slot.team_places:
        raise RuleBroken("Ce créneau n’accueille pas d’équipe.", code="no_teams")
    if group.organisation == mission.organisation:
        raise RuleBroken(OWN_MISSION, code="own")
    group.check(who)
    _guard_team_size(mission, group.places)
    teams = Participation.objects.teams().filter(slot=slot, state__in=SEAT_STATES)
    if teams.filter(group_organisation=group.organisation).exists():
        raise RuleBroken("Votre organisation a déjà une équipe sur ce créneau.", code="duplicate")
    if slot.teams_taken >= slot.team_places:
        raise _full_of_teams(slot, group.places)
    if slot.taken + group.places > slot.capacity:
        raise _full(slot, group.places)


def _guard_team_size(mission: Mission, places: int) -> None:
    if not mission.team_places:
        raise RuleBroken(
            "La mission n’accueille plus d’équipe : la vôtre reste inscrite telle quelle.", code="no_teams"
        )
    if not (mission.team_smallest or 0) <= places <= (mission.team_largest or 0):
        raise RuleBroken(
            f"Cette mission accueille des équipes de {mission.team_smallest} à {mission.team_largest} personnes.",
            code="team_size",
        )


def _guard_growth(mission: Mission, participation: Participation) -> None:
    """What would not be registered anew does not grow; fewer may always come."""
    _require_acting_team(participation, "elle ne vient pas plus nombreuse")
    if mission.state != MissionState.OPEN:
        raise RuleBroken(
            f"Cette mission n’accepte plus de candidature : venez à {participation.places}, ou moins nombreux.",
            code="closed",
        )


def _require_acting_team(participation: Participation, refused: str) -> None:
    """An organisation that is suspended or closed brings nobody more, and is opened no contacts."""
    organisation = participation.group_organisation
    if participation.as_team and organisation is not None and not organisation.is_verified:
        raise RuleBroken(
            f"{organisation.name} est {organisation.get_state_display()} : {refused}.",
            code="organisation_state",
        )


def _full_of_teams(slot: Slot, places: int) -> Full:
    """Every place for teams is taken here; the nearest days that have one, if any."""
    others = [other for other in nearest_free_slots(slot, places) if other.teams_taken < other.team_places]
    refusal = Full(others, places=places)
    words = "toutes les places d’équipe de ce créneau sont prises"
    more = "D’autres créneaux en ont encore." if others else "Aucun autre créneau n’en a."
    refusal.message = f"{words[0].upper()}{words[1:]}. {more}"
    return refusal


def _guard_group(mission: Mission, slot: Slot, who: Person | UnconfirmedContact, group: Group) -> None:
    """A family's under-16s go where 16 is enough, a mission for adults takes none; a group needs a date."""
    group.check(who)
    if slot.team_places and group.kind in OF_ORGANISATIONS:
        _require_brought(who, group)
    if group.under_16 and mission.minimum_age > 16:
        raise RuleBroken(
            "Cette mission demande d’avoir 18 ans : elle n’accueille pas de moins de 16 ans, même en famille.",
            code="under_age",
        )
    if group.places > 1 and slot.kind == SlotKind.UNDATED:
        raise RuleBroken(
            "Les horaires de ce créneau sont à convenir : ce n’est pas possible à plusieurs. "
            "Choisissez un créneau avec un jour et une heure.",
            code="group_undated",
        )


def _full(slot: Slot, places: int) -> Full:
    return Full(nearest_free_slots(slot, places), free=slot.free, places=places)


def _guard_open(mission: Mission) -> None:
    if mission.state != MissionState.OPEN or not mission.organisation.is_verified:
        raise RuleBroken("Cette mission n’accepte plus de candidature.", code="closed")


def _guard_age(mission: Mission, slot: Slot | None, who: AgeMarks) -> None:
    if who.birth_year is None:
        raise RuleBroken("Indiquez d’abord votre date de naissance.", code="birth_date")
    day = age_day(slot)
    if not is_old_enough(who, 16, day):
        raise RuleBroken("Il faut avoir 16 ans pour candidater seul.", code="under_age")
    if not is_old_enough(who, mission.minimum_age, day):
        raise RuleBroken("Cette mission demande d’avoir 18 ans le jour de la mission.", code="under_age")


def _in_french(error: IntegrityError, slot: Slot, places: int) -> Exception:
    """The refusal that a named constraint stands for; anything else stays an error."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", "") or ""
    if name == "slot_never_overbooked":
        return _full(slot, places)
    if name == "slot_teams_never_overbooked":
        return _full_of_teams(slot, places)
    if name == "participation_team_size":
        return RuleBroken(
            "La taille des équipes a changé entre-temps : relisez la mission.", code="team_size"
        )
    if name == "participation_one_team_per_slot":
        return RuleBroken("Votre organisation a déjà une équipe sur ce créneau.", code="duplicate")
    if name in ("participation_once_per_mission", "participation_once_per_slot"):
        return RuleBroken("Vous avez déjà une candidature en cours pour cette mission.", code="duplicate")
    if name == "slot_imported_holds_no_seat":
        return RuleBroken("On candidate à cette mission chez notre partenaire.", code="imported")
    return error


def _lock_mission(participation: Participation) -> None:
    """Organisation, then mission: the last participation to end finishes its mission."""
    lock(Organisation.objects.all(), missions=participation.mission_id)
    lock(Mission.objects.all(), pk=participation.mission_id)


def _locked(participation: Participation) -> Participation:
    """Slot, then participation: freeing a place writes the slot."""
    slot = lock(Slot.objects.all(), pk=participation.slot_id)
    locked = lock(
        Participation.objects.select_related(
            "mission__organisation", "person", "request", "group_organisation"
        ),
        pk=participation.pk,
    )
    locked.slot = slot
    return locked


def _to_answer(participation: Participation, actor: User | None, version: int | None) -> Participation:
    participation = _locked(participation)
    if not policies.can_answer(actor, participation):
        raise NotAllowed
    _check_version(participation, version)
    return participation


def _require_verified(mission: Mission) -> None:
    """A yes opens a person's contacts: not to an organisation that is suspended or closed."""
    organisation = mission.organisation
    if not organisation.is_verified:
        raise RuleBroken(
            f"Votre organisation est {organisation.get_state_display()} : vous pouvez refuser une candidature, "
            "pas l’accepter.",
            code="organisation_state",
        )


def _check_version(participation: Participation, version: int | None) -> None:
    if version is not None and version != participation.version:
        raise Stale(
            f"Cette candidature a changé entre-temps : elle est « {participation.get_state_display()} ». "
            "Relisez-la avant de répondre.",
            code="stale",
        )


def _move(participation: Participation, verb: str) -> None:
    participation.state = TRANSITIONS.target(
        verb, participation.state, label=participation.get_state_display()
    )
    participation.state_changed_at = now()
    participation.version += 1
    participation.save()


def _leave(participation: Participation, state: str, actor: User | None, *, reason: str) -> None:
    participation.state = state
    participation.state_changed_at = now()
    participation.cancel_reason = clean(reason)[:500]
    participation.version += 1
    participation.save()
    record("participation.cancelled", participation, actor=actor, **_about(participation))


def _hand_over(participation: Participation, person: Person) -> None:
    """Whoever registered the team is no longer there: somebody else of its organisation follows it."""
    participation.person = person
    participation.version += 1
    participation.save()
    record("participation.team_handed_over", participation, **_about(participation))


def _about(participation: Participation) -> dict[str, Any]:
    about = {
        "mission": participation.mission_id,
        "slot": participation.slot_id,
        "person": participation.person_id,
        "request": participation.request_id,
    }
    return about | ({"team_of": participation.group_organisation_id} if participation.as_team else {})


def has_begun(participation: Participation) -> bool:
    """Whether this person could have come already: their first session has begun (for a rhythm, its day has)."""
    slot = participation.slot
    if slot.starts_at is not None:
        return slot.starts_at <= now()
    zone = ZoneInfo(slot.zone)
    since = participation.answered_at or participation.state_changed_at
    agreed = since.astimezone(zone).date()
    if slot.kind == SlotKind.WEEKLY and slot.weekday is not None:
        first = max(agreed, slot.valid_from or agreed)
        first += timedelta(days=(slot.weekday - first.weekday()) % 7)
    else:
        first = max(agreed + timedelta(days=1), slot.valid_from or agreed)
    return first <= now().astimezone(zone).date()


def _require_begun(participation: Participation) -> None:
    if not has_begun(participation):
        raise RuleBroken(
            "La personne n’est pas encore venue : sa première séance est à venir.", code="not_yet"
        )


def _finish_mission(mission: Mission) -> None:
    """A closed mission whose every participation has its end is done."""
    mission.refresh_from_db(fields=["state"])
    if (
        mission.state == MissionState.CLOSED
        and not Participation.objects.live().filter(mission=mission).exists()
    ):
        mission_services.finish(mission, actor=None)


def _account(person: Person | None) -> User | None:
    return User.objects.filter(person=person).first() if person else None
