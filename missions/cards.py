"""A mission in five lines: what, for whom, where and how far, when and how long, places left."""

from collections.abc import Iterable
from dataclasses import dataclass

from jeveuxagir.common.text import NBSP, plural
from jeveuxagir.ui.templatetags.ui import km

from .enums import MissionMode, SlotKind
from .models import Mission, Slot
from .words import day, hours, when_in_words


@dataclass(frozen=True)
class Card:
    """What `missions/_card.html` shows. Made from rows fetched with `search.for_cards`."""

    mission: Mission
    where: str
    distance: str
    when: str
    rhythm: str
    places: str
    is_full: bool

    @property
    def url(self) -> str:
        return self.mission.get_absolute_url()


def cards(missions: Iterable[Mission]) -> list[Card]:
    return [card(mission) for mission in missions]


def card(mission: Mission) -> Card:
    slots = by_date(mission.live_slots)  # type: ignore[attr-defined]
    distance = getattr(mission, "distance_km", None)
    return Card(
        mission=mission,
        where=where(mission),
        distance="" if distance is None or mission.mode == MissionMode.REMOTE else km(distance),
        when=when(slots),
        rhythm=mission.get_commitment_display(),
        places=places(mission, slots),
        is_full=not mission.is_imported and all(slot.free == 0 for slot in slots),
    )


def where(mission: Mission) -> str:
    """Its towns, or « à distance ». Uses the prefetched addresses."""
    towns = list(dict.fromkeys(address.commune.label for address in mission.addresses.all()))
    if mission.mode == MissionMode.ON_SITE and not towns:  # a draft
        return "Adresse à indiquer"
    if mission.mode == MissionMode.REMOTE or not towns:
        return "À distance"
    shown = ", ".join(towns[:2]) + (f" et {len(towns) - 2} autres" if len(towns) > 2 else "")
    return f"{shown} ou à distance" if mission.mode == MissionMode.HYBRID else shown


def by_date(slots: Iterable[Slot]) -> list[Slot]:
    """Dated ones first, soonest first; then by day of the week; then those to agree."""
    order = {SlotKind.DATED: 0, SlotKind.WEEKLY: 1, SlotKind.UNDATED: 2}
    return sorted(
        slots,
        key=lambda slot: (
            order[SlotKind(slot.kind)],
            slot.starts_at.timestamp() if slot.starts_at else 0,
            slot.weekday or 0,
            slot.pk,
        ),
    )


def when(slots: list[Slot]) -> str:
    """The next slot, and how many others."""
    if not slots:
        return "Aucun créneau à venir"
    first = next((slot for slot in slots if slot.free or slot.seatless), slots[0])
    if first.kind == SlotKind.DATED and first.local_date:
        text = f"{day(first.local_date)}, {hours(first)}"
    else:
        text = when_in_words(first)
    text = text[0].upper() + text[1:]
    others = len(slots) - 1
    return text + (f" (et {plural(others, 'autre créneau', 'autres créneaux')})" if others else "")


def places(mission: Mission, slots: list[Slot]) -> str:
    """Places left in all; a partner's own count is only approximate."""
    if mission.is_imported:
        total = sum(slot.capacity for slot in slots)
        return f"{plural(total, 'place', 'places')} chez {mission.source_name or 'un partenaire'}"
    free = sum(slot.free for slot in slots)
    if free == 0:
        return "Complet pour le moment"
    return f"Encore {plural(free, 'place', 'places')}" if free > 1 else f"Encore 1{NBSP}place"
