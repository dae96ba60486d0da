"""Every write on a mission and its slots: lock → policy → guard → write → audit."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, Q

from jeveuxagir.accounts.models import User
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.errors import RuleBroken, Stale, allow
from jeveuxagir.common.locks import lock, lock_all
from jeveuxagir.common.text import clean, plural, said_length
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.taxonomies.models import Activity, Domain, Sdg, Skill
from jeveuxagir.territories.enums import DEFAULT_TIMEZONE
from jeveuxagir.territories.models import Commune
from organisations.enums import State as OrganisationState
from organisations.models import Organisation

from . import notifications, policies, schedule
from .enums import TRANSITIONS, CloseReason, Commitment, MissionMode, SlotKind, State, Waiting
from .models import LARGEST_TEAM, MOST_TEAMS, Mission, MissionAddress, Slot
from .moderated import diff_of, moderate_edit, refuse_own
from .schedule import SlotSpec
from .words import when_in_words

MAX_ADDRESSES = 20
TITLE_AT_LEAST = 10
DESCRIPTION_AT_LEAST = 100

#: Decision 10: published, a change of these waits for the brigade; the rest applies at once.
SENSITIVE = {
    "title": "titre",
    "description": "description",
    "minimum_age": "âge minimum",
    "hosting_conditions": "conditions d’accueil",
    "prerequisites": "ce qui est demandé",
    "team_preparation": "ce qui est prévu pour une équipe",
}
#: what a mission says of teams; their numbers apply at once
TEAM_NUMBERS = ("team_places", "team_smallest", "team_largest")
PUBLISHED = (State.OPEN, State.SUSPENDED, State.CLOSED)
EDITABLE = (State.DRAFT, State.PENDING, State.REFUSED, *PUBLISHED)


@dataclass(frozen=True)
class AddressSpec:
    """A place of a mission. Without a point of its own it takes its commune's."""

    commune: Commune
    street: str = ""
    postal_code: str = ""
    latitude: float | None = None
    longitude: float | None = None

    @property
    def label(self) -> str:
        return ", ".join(filter(None, [self.street, f"{self.postal_code} {self.commune.name}".strip()]))


@dataclass(frozen=True)
class MissionData:
    """What a mission's form holds. `sdgs=None` takes the domain's."""

    title: str
    description: str = ""
    domain: Domain | None = None
    sdgs: Sequence[Sdg] | None = None
    activities: Sequence[Activity] = ()
    skills: Sequence[Skill] = ()
    mode: str = MissionMode.ON_SITE
    commitment: str = ""
    minimum_age: int = 18
    hosting_conditions: str = ""
    prerequisites: str = ""
    addresses: Sequence[AddressSpec] = ()
    team_places: int = 0
    team_smallest: int | None = None
    team_largest: int | None = None
    team_preparation: str = ""


@dataclass
class Edited:
    """What an edit did at once, and what waits for the brigade (French labels)."""

    applied: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)


# --- writing --------------------------------------------------------------------------------------


@transaction.atomic
def create_draft(
    *,
    organisation: Organisation,
    actor: User | None,
    data: MissionData,
    slots: Iterable[SlotSpec] = (),
    step: int = 0,
) -> Mission:
    """A draft of an organisation that may host volunteers. `step` is the page of the wizard that comes next."""
    organisation = lock(Organisation.objects.all(), pk=organisation.pk)
    allow(policies.can_handle(actor, organisation))
    _require_host(organisation)
    if organisation.state in (
        OrganisationState.REFUSED,
        OrganisationState.SUSPENDED,
        OrganisationState.CLOSED,
    ):
        raise RuleBroken(
            f"Votre organisation est {organisation.get_state_display()} : elle ne prépare pas de mission.",
            code="organisation_state",
        )
    _check_data(data)
    mission = Mission(organisation=organisation, created_by=actor, draft_step=step)
    _write_fields(mission, data)
    mission.save(force_insert=True)
    _write_relations(mission, data)
    _write_addresses(mission, data.addresses)
    specs = list(slots)
    _insert_slots(mission, specs)
    if specs and not mission.commitment:
        mission.commitment = schedule.suggested_commitment(specs)
    _finish_write(mission, bump=False)
    record("mission.created", mission, actor=actor, organisation=organisation.pk)
    return mission


@transaction.atomic
def duplicate(
    mission: Mission, *, actor: User | None, first_day: date | None = None, step: int = 0
) -> Mission:
    """A new draft that says the same. Its slots are to be given, or the same ones shifted to begin on `first_day`."""
    if mission.is_imported:
        raise RuleBroken("Cette mission vient d’un partenaire : elle ne se copie pas.", code="imported")
    specs = _shifted(mission, first_day) if first_day else []
    return create_draft(
        organisation=mission.organisation, actor=actor, data=current_data(mission), slots=specs, step=step
    )


@transaction.atomic
def update(
    mission: Mission, *, actor: User | None, version: int | None = None, data: MissionData, step: int = 0
) -> Edited:
    """Edit. What is published and sensitive waits in a moderation item; the published text stays."""
    mission = _locked(mission)
    allow(policies.can_handle(actor, mission.organisation))
    _check_version(mission, version)
    if mission.is_imported and actor is not None:
        raise RuleBroken("Cette mission vient d’un partenaire : modifiez-la chez lui.", code="imported")
    if mission.state not in EDITABLE:
        raise RuleBroken(f"Une mission {mission.get_state_display()} ne se modifie plus.", code="wrong_state")
    _check_data(data)
    published = mission.state in PUBLISHED
    if published or mission.state == State.PENDING:
        _check_complete(data)
    diff = _diff(mission, data) if published else {}
    done = Edited(waiting=[change["label"] for change in diff.values()])
    done.applied = _write_fields(mission, data, leave=set(diff))
    if published and "team_places" in done.applied and data.team_places:
        _require_team_slot(mission)
    if set(TEAM_NUMBERS) & set(done.applied):
        _write_team_places(mission)
    done.applied += _write_relations(mission, data)
    if mission.state == State.DRAFT:
        mission.draft_step = max(mission.draft_step, step)
    if "addresses" not in diff and not published:
        _write_addresses(mission, data.addresses)
    _finish_write(mission)
    if published:
        moderate_edit("mission", mission, diff, actor=actor, open_item=_open_item)
        if done.applied:
            record("mission.changed", mission, actor=actor, fields=done.applied)
    elif mission.state == State.PENDING:
        _open_item(mission, actor)  # whoever was deciding on the former text is told
    return done


@transaction.atomic
def submit(mission: Mission, *, actor: User | None, version: int | None = None) -> Mission:
    """Ask the brigade to publish a draft."""
    mission = _locked(mission)
    allow(policies.can_handle(actor, mission.organisation))
    _check_version(mission, version)
    target = TRANSITIONS.target("submit", mission.state, label=mission.get_state_display())
    if mission.organisation.state != OrganisationState.VALIDATED:
        raise RuleBroken(
            "La brigade doit d’abord valider votre organisation. Votre mission reste en brouillon.",
            code="organisation_state",
        )
    _require_host(mission.organisation)
    _check_complete(current_data(mission))
    if not mission.slots.live().exists():
        raise RuleBroken("Ajoutez au moins un créneau à venir avant d’envoyer la mission.", code="no_slot")
    _require_team_slot(mission)
    mission.draft_step = 0
    _move(mission, target)
    _open_item(mission, actor)
    record("mission.submitted", mission, actor=actor, organisation=mission.organisation_id)
    return mission


@transaction.atomic
def publish(mission: Mission, *, actor: User | None) -> Mission:
    """Open to all: the brigade's yes, or a trusted partner's feed."""
    mission = _locked(mission)
    target = TRANSITIONS.target("publish", mission.state, label=mission.get_state_display())
    if mission.organisation.state != OrganisationState.VALIDATED:
        raise RuleBroken(
            "L’organisation n’est pas validée : la mission ne peut pas être publiée.", code="organisation"
        )
    _require_host(mission.organisation)
    mission.published_at = mission.published_at or now()
    _move(mission, target)
    record("mission.published", mission, actor=actor, organisation=mission.organisation_id)
    if not mission.is_imported:
        notifications.tell_members(mission, "published")
    return mission


@transaction.atomic
def refuse(mission: Mission, *, actor: User | None, reason: str) -> Mission:
    mission = _locked(mission)
    target = TRANSITIONS.target("refuse", mission.state, label=mission.get_state_display())
    _move(mission, target, reason=reason)
    record("mission.refused", mission, actor=actor, organisation=mission.organisation_id)
    notifications.tell_members(mission, "refused", reason=reason)
    return mission


@transaction.atomic
def ask_correction(mission: Mission, *, actor: User | None, reason: str) -> Mission:
    """Back to the organisation, with what to correct."""
    mission = _locked(mission)
    target = TRANSITIONS.target("ask_correction", mission.state, label=mission.get_state_display())
    _move(mission, target, reason=reason)
    record("mission.correction_asked", mission, actor=actor, organisation=mission.organisation_id)
    notifications.tell_members(mission, "correction", reason=reason)
    return mission


@transaction.atomic
def apply_edit(mission: Mission, *, actor: User | None, diff: dict[str, Any]) -> Mission:
    """The brigade's yes to the waiting values of a published mission."""
    mission = _locked(mission)
    if mission.state not in PUBLISHED:
        raise RuleBroken("Cette mission n’est plus publiée.", code="wrong_state")
    changed = []
    for name in [*SENSITIVE, "mode"]:
        if name in diff:
            setattr(mission, name, diff[name]["value"])
            changed.append(name)
    if "addresses" in diff:
        _write_addresses(mission, _specs(diff["addresses"]["value"]))
        changed.append("addresses")
    _finish_write(mission)
    record("mission.changed", mission, actor=actor, fields=changed)
    notifications.tell_members(mission, "edit_accepted")
    return mission


@transaction.atomic
def refuse_edit(mission: Mission, *, actor: User | None, reason: str) -> Mission:
    """The published text stays; the organisation is told why."""
    mission = _locked(mission)
    mission.version += 1
    mission.save(update_fields=["version", "updated_at"])
    record("mission.edit_refused", mission, actor=actor, organisation=mission.organisation_id)
    notifications.tell_members(mission, "edit_refused", reason=reason)
    return mission


@transaction.atomic
def withdraw_edit(mission: Mission, *, actor: User | None, version: int | None = None) -> Mission:
    """The organisation takes its waiting values back: the published text stays."""
    mission = _locked(mission)
    allow(policies.can_handle(actor, mission.organisation))
    _check_version(mission, version)
    if mission.state not in PUBLISHED or not moderation.withdraw("mission", mission, actor=actor):
        raise RuleBroken("Aucun changement n’attend plus la brigade.", code="nothing_waits")
    mission.version += 1
    mission.save(update_fields=["version", "updated_at"])
    record("mission.edit_withdrawn", mission, actor=actor, organisation=mission.organisation_id)
    return mission


@transaction.atomic
def close(
    mission: Mission,
    *,
    actor: User | None,
    reason: str = CloseReason.ORGANISATION,
    version: int | None = None,
    waiting: str = Waiting.KEEP,
    message: str = "",
) -> Mission:
    """No new application. Those that wait are still answered, or all declined with one `message`; the applications'
    side tells each applicant which."""
    mission = _locked(mission)
    allow(policies.can_close(actor, mission))
    _check_version(mission, version)
    if waiting not in Waiting.values:
        raise RuleBroken("Dites ce que deviennent les candidatures en attente.", code="waiting")
    target = TRANSITIONS.target("close", mission.state, label=mission.get_state_display())
    if (
        mission.state == State.SUSPENDED
        and not mission.suspended_with_organisation
        and not policies.can_suspend(actor, mission)
    ):
        raise RuleBroken(
            "La brigade a suspendu cette mission : c’est à elle de la rouvrir ou de la fermer.",
            code="suspended",
        )
    mission.close_reason = reason
    mission.suspended_with_organisation = False
    _move(mission, target)
    record(
        "mission.closed",
        mission,
        actor=actor,
        reason=str(reason),
        waiting=str(waiting),
        message=clean(message),
    )
    return mission


@transaction.atomic
def suspend(mission: Mission, *, actor: User | None, reason: str) -> Mission:
    """Staff take one mission off the site; lifting brings it back. The applications' side tells its applicants."""
    mission = _locked(mission)
    allow(policies.can_suspend(actor, mission))
    refuse_own(actor, mission.organisation)
    if not clean(reason):
        raise RuleBroken("Dites pourquoi : l’organisation le lira.", code="reason")
    target = TRANSITIONS.target("suspend", mission.state, label=mission.get_state_display())
    mission.suspended_with_organisation = False
    _move(mission, target, reason=reason)
    record("mission.suspended", mission, actor=actor, organisation=mission.organisation_id)
    notifications.tell_members(mission, "suspended", reason=mission.state_reason)
    return mission


@transaction.atomic
def lift(mission: Mission, *, actor: User | None) -> Mission:
    """The mission that was suspended alone is open again."""
    mission = _locked(mission)
    allow(policies.can_suspend(actor, mission))
    refuse_own(actor, mission.organisation)
    target = TRANSITIONS.target("lift", mission.state, label=mission.get_state_display())
    if not mission.organisation.is_verified:
        raise RuleBroken(
            f"L’organisation est {mission.organisation.get_state_display()} : la mission reste suspendue.",
            code="organisation_state",
        )
    mission.suspended_with_organisation = False
    _move(mission, target)
    record("mission.lifted", mission, actor=actor, organisation=mission.organisation_id)
    notifications.tell_members(mission, "lifted")
    return mission


@transaction.atomic
def reopen(mission: Mission, *, actor: User | None, version: int | None = None) -> Mission:
    """Open again: it needs a slot to come."""
    mission = _locked(mission)
    allow(policies.can_close(actor, mission))
    _check_version(mission, version)
    target = TRANSITIONS.target("reopen", mission.state, label=mission.get_state_display())
    if mission.organisation.state != OrganisationState.VALIDATED:
        raise RuleBroken(
            "Votre organisation n’est pas validée : la mission reste fermée.", code="organisation_state"
        )
    _require_host(mission.organisation)
    if not mission.slots.live().exists():
        raise RuleBroken("Ajoutez d’abord un créneau à venir.", code="no_slot")
    mission.close_reason = ""
    _move(mission, target)
    record("mission.reopened", mission, actor=actor)
    return mission


@transaction.atomic
def cancel(mission: Mission, *, actor: User | None, reason: str, version: int | None = None) -> Mission:
    """The mission will not take place; its applicants are told by the applications' side."""
    mission = _locked(mission)
    allow(policies.can_handle(actor, mission.organisation))
    _check_version(mission, version)
    if not clean(reason) and mission.state != State.DRAFT:
        raise RuleBroken("Dites pourquoi la mission est annulée : les bénévoles le liront.", code="reason")
    target = TRANSITIONS.target("cancel", mission.state, label=mission.get_state_display())
    _move(mission, target, reason=reason)
    moderation.withdraw("mission", mission, actor=actor)
    record("mission.cancelled", mission, actor=actor)
    return mission


@transaction.atomic
def finish(mission: Mission, *, actor: User | None) -> Mission:
    """Closed, and every participation has its end: done."""
    mission = _locked(mission)
    target = TRANSITIONS.target("finish", mission.state, label=mission.get_state_display())
    _move(mission, target)
    record("mission.done", mission, actor=actor)
    return mission


# --- slots ----------------------------------------------------------------------------------------


@transaction.atomic
def add_slots(
    mission: Mission, *, actor: User | None, slots: Iterable[SlotSpec], step: int = 0
) -> list[Slot]:
    """More times, at once, published or not."""
    mission = _locked(mission)
    allow(policies.can_handle(actor, mission.organisation))
    if mission.state not in EDITABLE:
        raise RuleBroken(f"Une mission {mission.get_state_display()} ne se modifie plus.", code="wrong_state")
    specs = list(slots)
    rows = _insert_slots(mission, specs)
    if mission.state == State.DRAFT and mission.commitment in ("", Commitment.ONCE):
        mission.commitment = schedule.suggested_commitment(specs)
    if mission.state == State.DRAFT:
        mission.draft_step = max(mission.draft_step, step)
    _finish_write(mission)
    if mission.state in PUBLISHED:
        record("mission.changed", mission, actor=actor, fields=["slots"])
    return rows


@transaction.atomic
def cancel_slot(slot: Slot, *, actor: User | None, reason: str = "") -> Slot:
    """This time falls; its applicants are told by the applications' side."""
    cancel_slots(slot.mission, actor=actor, slots=[slot.pk], reason=reason)
    slot.refresh_from_db()
    return slot


@transaction.atomic
def cancel_slots(mission: Mission, *, actor: User | None, slots: Iterable[int], reason: str = "") -> int:
    """These times fall, for one reason. Returns how many did; those that had fallen already are left."""
    mission = _locked(mission)
    allow(policies.can_handle(actor, mission.organisation))
    chosen = set(slots)
    if not chosen:
        raise RuleBroken("Choisissez au moins un créneau.", code="none")
    rows = lock_all(mission.slots.filter(pk__in=chosen))
    if len(rows) != len(chosen):
        raise RuleBroken("Un des créneaux choisis n’est pas de cette mission.", code="unknown_slot")
    rows = [slot for slot in rows if slot.cancelled_at is None]
    if not rows:
        return 0
    for slot in rows:
        _refuse_begun(slot)
    if any(slot.taken for slot in rows) and not clean(reason):
        raise RuleBroken("Des personnes sont inscrites : dites-leur pourquoi vous annulez.", code="reason")
    others = mission.slots.live().exclude(pk__in=chosen)
    if mission.state in (State.OPEN, State.PENDING) and not others.exists():
        raise RuleBroken(
            "Il ne resterait aucun créneau à venir : ajoutez-en un autre, ou annulez la mission.",
            code="last_slot",
        )
    mission.slots.filter(pk__in=[slot.pk for slot in rows]).update(cancelled_at=now())
    _finish_write(mission)
    record(
        "mission.slot_cancelled",
        mission,
        actor=actor,
        slots=[slot.pk for slot in rows],
        reason=clean(reason),
    )
    if mission.state in PUBLISHED:
        record("mission.changed", mission, actor=actor, fields=["slots"])
    return len(rows)


@transaction.atomic
def move_slot(slot: Slot, *, actor: User | None, spec: SlotSpec, version: int | None = None) -> Slot:
    """Another time, of the same kind, and its places. Seats are kept; the applications' side tells who holds one."""
    mission = _locked(slot.mission)
    slot = lock(Slot.objects.filter(mission=mission), pk=slot.pk)
    allow(policies.can_handle(actor, mission.organisation))
    _check_version(mission, version)
    if mission.state not in EDITABLE or mission.is_imported:
        raise RuleBroken(f"Une mission {mission.get_state_display()} ne se modifie plus.", code="wrong_state")
    if slot.cancelled_at:
        raise RuleBroken("Ce créneau est annulé : ajoutez-en un autre.", code="slot_cancelled")
    _refuse_begun(slot)
    spec = replace(spec, kind=slot.kind)
    schedule.check(spec)
    fields = schedule.slot_fields(spec, slot.zone)
    if spec.capacity < slot.taken:
        raise _below_taken(slot)
    moved = _is_moved(slot, fields)
    changed = [name for name, value in fields.items() if getattr(slot, name) != value]
    if not changed:
        return slot
    before = when_in_words(slot)
    for name, value in fields.items():
        setattr(slot, name, value)
    slot.sequence += moved
    slot.save()
    _finish_write(mission)
    if moved:
        record(
            "mission.slot_moved", mission, actor=actor, slot=slot.pk, sequence=slot.sequence, before=before
        )
    if mission.state in PUBLISHED:
        record("mission.changed", mission, actor=actor, fields=["slots"], slot=slot.pk)
    return slot


@transaction.atomic
def change_capacity(slot: Slot, *, actor: User | None, capacity: int) -> Slot:
    """More or fewer places, never fewer than are taken."""
    mission = _locked(slot.mission)
    slot = lock(Slot.objects.filter(mission=mission), pk=slot.pk)
    allow(policies.can_handle(actor, mission.organisation))
    if not 1 <= capacity <= schedule.MAX_CAPACITY:
        raise RuleBroken("Le nombre de places va de 1 à 5 000.", code="capacity")
    if capacity == slot.capacity:
        return slot
    slot.capacity = capacity
    try:
        with transaction.atomic():
            slot.save(update_fields=["capacity"])
    except IntegrityError as error:
        if "slot_never_overbooked" not in str(error):
            raise
        slot.refresh_from_db()
        raise _below_taken(slot) from error
    if mission.state in PUBLISHED:
        record("mission.changed", mission, actor=actor, fields=["capacity"], slot=slot.pk)
    return slot


# --- what follows the organisation, and the clock -------------------------------------------------


@transaction.atomic
def suspend_of_organisation(organisation: Organisation, *, actor: User | None = None) -> int:
    """Suspending an organisation suspends its open missions. Safe to run twice."""
    missions = lock_all(Mission.objects.filter(organisation=organisation, state=State.OPEN))
    for mission in missions:
        mission.suspended_with_organisation = True
        _move(mission, TRANSITIONS.target("suspend", mission.state))
        record(
            "mission.suspended", mission, actor=actor, organisation=organisation.pk, with_organisation=True
        )
    return len(missions)


@transaction.atomic
def lift_of_organisation(organisation: Organisation, *, actor: User | None = None) -> int:
    """Lifting the suspension re-opens what it had suspended."""
    missions = lock_all(
        Mission.objects.filter(
            organisation=organisation, state=State.SUSPENDED, suspended_with_organisation=True
        )
    )
    for mission in missions:
        mission.suspended_with_organisation = False
        _move(mission, TRANSITIONS.target("lift", mission.state))
        record("mission.lifted", mission, actor=actor, organisation=organisation.pk, with_organisation=True)
    return len(missions)


@transaction.atomic
def close_of_organisation(organisation: Organisation, *, actor: User | None = None) -> int:
    """An organisation that closes leaves no open mission behind."""
    missions = lock_all(
        Mission.objects.filter(organisation=organisation, state__in=[State.OPEN, State.SUSPENDED])
    )
    for mission in missions:
        mission.close_reason = CloseReason.ORGANISATION
        mission.suspended_with_organisation = False
        _move(mission, TRANSITIONS.target("close", mission.state))
        record(
            "mission.closed",
            mission,
            actor=actor,
            reason=CloseReason.ORGANISATION.value,
            with_organisation=True,
        )
    return len(missions)


def close_past() -> int:
    """The day after its last date, in the time of its place, a mission closes."""
    from zoneinfo import ZoneInfo

    from jeveuxagir.territories.enums import timezone_of

    closed = 0
    ending = Mission.objects.filter(state=State.OPEN, last_date__lte=today()).values_list(
        "pk", "last_date", "department_id"
    )
    for pk, last_date, department_id in ending.order_by("pk"):
        zone = ZoneInfo(timezone_of(department_id or ""))
        if last_date is None or last_date >= now().astimezone(zone).date():
            continue
        with transaction.atomic():
            mission = lock(Mission.objects.select_related("organisation"), pk=pk)
            if mission.state == State.OPEN and mission.last_date == last_date:
                mission.close_reason = CloseReason.DATES_PAST
                _move(mission, TRANSITIONS.target("close", mission.state))
                record("mission.closed", mission, reason=CloseReason.DATES_PAST.value)
                if not mission.is_imported:
                    notifications.tell_members(mission, "past")
                closed += 1
    return closed


def set_search_extra(mission: Mission) -> None:
    """Refresh the words a mission is found by beside its own; to be called after its relations changed."""
    mission.search_extra = _search_extra(mission)
    Mission.objects.filter(pk=mission.pk).update(search_extra=mission.search_extra)


@transaction.atomic
def refresh_last_date(mission: Mission) -> None:
    """`last_date` is the last day of the live slots, None when one has no end."""
    Mission.objects.filter(pk=mission.pk).update(last_date=_last_date(mission))


def current_data(mission: Mission) -> MissionData:
    """The published (or drafted) values, as an edit starts from."""
    return MissionData(
        title=mission.title,
        description=mission.description,
        domain=mission.domain,
        sdgs=list(mission.sdgs.all()),
        activities=list(mission.activities.all()),
        skills=list(mission.skills.all()),
        mode=mission.mode,
        commitment=mission.commitment,
        minimum_age=mission.minimum_age,
        hosting_conditions=mission.hosting_conditions,
        prerequisites=mission.prerequisites,
        team_places=mission.team_places,
        team_smallest=mission.team_smallest,
        team_largest=mission.team_largest,
        team_preparation=mission.team_preparation,
        addresses=[
            AddressSpec(
                address.commune, address.street, address.postal_code, address.latitude, address.longitude
            )
            for address in mission.addresses.select_related("commune")
        ],
    )


def draft_data(mission: Mission) -> MissionData:
    """What the next edit starts from: the present values, under those that wait for the brigade."""
    data = current_data(mission)
    waiting = moderation.open_items("mission", mission).first() if mission.state in PUBLISHED else None
    if waiting is None:
        return data
    values = {name: change["value"] for name, change in waiting.diff.items()}
    if "addresses" in values:
        values["addresses"] = _specs(values["addresses"])
    return replace(data, **values)


@dataclass(frozen=True)
class Missing:
    """What a draft lacks before it may be sent: a sentence, and which part of it."""

    code: str
    sentence: str


def missing(mission: Mission) -> list[Missing]:
    """All that a draft still lacks before it may be sent."""
    lacks = [Missing(*each) for each in _incomplete(current_data(mission))]
    if not mission.slots.live().exists():
        lacks.append(Missing("no_slot", "Ajoutez au moins un créneau à venir."))
    elif not _has_team_slot(mission):
        lacks.append(Missing("team_slot", _team_slot_needed(mission)))
    if mission.organisation.state != OrganisationState.VALIDATED:
        lacks.append(Missing("organisation_state", "La brigade doit d’abord valider votre organisation."))
    return lacks


# --- inside ---------------------------------------------------------------------------------------


def _locked(mission: Mission) -> Mission:
    """Organisation, then mission: the one order of locks."""
    lock(Organisation.objects.all(), pk=mission.organisation_id)
    return lock(Mission.objects.select_related("organisation"), pk=mission.pk)


def _require_host(organisation: Organisation) -> None:
    """Its kind may have changed since the mission was written."""
    if not organisation.may_host:
        raise RuleBroken(
            "Cette organisation ne peut pas accueillir de bénévoles : elle ne publie pas de mission.",
            code="may_not_host",
        )


def _check_version(mission: Mission, version: int | None) -> None:
    if version is not None and version != mission.version:
        raise Stale(
            "Quelqu’un a modifié cette mission pendant que vous la remplissiez. Vos réponses sont "
            "encore dans le formulaire : relisez-les, puis enregistrez de nouveau.",
            code="stale",
        )


def _check_data(data: MissionData) -> None:
    if not clean(data.title):
        raise RuleBroken("Donnez un titre à la mission.", code="title")
    if len(data.addresses) > MAX_ADDRESSES:
        raise RuleBroken(f"Une mission a au plus {MAX_ADDRESSES} adresses.", code="too_many_addresses")
    _check_teams(data)
    departments = {address.commune.department_id for address in data.addresses}
    if len(departments) > 1:
        raise RuleBroken(
            "Toutes les adresses d’une mission sont dans un même département. Faites une mission par département.",
            code="one_department",
        )


def _check_teams(data: MissionData) -> None:
    """How many teams at once, and of how many people; nothing of it for a mission without teams."""
    smallest, largest = data.team_smallest, data.team_largest
    if not data.team_places:
        if smallest is not None or largest is not None:
            raise RuleBroken("Dites combien d’équipes vous accueillez par créneau.", code="team_places")
        return
    if not 1 <= data.team_places <= MOST_TEAMS:
        raise RuleBroken(
            f"Une mission accueille de 1 à {MOST_TEAMS} équipes par créneau.", code="team_places"
        )
    if smallest is None or not 2 <= smallest <= LARGEST_TEAM:
        raise RuleBroken(
            f"La plus petite équipe compte de 2 à {LARGEST_TEAM} personnes.", code="team_smallest"
        )
    if largest is None or not smallest <= largest <= LARGEST_TEAM:
        raise RuleBroken(
            f"La plus grande équipe compte de {smallest} à {LARGEST_TEAM} personnes.", code="team_largest"
        )


def _has_team_slot(mission: Mission) -> bool:
    """Whether a team could come, if teams are welcome: a day to come with room for the smallest."""
    if not mission.team_places:
        return True
    dated = mission.slots.live().filter(kind=SlotKind.DATED)
    return dated.filter(capacity__gte=mission.team_smallest or 0).exists()


def _team_slot_needed(mission: Mission) -> str:
    return (
        f"Pour accueillir des équipes, ajoutez un créneau à une date, d’au moins {mission.team_smallest} places : "
        "chaque personne de l’équipe en prend une."
    )


def _require_team_slot(mission: Mission) -> None:
    if not _has_team_slot(mission):
        raise RuleBroken(_team_slot_needed(mission), code="team_slot")


def _write_team_places(mission: Mission) -> None:
    """Each day to come welcomes as many teams as the mission says, never fewer than are registered.

    Writing the slots also makes whoever registers a team now wait for the new sizes.
    """
    days = lock_all(mission.slots.filter(kind=SlotKind.DATED, cancelled_at__isnull=True))
    for slot in days:
        slot.team_places = max(mission.team_places, slot.teams_taken)
    Slot.objects.bulk_update(days, ["team_places"])


def _incomplete(data: MissionData) -> Iterator[tuple[str, str]]:
    """What is missing for people to decide, as (code, sentence)."""
    if said_length(data.title) < TITLE_AT_LEAST:
        yield "title", "Le titre est trop court : dites ce que la personne fera."
    if data.domain is None:
        yield "domain", "Choisissez un domaine."
    if said_length(data.description) < DESCRIPTION_AT_LEAST:
        yield (
            "description",
            f"La description est trop courte : écrivez au moins {DESCRIPTION_AT_LEAST} caractères.",
        )
    if data.mode != MissionMode.REMOTE and not data.addresses:
        yield "address", "Ajoutez au moins une adresse, ou choisissez « à distance »."


def _check_complete(data: MissionData) -> None:
    for code, sentence in _incomplete(data):
        raise RuleBroken(sentence, code=code)


def _write_fields(mission: Mission, data: MissionData, leave: set[str] = frozenset()) -> list[str]:  # type: ignore[assignment]
    changed = []
    for name in (*SENSITIVE, *TEAM_NUMBERS, "domain", "mode", "commitment"):
        if name in leave:
            continue
        value = getattr(data, name)
        value = clean(value) if isinstance(value, str) else value
        if getattr(mission, name) != value:
            setattr(mission, name, value)
            changed.append(name)
    return changed


def _write_relations(mission: Mission, data: MissionData) -> list[str]:
    sdgs = data.sdgs if data.sdgs is not None else list(data.domain.sdgs.all()) if data.domain else []
    changed = []
    for name, wanted in (("sdgs", sdgs), ("activities", data.activities), ("skills", data.skills)):
        manager = getattr(mission, name)
        if set(manager.all()) != set(wanted):
            manager.set(wanted)
            changed.append(name)
    return changed


def _write_addresses(mission: Mission, specs: Sequence[AddressSpec]) -> None:
    """Replace the addresses; the mission's department and its slots' zone follow them."""
    mission.addresses.all().delete()
    first = specs[0].commune if specs else mission.organisation.commune
    mission.department_id = first.department_id if first else None
    Mission.objects.filter(pk=mission.pk).update(department=mission.department_id)
    MissionAddress.objects.bulk_create(
        [
            MissionAddress(
                mission=mission,
                commune=spec.commune,
                street=clean(spec.street),
                postal_code=spec.postal_code or next(iter(spec.commune.postal_codes), ""),
                latitude=spec.latitude if spec.latitude is not None else spec.commune.latitude,
                longitude=spec.longitude if spec.latitude is not None else spec.commune.longitude,
            )
            for spec in specs
        ]
    )
    zone = first.timezone if first else DEFAULT_TIMEZONE
    for slot in mission.slots.exclude(zone=zone):
        slot.zone = zone
        if slot.kind == SlotKind.DATED and slot.local_date and slot.start_time and slot.end_time:
            slot.starts_at, slot.ends_at = schedule.instants(
                slot.local_date, slot.start_time, slot.end_time, zone
            )
        slot.save(update_fields=["zone", "starts_at", "ends_at"])


def zone_of(mission: Mission) -> str:
    """The time zone of the mission's place, else of its organisation's seat."""
    address = mission.addresses.select_related("commune").first()
    commune = address.commune if address else mission.organisation.commune
    return commune.timezone if commune else DEFAULT_TIMEZONE


def _insert_slots(mission: Mission, specs: Iterable[SlotSpec]) -> list[Slot]:
    specs = list(specs)
    schedule.check_all(specs, already=mission.slots.filter(cancelled_at__isnull=True).count())
    zone = zone_of(mission)
    return Slot.objects.bulk_create(
        [
            Slot(
                mission=mission,
                team_places=mission.team_places if spec.kind == SlotKind.DATED else 0,
                **schedule.slot_fields(spec, zone),
            )
            for spec in specs
        ]
    )


def _refuse_begun(slot: Slot) -> None:
    if slot.starts_at is not None and slot.starts_at <= now():
        raise RuleBroken(
            f"Le créneau « {when_in_words(slot)} » a déjà commencé : il ne change plus.", code="begun"
        )


def _below_taken(slot: Slot) -> RuleBroken:
    return RuleBroken(
        f"{plural(slot.taken, 'place est déjà prise', 'places sont déjà prises')} : "
        f"vous pouvez descendre jusqu’à {slot.taken}, pas plus bas.",
        code="below_taken",
    )


def _is_moved(slot: Slot, fields: dict[str, Any]) -> bool:
    """Whether somebody who comes must be told: any other time, but not a period that merely ends later."""
    times = ("local_date", "weekday", "start_time", "end_time", "valid_from")
    if any(name in fields and getattr(slot, name) != fields[name] for name in times):
        return True
    until = fields.get("valid_until")
    return until is not None and (slot.valid_until is None or until < slot.valid_until)


def _shifted(mission: Mission, first_day: date) -> list[SlotSpec]:
    """The slots of this mission as they would be if its first date were `first_day`; a rhythm begins that day."""
    rows = list(mission.slots.filter(cancelled_at__isnull=True)[: schedule.MAX_SLOTS])
    days = [slot.local_date for slot in rows if slot.local_date]
    shift = first_day - min(days, default=first_day)
    specs = []
    for slot in rows:
        dated = slot.local_date + shift if slot.local_date else None
        if dated and dated > today() + schedule.FURTHEST:
            continue
        specs.append(
            SlotSpec(
                slot.kind,
                slot.capacity,
                local_date=dated,
                weekday=slot.weekday,
                start_time=slot.start_time,
                end_time=slot.end_time,
                valid_from=None if dated else first_day,
            )
        )
    return specs


def _last_date(mission: Mission) -> Any:
    live = mission.slots.filter(cancelled_at__isnull=True)
    if live.filter(~Q(kind=SlotKind.DATED), valid_until__isnull=True).exists():
        return None
    ends = live.aggregate(dated=Max("local_date"), bounded=Max("valid_until"))
    return max(filter(None, ends.values()), default=None)


def _search_extra(mission: Mission) -> str:
    words = [mission.organisation.name]
    words += [address.commune.name for address in mission.addresses.select_related("commune")]
    words += [activity.name for activity in mission.activities.all()]
    words += [skill.name for skill in mission.skills.all()]
    if mission.domain:
        words.append(mission.domain.name)
    return " · ".join(dict.fromkeys(words))


def _finish_write(mission: Mission, *, bump: bool = True) -> None:
    mission.search_extra = _search_extra(mission)
    mission.last_date = _last_date(mission)
    if bump:
        mission.version += 1
    mission.save()


def _move(mission: Mission, state: str, *, reason: str = "") -> None:
    mission.state = state
    mission.state_changed_at = now()
    mission.state_reason = clean(reason)
    mission.version += 1
    mission.save()


def _specs(values: list[dict[str, Any]]) -> list[AddressSpec]:
    """The addresses that a moderation item keeps."""
    communes = Commune.objects.in_bulk([value["commune"] for value in values])
    return [
        AddressSpec(
            communes[value["commune"]],
            value.get("street", ""),
            value.get("postal_code", ""),
            value.get("latitude"),
            value.get("longitude"),
        )
        for value in values
        if value["commune"] in communes
    ]


def _diff(mission: Mission, data: MissionData) -> dict[str, Any]:
    """The sensitive values that differ from the published ones, as a moderation item keeps them."""
    diff = diff_of(mission, data, SENSITIVE)
    current = [
        AddressSpec(address.commune, address.street, address.postal_code)
        for address in mission.addresses.select_related("commune")
    ]
    if [(a.commune.pk, a.street) for a in current] != [
        (a.commune.pk, clean(a.street)) for a in data.addresses
    ]:
        diff["addresses"] = {
            "label": "adresses",
            "before": "\n".join(a.label for a in current) or "à distance",
            "after": "\n".join(a.label for a in data.addresses) or "à distance",
            "value": [
                {
                    "commune": a.commune.pk,
                    "street": clean(a.street),
                    "postal_code": a.postal_code,
                    "latitude": a.latitude,
                    "longitude": a.longitude,
                }
                for a in data.addresses
            ],
        }
        if data.mode != mission.mode:
            diff["mode"] = {
                "label": "sur place ou à distance",
                "before": mission.get_mode_display(),
                "after": MissionMode(data.mode).label,
                "value": data.mode,
            }
    return diff


def _open_item(
    mission: Mission,
    actor: User | None,
    *,
    cause: str = ModerationItem.Cause.CREATION,
    diff: dict[str, Any] | None = None,
) -> None:
    moderation.open_item(
        "mission",
        mission,
        title=mission.title,
        department=mission.department,
        domain=mission.domain,
        cause=cause,
        diff=diff,
        actor=actor,
    )
