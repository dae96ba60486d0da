"""What somebody should know before they apply: said, never forbidding."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.clock import PARIS, today
from jeveuxagir.common.text import NBSP
from jeveuxagir.territories.geo import distance_km
from missions.enums import MissionMode, SlotKind
from missions.models import Mission, Slot
from missions.words import when_in_words

from .enums import State
from .models import Participation

#: Farther than this, the distance is said before one applies.
FAR_KM = 30
#: From this application of the day on, one is asked to think twice.
MANY_A_DAY = 4


@dataclass(frozen=True)
class Caution:
    code: str
    text: str


def at_first_sight(person: Person | None, mission: Mission) -> list[Caution]:
    """Shown with the form: how far it is, and what age changes. Reads the mission's addresses with their communes."""
    said = []
    if mission.minimum_age == 18:
        said.append(Caution("adult", "Cette mission demande d’avoir 18 ans le jour de la mission."))
    if person is None:
        return said
    kilometres = _distance(person, mission)
    if kilometres is not None and kilometres > FAR_KM:
        assert person.commune is not None
        said.append(
            Caution(
                "far",
                f"Cette mission est à {round(kilometres)}{NBSP}km {person.commune.of_label}. Vérifiez que vous "
                "pouvez vous y rendre.",
            )
        )
    if person.is_minor_on(today()) and mission.minimum_age == 16:
        said.append(
            Caution(
                "minor",
                "Vous avez 16 ou 17 ans : un parent ou tuteur est prévenu avant que votre candidature parte.",
            )
        )
    return said


def before_sending(person: Person, slot: Slot, *, named: bool = True) -> list[Caution]:
    """What asks for a second click: a full day of applications, a time that is already taken.

    `named` says which mission is expected then: to the person signed in, not to whoever holds a link.
    """
    said = []
    sent = _sent_today(person)
    if sent + 1 >= MANY_A_DAY:
        said.append(
            Caution(
                "many",
                f"Vous avez déjà envoyé {sent} candidatures aujourd’hui. Chaque organisation prend le temps de vous "
                "répondre : candidatez si vous pouvez vraiment venir.",
            )
        )
    agreed = (
        Participation.objects.of_person(person)
        .filter(state=State.ACCEPTED)
        .exclude(mission=slot.mission_id)
        .select_related("mission", "slot")
    )
    said += [
        Caution(
            "overlap",
            f"Ce créneau tombe en même temps qu’une mission où l’on vous attend : « {other.mission.title} », "
            f"{when_in_words(other.slot)}."
            if named
            else "Ce créneau tombe en même temps qu’une mission où l’on vous attend.",
        )
        for other in agreed
        if overlap(slot, other.slot)
    ]
    return said


def before_accepting(
    person: Person, mission: Mission, slot: Slot, *, named: bool, says_distance: bool
) -> list[Caution]:
    """What asks for a second click before a proposal becomes an application: as for applying, on one page less."""
    said = []
    if mission.prerequisites:
        said.append(Caution("asked", f"L’organisation demande : {mission.prerequisites}"))
    if not says_distance:
        said += [caution for caution in at_first_sight(person, mission) if caution.code == "far"]
    return said + before_sending(person, slot, named=named)


def key(cautions: Iterable[Caution]) -> str:
    """What a form sends back to say: read, and sent all the same."""
    return ",".join(sorted({caution.code for caution in cautions}))


def overlap(one: Slot, other: Slot) -> bool:
    """Whether both may need the same person at the same time; never told of hours to agree."""
    if SlotKind.UNDATED in (one.kind, other.kind):
        return False
    if one.starts_at and one.ends_at and other.starts_at and other.ends_at:
        return one.starts_at < other.ends_at and other.starts_at < one.ends_at
    if _weekday(one) != _weekday(other) or not _same_season(one, other):
        return False
    (start, end), (other_start, other_end) = _minutes(one), _minutes(other)
    return start < other_end and other_start < end


def _weekday(slot: Slot) -> int | None:
    return slot.local_date.weekday() if slot.local_date else slot.weekday


def _same_season(one: Slot, other: Slot) -> bool:
    """Whether their periods meet; a dated slot's period is its day."""
    (start, end), (other_start, other_end) = _period(one), _period(other)
    return start <= other_end and other_start <= end


def _period(slot: Slot) -> tuple[datetime.date, datetime.date]:
    return (
        slot.local_date or slot.valid_from or datetime.date.min,
        slot.local_date or slot.valid_until or datetime.date.max,
    )


def _minutes(slot: Slot) -> tuple[int, int]:
    assert slot.start_time is not None
    assert slot.end_time is not None
    start = slot.start_time.hour * 60 + slot.start_time.minute
    end = slot.end_time.hour * 60 + slot.end_time.minute
    return start, end if end > start else end + 24 * 60


def _sent_today(person: Person) -> int:
    midnight = datetime.datetime.combine(today(), datetime.time.min, tzinfo=PARIS)
    return Participation.objects.of_person(person).filter(created_at__gte=midnight).count()


def _distance(person: Person, mission: Mission) -> float | None:
    """Kilometres to the nearest address, for a mission that is only on site; None when it cannot be known."""
    town = person.commune
    if mission.mode != MissionMode.ON_SITE or town is None or town.latitude is None or town.longitude is None:
        return None
    found = []
    for address in mission.addresses.all():
        exact = address.latitude is not None and address.longitude is not None
        latitude = address.latitude if exact else address.commune.latitude
        longitude = address.longitude if exact else address.commune.longitude
        if latitude is not None and longitude is not None:
            found.append(distance_km(town.latitude, town.longitude, latitude, longitude))
    return min(found, default=None)
