"""The writes of a partner's feed on missions: in bulk, and without an event that would match each one alone.

The feed (missions.feeds) decides which partner, which organisation and which mission; this says what is written.
Whoever calls holds the locks of the organisations and, for what exists, of the missions, in that order.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F

from jeveuxagir.accounts.models import User
from jeveuxagir.audit.services import record, record_many
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.locks import lock_all
from jeveuxagir.common.text import clean, slugify
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.territories.enums import DEFAULT_TIMEZONE
from organisations.models import Organisation

from . import services
from .enums import TRANSITIONS, CloseReason, SlotKind, State
from .models import Mission, MissionAddress, Slot
from .moderated import moderate_edit
from .services import PUBLISHED, Edited, MissionData


@dataclass(frozen=True)
class Origin:
    """The partner a mission comes from."""

    slug: str
    name: str


@dataclass(frozen=True)
class Imported:
    """What a feed says of one mission. `data.sdgs` is given, not looked up."""

    source_id: str
    application_url: str
    data: MissionData
    capacity: int
    starts_on: date | None = None
    ends_on: date | None = None
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def is_past(self) -> bool:
        return self.ends_on is not None and self.ends_on < today()


@dataclass(frozen=True)
class New:
    organisation: Organisation
    imported: Imported
    state: str


def create_many(origin: Origin, rows: Collection[New]) -> list[Mission]:
    """Insert missions that no feed had named before, each with its one undated slot (product decision 14)."""
    missions = Mission.objects.bulk_create([_new_mission(origin, row) for row in rows])
    pairs = list(zip(missions, rows, strict=True))
    MissionAddress.objects.bulk_create(
        address for mission, row in pairs for address in _addresses(mission, row.imported)
    )
    Slot.objects.bulk_create(_slot(mission, row) for mission, row in pairs)
    Mission.activities.through.objects.bulk_create(
        Mission.activities.through(mission_id=mission.pk, activity_id=activity.pk)
        for mission, row in pairs
        for activity in row.imported.data.activities
    )
    Mission.sdgs.through.objects.bulk_create(
        Mission.sdgs.through(mission_id=mission.pk, sdg_id=sdg.pk)
        for mission, row in pairs
        for sdg in row.imported.data.sdgs or ()
    )
    record_many("mission.imported", missions, source=origin.slug)
    return missions


def update(
    mission: Mission, origin: Origin, imported: Imported, *, organisation: Organisation, hold_sensitive: bool
) -> Edited:
    """Write what changed. Once published, sensitive values wait for the brigade if `hold_sensitive`."""
    data = imported.data
    was_published = mission.published_at is not None and mission.state in PUBLISHED
    diff = services._diff(mission, data) if was_published and hold_sensitive else {}
    mission.organisation = organisation
    edited = Edited(waiting=[change["label"] for change in diff.values()])
    edited.applied = services._write_fields(mission, data, leave=set(diff))
    edited.applied += services._write_relations(mission, data)
    if "addresses" not in diff and _where(mission) != [_spec_key(spec) for spec in data.addresses]:
        services._write_addresses(mission, data.addresses)
        edited.applied.append("addresses")
    _write_slot(mission, imported)
    mission.source_name = origin.name
    mission.application_url = imported.application_url
    mission.source_values = imported.values
    services._finish_write(mission)
    if was_published and hold_sensitive:
        moderate_edit("mission", mission, diff, actor=None, open_item=services._open_item)
    elif was_published:
        moderation.withdraw("mission", mission)  # the partner became trusted: nothing waits any more
    record("mission.import_updated", mission, fields=[*edited.applied], waiting=edited.waiting)
    return edited


def publish(mission: Mission) -> None:
    """A trusted partner's mission opens at once."""
    if mission.state == State.CLOSED:
        _move(mission, "reopen", "mission.import_reopened")
    else:
        if mission.state == State.DRAFT:
            mission.state = TRANSITIONS.target("submit", mission.state)
        _move(mission, "publish", "mission.import_published")
    moderation.withdraw("mission", mission)


def reopen(mission: Mission) -> None:
    """Back in its feed: open again."""
    _move(mission, "reopen", "mission.import_reopened")


def send_to_brigade(mission: Mission) -> None:
    """Never published, and back or corrected: to the queue. What is there already takes the new values."""
    if mission.state != State.PENDING:
        _move(mission, "return", "mission.import_returned")
    moderation.open_item(
        "mission",
        mission,
        title=mission.title,
        department=mission.department,
        domain=mission.domain,
        cause=ModerationItem.Cause.IMPORT,
    )


def queue_many(missions: Iterable[Mission]) -> int:
    """Pending missions that nobody was told of enter the brigade's queue."""
    openings = [moderation.Opening(m, m.title, m.department_id, m.domain_id) for m in missions]
    return moderation.open_many("mission", openings, cause=ModerationItem.Cause.IMPORT)


def refuse_many(missions: Iterable[Mission], *, actor: User | None, reason: str) -> None:
    """Refused together, because their organisation does not want this partner."""
    for mission in missions:
        mission.state_reason = clean(reason)
        _move(mission, "refuse", "mission.refused", actor=actor)


@transaction.atomic
def close_gone(ids: Collection[int], *, actor: User | None = None) -> int:
    """Close the missions that left their feed. What was never published leaves the brigade's queue.

    Suspended missions stay suspended, applications stay as they are. Safe to run twice.
    """
    missions = lock_all(
        Mission.objects.filter(pk__in=ids, state__in=[State.OPEN, State.PENDING, State.DRAFT])
    )
    gone = [mission.pk for mission in missions]
    waiting = set(
        ModerationItem.objects.open()
        .filter(kind="mission", subject_type=Mission._meta.label, subject_id__in=gone)
        .values_list("subject_id", flat=True)
    )
    for mission in missions:
        TRANSITIONS.target("close" if mission.state == State.OPEN else "withdraw", mission.state)
        if mission.pk in waiting:
            moderation.withdraw("mission", mission)
    Mission.objects.filter(pk__in=gone).update(
        state=State.CLOSED,
        close_reason=CloseReason.GONE_FROM_FEED,
        state_changed_at=now(),
        state_reason="",
        version=F("version") + 1,
        updated_at=now(),
    )
    record_many("mission.closed", missions, actor=actor, reason=CloseReason.GONE_FROM_FEED.value)
    return len(gone)


# --- inside ---------------------------------------------------------------------------------------


def _new_mission(origin: Origin, row: New) -> Mission:
    data = row.imported.data
    place = data.addresses[0].commune if data.addresses else row.organisation.commune
    words = [row.organisation.name, *(spec.commune.name for spec in data.addresses)]
    words += [activity.name for activity in data.activities]
    words += [data.domain.name] if data.domain else []
    return Mission(
        organisation=row.organisation,
        title=data.title,
        slug=slugify(data.title),
        description=data.description,
        domain=data.domain,
        mode=data.mode,
        minimum_age=data.minimum_age,
        hosting_conditions=data.hosting_conditions,
        prerequisites=data.prerequisites,
        department_id=place.department_id if place else None,
        state=row.state,
        close_reason=CloseReason.DATES_PAST if row.state == State.CLOSED else "",
        published_at=now() if row.state == State.OPEN else None,
        last_date=row.imported.ends_on,
        search_extra=" · ".join(dict.fromkeys(words)),
        source=origin.slug,
        source_name=origin.name,
        source_id=row.imported.source_id,
        application_url=row.imported.application_url,
        source_values=row.imported.values,
    )


def _addresses(mission: Mission, imported: Imported) -> Iterable[MissionAddress]:
    for spec in imported.data.addresses:
        yield MissionAddress(
            mission=mission,
            commune=spec.commune,
            street=spec.street,
            postal_code=spec.postal_code or next(iter(spec.commune.postal_codes), ""),
            latitude=spec.latitude if spec.latitude is not None else spec.commune.latitude,
            longitude=spec.longitude if spec.latitude is not None else spec.commune.longitude,
        )


def _slot(mission: Mission, row: New) -> Slot:
    addresses = row.imported.data.addresses
    place = addresses[0].commune if addresses else row.organisation.commune
    return Slot(
        mission=mission,
        kind=SlotKind.UNDATED,
        capacity=row.imported.capacity,
        valid_from=row.imported.starts_on,
        valid_until=row.imported.ends_on,
        zone=place.timezone if place else DEFAULT_TIMEZONE,
        seatless=True,
    )


def _write_slot(mission: Mission, imported: Imported) -> None:
    slot = mission.slots.filter(seatless=True).order_by("pk").first()
    if slot is None:
        return
    slot.capacity = imported.capacity
    slot.valid_from, slot.valid_until = imported.starts_on, imported.ends_on
    slot.save(update_fields=["capacity", "valid_from", "valid_until"])


def _where(mission: Mission) -> list[tuple[Any, ...]]:
    return [(a.commune_id, a.street, a.postal_code, a.latitude, a.longitude) for a in mission.addresses.all()]


def _spec_key(spec: services.AddressSpec) -> tuple[Any, ...]:
    point = (spec.latitude, spec.longitude)
    if spec.latitude is None:
        point = (spec.commune.latitude, spec.commune.longitude)
    code = spec.postal_code or next(iter(spec.commune.postal_codes), "")
    return (spec.commune.pk, clean(spec.street), code, *point)


def _move(mission: Mission, verb: str, event: str, *, actor: User | None = None) -> None:
    mission.state = TRANSITIONS.target(verb, mission.state)
    mission.state_changed_at = now()
    mission.close_reason = ""
    if verb != "refuse":
        mission.state_reason = ""
    if mission.state == State.OPEN:
        mission.published_at = mission.published_at or now()
    mission.version += 1
    mission.save()
    record(event, mission, actor=actor, organisation=mission.organisation_id)
