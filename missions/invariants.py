"""What must always hold of missions and slots."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import F

from jeveuxagir.common.registries import Invariant, invariants

from .enums import SlotKind, State
from .models import Mission, MissionAddress, Slot


def _wrong_instants() -> list[Slot]:
    """Dated slots to come whose instant is not their local hour."""
    rows = Slot.objects.live().filter(kind=SlotKind.DATED)
    return [slot for slot in rows.iterator() if not _says_its_hour(slot)]


def _says_its_hour(slot: Slot) -> bool:
    if slot.starts_at is None or slot.local_date is None or slot.start_time is None:
        return False
    there = slot.starts_at.astimezone(ZoneInfo(slot.zone)).replace(tzinfo=None)
    return there == datetime.combine(slot.local_date, slot.start_time)


def register() -> None:
    invariants.register(
        "missions.address_elsewhere",
        Invariant(
            "Les adresses d’une mission sont dans son département",
            lambda: MissionAddress.objects.exclude(commune__department=F("mission__department")),
        ),
    )
    invariants.register(
        "missions.open_without_a_date",
        Invariant(
            "Une mission ouverte a une date de publication et au moins un créneau",
            lambda: Mission.objects.filter(state=State.OPEN, slots__isnull=True),
        ),
    )
    invariants.register(
        "missions.open_where_nobody_hosts",
        Invariant(
            "Une mission ouverte est celle d’une organisation qui peut accueillir",
            lambda: Mission.objects.filter(state=State.OPEN, organisation__may_host=False),
        ),
    )
    invariants.register(
        "missions.hour_of_the_place",
        Invariant("L’instant d’un créneau est son heure sur place", _wrong_instants),
    )
