"""Every write on events: the event's row is locked first (of a series, all its rows in order), then what hangs on it.

organisation → event → registration → person
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from alliances.models import Alliance
from jeveuxagir.accounts import limits
from jeveuxagir.accounts.models import User
from jeveuxagir.accounts.services import touch
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.constraints import refusals
from jeveuxagir.common.errors import RuleBroken, Stale, allow
from jeveuxagir.common.locks import lock, lock_all
from jeveuxagir.common.text import clean, plural
from jeveuxagir.findable import services as index
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.taxonomies.models import Domain, Sdg
from jeveuxagir.territories.models import Commune
from missions.schedule import instant, is_night
from organisations.enums import State as OrganisationState
from organisations.models import Organisation

from . import notifications, policies, registering, repeating
from .enums import SEATS, TRANSITIONS, UNSENT, WAYS, How, Kind, Mode, Registered, Rhythm, State
from .models import Event, Note, Registration, Series

KIND = ModerationItem.Kind.EVENT.value
Cause = ModerationItem.Cause
#: an event lasts so long at most, and begins so far ahead
LONGEST = datetime.timedelta(days=14)
FURTHEST = datetime.timedelta(days=730)
#: what the brigade reads again when it changes on something published
SENSITIVE = {
    "title": "titre",
    "kind": "sorte d’événement",
    "description": "présentation",
    "practical": "informations pratiques",
}
#: when one of these changes, everybody who registered is told
MOVES = ("starts_at", "ends_at", "mode", "place", "commune_id")


@dataclass(frozen=True)
class EventData:
    """What the form holds. Hours are those of the place; `last_day` only when it lasts several days."""

    title: str
    kind: str
    description: str
    day: datetime.date
    start: datetime.time
    end: datetime.time
    last_day: datetime.date | None = None
    practical: str = ""
    mode: str = Mode.ON_SITE
    place: str = ""
    commune: Commune | None = None
    online_url: str = ""
    capacity: int | None = None
    online_capacity: int | None = None
    domain: Domain | None = None
    sdgs: Sequence[Sdg] = ()
    alliance: Alliance | None = None


@dataclass(frozen=True)
class Repeat:
    """`count` dates, the first one included."""

    rhythm: str
    count: int


@dataclass(frozen=True)
class Edited:
    """What an edit did at once, and what waits for the brigade (French labels)."""

    event: Event
    moved: bool = False
    waiting: list[str] = field(default_factory=list)


# --- writing it -----------------------------------------------------------------------------------------------


@transaction.atomic
def draft(*, actor: User, organisation: Organisation, data: EventData, repeat: Repeat | None = None) -> Event:
    """A draft, or the drafts of a series: gives the first."""
    organisation = lock(Organisation.objects.select_related("commune__department"), pk=organisation.pk)
    allow(policies.can_handle(actor, organisation))
    if organisation.state not in (
        OrganisationState.DRAFT,
        OrganisationState.PENDING,
        OrganisationState.VALIDATED,
    ):
        raise RuleBroken(
            f"Votre organisation est {organisation.get_state_display()} : elle ne prépare pas d’événement.",
            code="organisation_state",
        )
    limits.require("event_account", actor.pk)
    days = repeating.dates(data.day, repeat.rhythm, repeat.count) if repeat else [data.day]
    series = (
        Series.objects.create(organisation=organisation, rhythm=Rhythm(repeat.rhythm)) if repeat else None
    )
    made = []
    for on in days:
        event = Event(organisation=organisation, series=series, created_by=actor)
        _write(event, _on(data, on))
        event.sdgs.set(data.sdgs)
        made.append(event)
        record("event.drafted", event, actor=actor, organisation=organisation.pk)
    touch(actor.person)
    return made[0]


@transaction.atomic
def delete_draft(event: Event, *, actor: User) -> None:
    """What nobody ever read."""
    event = _mine(event, actor)
    if event.state not in UNSENT or event.published_at is not None:
        raise RuleBroken("Seul un brouillon se supprime : annulez plutôt cet événement.", code="state")
    record("event.deleted", event, actor=actor)
    event.delete()


@transaction.atomic
def submit(event: Event, *, actor: User) -> list[Event]:
    """The brigade reads it before anybody else does; the drafts of a series go together, as one case."""
    event = _mine(event, actor)
    if not event.organisation.is_verified:
        raise RuleBroken(
            "Votre organisation doit d’abord être validée par la brigade. Votre brouillon est gardé.",
            code="not_validated",
        )
    TRANSITIONS.target("submit", event.state, label=event.get_state_display())
    together = _together(event, UNSENT)
    for one in together:
        if one.has_begun:
            raise RuleBroken(
                "Une des dates est déjà passée : changez-la, ou supprimez ce brouillon.", code="past"
            )
        _move(one, "submit")
        one.reason = ""
        _save(one)
        record("event.submitted", one, actor=actor)
    _open_item(together[0], Cause.CREATION, actor, several=len(together))
    return together


@transaction.atomic
def take_back(event: Event, *, actor: User) -> Event:
    """To change something before the brigade has read it."""
    event = _mine(event, actor)
    for one in _together(event, [State.PENDING]):
        _move(one, "take_back")
        _save(one)
        moderation.withdraw(KIND, one, actor=actor)
        record("event.taken_back", one, actor=actor)
        if one.pk == event.pk:
            event = one
    return event


@transaction.atomic
def edit(
    event: Event, *, actor: User, data: EventData, version: int | None = None, following: bool = False
) -> Edited:
    """A draft changes whole. Of what is published, the words wait for the brigade; the rest changes at once, and
    whoever registered is told when it moves. `following`: the later drafts of the series change too, but their dates;
    of what is published, the later dates take its words alone, once the brigade has read them.
    """
    event = _mine(event, actor)
    _check_version(event, version)
    if event.state in UNSENT:
        later = [one for one in _together(event, UNSENT) if one.pk > event.pk] if following else []
        _write(event, data)
        event.sdgs.set(data.sdgs)
        for one in later:
            on = one.local_start.date()
            shift = (data.last_day - data.day) if data.last_day else None
            _write(one, replace(_on(data, on), last_day=on + shift if shift else None))
            one.sdgs.set(data.sdgs)
        record("event.edited", event, actor=actor, dates=1 + len(later))
        return Edited(event)
    if event.state == State.PENDING:
        raise RuleBroken("La brigade est en train de le lire : reprenez-le d’abord.", code="state")
    if event.state != State.PUBLISHED:
        raise RuleBroken("Cet événement est terminé : il ne change plus.", code="state")
    if event.has_begun:
        raise RuleBroken("Cet événement a commencé : il ne change plus.", code="begun")
    return _edit_published(event, actor, data, _later(event) if following else [])


def _later(event: Event) -> list[Event]:
    """The published dates of its series that come after it."""
    return [one for one in _together(event, [State.PUBLISHED]) if one.starts_at > event.starts_at]


def _edit_published(event: Event, actor: User, data: EventData, later: Sequence[Event]) -> Edited:
    _require_speaking(event)
    diff = _diff(event, data, later)
    kept = replace(data, **{name: getattr(event, name) for name in SENSITIVE})
    before = {name: getattr(event, name) for name in (*MOVES, "online_url")}
    for how in WAYS[event.mode]:
        if how not in WAYS[data.mode] and _held(event, how):
            raise RuleBroken(
                f"Des personnes sont inscrites {how.label} : on ne peut plus retirer cette façon de participer. "
                "Annulez plutôt, ou gardez les deux.",
                code="ways",
            )
        _require_enough(event, data, how)
    _write(event, kept)
    event.sdgs.set(data.sdgs)
    moved = any(getattr(event, name) != before[name] for name in MOVES)
    link_changed = event.online_url != before["online_url"]
    if moved or link_changed:
        event.sequence += 1
        _save(event)
    if diff:
        _open_item(event, Cause.EDIT, actor, diff=diff)
    else:
        moderation.withdraw(KIND, event, actor=actor)
    record("event.edited", event, actor=actor, moved=moved, waiting=sorted(diff))
    if moved or link_changed:
        record("event.moved", event, actor=actor, sequence=event.sequence)
    registering.promote(event)
    return Edited(event, moved, [change["label"] for change in diff.values()])


def _require_enough(event: Event, data: EventData, how: str) -> None:
    """Told with the number, before the database refuses it."""
    wanted = data.capacity if how == How.ON_SITE else data.online_capacity
    if how in WAYS[data.mode] and wanted is not None and wanted < event.taken_of(how):
        raise RuleBroken(
            f"{event.taken_of(how)} places sont déjà prises {How(how).label} : vous ne pouvez pas descendre "
            "en dessous. Pour libérer des places, demandez à des personnes d’annuler.",
            code="capacity_taken",
        )


def _held(event: Event, how: str) -> bool:
    return event.registrations.filter(how=how, state__in=[*SEATS, Registered.WAITING]).exists()


@transaction.atomic
def withdraw_edit(event: Event, *, actor: User) -> Event:
    """The organisation takes its waiting words back: the published ones stay."""
    event = _mine(event, actor)
    if event.state != State.PUBLISHED or not moderation.withdraw(KIND, event, actor=actor):
        raise RuleBroken("Aucun changement n’attend plus la brigade.", code="nothing_waits")
    record("event.edit_withdrawn", event, actor=actor)
    return event


@transaction.atomic
def cancel(event: Event, *, actor: User | None, reason: str, following: bool = False) -> list[Event]:
    """It will not take place: everybody who registered is told once, and diaries take it out. `following`: the later
    dates of the series too."""
    event = _mine(event, actor)
    TRANSITIONS.target("cancel", event.state, label=event.get_state_display())
    if event.has_begun:
        raise RuleBroken("Cet événement a commencé : il ne s’annule plus.", code="begun")
    rows = [event]
    if following and event.series_id:
        rows += [one for one in _together(event, [State.PUBLISHED]) if one.starts_at > event.starts_at]
    return [_cancel(one, actor, reason) for one in rows]


def _cancel(event: Event, actor: User | None, reason: str) -> Event:
    if not clean(reason):
        raise RuleBroken("Dites pourquoi : les personnes inscrites le liront.", code="reason")
    _move(event, "cancel")
    event.reason = clean(reason)[:2000]
    event.sequence += 1
    _save(event)
    moderation.withdraw(KIND, event, actor=actor)
    record("event.cancelled", event, actor=actor, sequence=event.sequence)
    return event


# --- the brigade ----------------------------------------------------------------------------------------------


@transaction.atomic
def publish(event: Event, *, actor: User | None) -> list[Event]:
    """Open to all, and to registrations: every date of the series that was sent."""
    event = _locked(event)
    TRANSITIONS.target("publish", event.state, label=event.get_state_display())
    together = _together(event, [State.PENDING])
    for one in together:
        _move(one, "publish")
        one.published_at, one.reason = one.published_at or one.state_changed_at, ""
        _save(one)
        record("event.published", one, actor=actor)
    notifications.tell_members(together[0], "published", dates=len(together))
    return together


@transaction.atomic
def send_back(event: Event, *, actor: User | None, reason: str) -> Event:
    """To mend before it opens."""
    return _answered(event, "send_back", "to_mend", "event.sent_back", actor, reason)


@transaction.atomic
def refuse(event: Event, *, actor: User | None, reason: str) -> Event:
    return _answered(event, "refuse", "refused", "event.refused", actor, reason)


def _answered(event: Event, verb: str, mail: str, fact: str, actor: User | None, reason: str) -> Event:
    event = _locked(event)
    TRANSITIONS.target(verb, event.state, label=event.get_state_display())
    together = _together(event, [State.PENDING])
    for one in together:
        _move(one, verb)
        one.reason = clean(reason)[:2000]
        _save(one)
        record(fact, one, actor=actor)
    notifications.tell_members(together[0], mail, reason=clean(reason), dates=len(together))
    return together[0]


@transaction.atomic
def apply_edit(event: Event, *, actor: User | None, diff: dict[str, Any]) -> Event:
    """The brigade's yes to the waiting words of a published event."""
    others = sorted({key for change in diff.values() for key in change.get("following", [])})
    if others:  # as whoever acts on a series: all its rows first, in order
        lock_all(Event.objects.filter(series=event.series_id))
    event = _locked(event)
    if event.state not in (State.PUBLISHED, State.DONE):
        raise RuleBroken("Cet événement n’est plus publié.", code="wrong_state")
    later = _rows().filter(pk__in=others, series=event.series_id, state=State.PUBLISHED) if others else []
    for one in [event, *later]:
        for name in SENSITIVE:
            if name in diff and (one.pk == event.pk or one.pk in diff[name].get("following", [])):
                setattr(one, name, diff[name]["value"])
        one.search_extra = _search_extra(one)
        one.version += 1
        _save(one)
        record("event.changed", one, actor=actor, fields=sorted(diff))
    notifications.tell_members(event, "edit_accepted")
    return event


@transaction.atomic
def refuse_edit(event: Event, *, actor: User | None, reason: str) -> Event:
    """The published words stay; the organisation is told why."""
    event = _locked(event)
    event.version += 1
    event.save(update_fields=["version", "updated_at"])
    record("event.edit_refused", event, actor=actor)
    notifications.tell_members(event, "edit_refused", reason=reason)
    return event


@transaction.atomic
def ask_to_mend(event: Event, *, actor: User | None, reason: str) -> Event:
    """A report is right, but the page may stay while it is mended: people registered to it."""
    event = _locked(event)
    event.version += 1
    event.save(update_fields=["version", "updated_at"])
    record("event.to_mend", event, actor=actor)
    notifications.tell_members(event, "page_to_mend", reason=clean(reason))
    return event


@transaction.atomic
def remove(event: Event, *, actor: User | None, reason: str) -> Event:
    """A report is upheld: the page goes. To come, it is cancelled first and everybody is told."""
    event = _locked(event)
    if event.state == State.PUBLISHED and not event.is_over:
        event = _cancel(event, actor, reason)
    event.published_at = None
    event.state, event.state_changed_at = State.CANCELLED, now()
    event.reason = clean(reason)[:2000] or "Page retirée après un signalement."
    event.version += 1
    _save(event)
    moderation.withdraw(KIND, event, actor=actor)
    record("event.removed", event, actor=actor)
    notifications.tell_members(event, "removed", reason=event.reason)
    return event


# --- once it took place ---------------------------------------------------------------------------------------


@transaction.atomic
def mark(event: Event, *, actor: User, listed: set[int], came: set[int]) -> int:
    """Who came, among those `listed` who hold a place: the others of the list were absent. May be corrected. Returns
    how many came."""
    event = _mine(event, actor)
    if not event.has_begun:
        raise RuleBroken("L’événement n’a pas commencé : notez les présences ensuite.", code="not_yet")
    if event.state not in (State.PUBLISHED, State.DONE):
        raise RuleBroken("Cet événement n’a pas eu lieu.", code="state")
    moment, present = now(), 0
    for row in lock_all(Registration.objects.filter(event=event, pk__in=listed, state__in=SEATS)):
        state = Registered.ATTENDED if row.pk in came else Registered.ABSENT
        present += state == Registered.ATTENDED
        if row.state != state:
            row.state, row.state_changed_at = state, moment
            row.save(update_fields=["state", "state_changed_at"])
    record("event.attendance", event, actor=actor, came=present)
    return present


@transaction.atomic
def follow_up(event: Event, *, actor: User, replay_url: str, report: str) -> Event:
    """The link to see it again and what was said. Those who registered are told the first time."""
    event = _mine(event, actor)
    if event.state not in (State.PUBLISHED, State.DONE) or not event.is_over:
        raise RuleBroken("L’événement n’est pas terminé : ajoutez la suite après.", code="not_yet")
    _require_speaking(event)
    if not (replay_url or clean(report)):
        raise RuleBroken("Donnez un lien pour revoir l’événement, ou un compte rendu.", code="empty")
    first = event.followed_at is None
    event.replay_url, event.report = replay_url, clean(report)
    event.followed_at = event.followed_at or now()
    event.version += 1
    _save(event)
    record("event.followed", event, actor=actor, first=first)
    return event


@transaction.atomic
def write(event: Event, *, actor: User, text: str) -> Note:
    """A message to all those who registered or wait, kept with the event."""
    event = _mine(event, actor)
    if event.state not in (State.PUBLISHED, State.DONE):
        raise RuleBroken("On écrit aux personnes inscrites d’un événement publié.", code="state")
    _require_speaking(event)
    if not clean(text):
        raise RuleBroken("Écrivez votre message.", code="empty")
    limits.require("event_note_account", actor.pk)
    to = event.registrations.filter(person__isnull=False).live().count()
    if not to:
        raise RuleBroken("Personne n’est inscrit : il n’y a personne à qui écrire.", code="nobody")
    note = Note.objects.create(event=event, text=text, by=actor, sent_to=to)
    record("event.noted", event, actor=actor, note=note.pk, to=to)
    return note


@transaction.atomic
def finish(event_id: int) -> bool:
    """Its end has passed: nobody waits any more, and who organised it is told once what is left to do. Safe to run
    twice."""
    event = _locked(Event(pk=event_id))
    if event.state != State.PUBLISHED or not event.is_over:
        return False
    _move(event, "finish")
    _save(event)
    record("event.done", event)
    if event.organisation.is_verified:
        to_mark = event.registrations.filter(state=Registered.REGISTERED).count()
        if to_mark or event.followed_at is None:
            notifications.tell_over(event, to_mark=to_mark)
    return True


def to_finish() -> Any:
    return Event.objects.filter(state=State.PUBLISHED, ends_at__lte=now())


def to_remind() -> Any:
    """Those that begin within a day, of which everybody was not reminded since they last moved."""
    soon = Event.objects.filter(
        state=State.PUBLISHED,
        organisation__state=OrganisationState.VALIDATED,
        starts_at__gt=now(),
        starts_at__lte=now() + datetime.timedelta(days=1),
    )
    return soon.filter(Q(reminded_sequence=None) | ~Q(reminded_sequence=F("sequence")))


@transaction.atomic
def remind(event_id: int) -> int:
    """The mail of the day before. Safe to run twice; one that moved is reminded of again."""
    event = _locked(Event(pk=event_id))
    if not event.takes_registrations or event.reminded_sequence == event.sequence:
        return 0
    event.reminded_sequence = event.sequence
    event.save(update_fields=["reminded_sequence"])
    return notifications.remind(event)


# --- reactions ------------------------------------------------------------------------------------------------


@transaction.atomic
def cancel_of_organisation(organisation: Organisation) -> int:
    """It is closed: what it had announced will not take place. Safe to run twice."""
    mine = Event.objects.of_organisation(organisation)
    for event in lock_all(mine.filter(state=State.PENDING).select_related("organisation")):
        _move(event, "take_back")
        _save(event)
        moderation.withdraw(KIND, event)
    announced = lock_all(
        mine.filter(state=State.PUBLISHED, starts_at__gt=now()).select_related("organisation")
    )
    for event in announced:
        _cancel(event, None, f"{organisation.name} ferme son espace sur Jeveuxagir.")
    return len(announced)


def _announced(organisation: Organisation) -> list[Event]:
    """What it has published and that has not begun, locked in order."""
    mine = Event.objects.of_organisation(organisation).select_related("organisation", "commune")
    return lock_all(mine.filter(state=State.PUBLISHED, starts_at__gt=now()))


@transaction.atomic
def paused(organisation: Organisation, *, once: int) -> int:
    """It is suspended: its events do not show, and everybody who registered is told. Safe to run twice."""
    return notifications.tell_paused(_announced(organisation), once=str(once))


@transaction.atomic
def resumed(organisation: Organisation, *, once: int) -> int:
    """The suspension ends: whoever was told of it learns that their events go on, and places that freed meanwhile
    are given. Safe to run twice."""
    events = _announced(organisation)
    told = notifications.tell_resumed(events, once=str(once))
    for event in events:
        registering.promote(event)
    return told


@transaction.atomic
def renamed(organisation: Organisation) -> None:
    """Events are found by the name of their organisation."""
    events = lock_all(Event.objects.of_organisation(organisation).select_related("commune"))
    for event in events:
        event.organisation = organisation
        event.search_extra = _search_extra(event)
        event.save(update_fields=["search_extra"])
    index.note("event", [str(event.pk) for event in events])


# --- inside ---------------------------------------------------------------------------------------------------


def _rows() -> Any:
    return Event.objects.select_related("organisation__commune", "commune__department", "alliance", "series")


def _locked(event: Event) -> Event:
    return lock(_rows(), pk=event.pk)


def _mine(event: Event, actor: User | None) -> Event:
    """Of a series, every row first, in order: two members who act on two dates never wait for each other."""
    series = Event.objects.filter(pk=event.pk).values_list("series", flat=True).first()
    if series is not None:
        lock_all(Event.objects.filter(series=series))
    event = _locked(event)
    allow(policies.can_handle(actor, event.organisation))
    return event


def _require_speaking(event: Event) -> None:
    """A suspended organisation says nothing more to those who registered, but that it cancels."""
    if not event.organisation.is_verified:
        raise RuleBroken(
            f"Votre organisation est {event.organisation.get_state_display()} : vous pouvez annuler cet événement, "
            "rien d’autre.",
            code="not_validated",
        )


def _together(event: Event, states: Sequence[str]) -> list[Event]:
    """The event, or all those of its series that are in one of these states, in order."""
    if event.series_id is None:
        return [event] if event.state in states else []
    return lock_all(_rows().filter(series=event.series_id, state__in=states))


def _on(data: EventData, day: datetime.date) -> EventData:
    """The same on another day."""
    length = data.last_day - data.day if data.last_day else None
    return replace(data, day=day, last_day=day + length if length is not None else None)


def _write(event: Event, data: EventData) -> None:
    """All columns from the form, checked."""
    organisation = event.organisation
    on_site, online = How.ON_SITE in WAYS[data.mode], How.ONLINE in WAYS[data.mode]
    if on_site and data.commune is None:
        raise RuleBroken("Dites dans quelle commune l’événement a lieu.", code="commune")
    event.commune = data.commune if on_site else None
    seat = organisation.commune
    event.department_id = event.commune.department_id if event.commune else organisation.department_id
    where = event.commune or seat
    event.zone = where.timezone if where is not None else "Europe/Paris"
    starts_at, ends_at = _instants(data, event.zone)
    if starts_at != event.starts_at:
        _check_day(data.day, starts_at)
    event.starts_at, event.ends_at = starts_at, ends_at
    if data.alliance is not None and data.alliance.pk != event.alliance_id:
        theirs = Alliance.objects.of_organisation(organisation).filter(pk=data.alliance.pk)
        if not theirs.exists():
            raise RuleBroken("Votre organisation n’est pas dans cette alliance.", code="alliance")
    event.alliance = data.alliance
    event.title, event.kind = clean(data.title), Kind(data.kind)
    event.description, event.practical = clean(data.description), clean(data.practical)
    event.mode = Mode(data.mode)
    event.place = clean(data.place) if on_site else ""
    event.online_url = data.online_url if online else ""
    event.capacity = data.capacity if on_site else None
    event.online_capacity = data.online_capacity if online else None
    event.domain = data.domain
    event.search_extra = _search_extra(event)
    event.version += 1 if event.pk else 0
    _save(event)


def _search_extra(event: Event) -> str:
    town = event.commune.name if event.commune else ""
    return " ".join(filter(None, [event.organisation.name, town, str(Kind(event.kind).label), event.place]))


def _instants(data: EventData, zone: str) -> tuple[datetime.datetime, datetime.datetime]:
    last = data.last_day or data.day
    if data.last_day is None and is_night(data.start, data.end):
        last = data.day + datetime.timedelta(days=1)
    starts_at, ends_at = instant(data.day, data.start, zone), instant(last, data.end, zone)
    if ends_at <= starts_at:
        raise RuleBroken("La fin est avant le début.", code="end_before_start")
    if ends_at - starts_at > LONGEST:
        raise RuleBroken("Un événement dure deux semaines au plus : faites-en une série.", code="too_long")
    return starts_at, ends_at


def _check_day(day: datetime.date, starts_at: datetime.datetime) -> None:
    if starts_at <= now():
        raise RuleBroken("Cette date est déjà passée.", code="past")
    if day > today() + FURTHEST:
        raise RuleBroken("Cette date est trop lointaine : choisissez-la dans les deux ans.", code="too_far")


def _diff(event: Event, data: EventData, later: Sequence[Event] = ()) -> dict[str, Any]:
    """The words that changed, as the brigade reads them; `following`: the later dates that take them too."""
    diff: dict[str, Any] = {}
    for name, label in SENSITIVE.items():
        after = clean(str(getattr(data, name)))
        others = [one for one in later if str(getattr(one, name)) != after]
        before = str(getattr(event, name))
        if before == after and others:
            before = str(getattr(others[0], name))
        if before != after:
            shown = (Kind(before).label, Kind(after).label) if name == "kind" else (before, after)
            diff[name] = {
                "label": label,
                "before": str(shown[0]),
                "after": str(shown[1]),
                "value": after,
            }
            if others:
                dates = plural(len(others), "date suivante", "dates suivantes")
                diff[name] |= {"label": f"{label} (et {dates})", "following": [one.pk for one in others]}
    return diff


def _check_version(event: Event, version: int | None) -> None:
    if version is not None and version != event.version:
        raise Stale(
            "Quelqu’un a changé cet événement entre-temps. Ce que vous avez écrit est gardé : relisez, puis "
            "enregistrez de nouveau.",
            code="stale",
        )


def _move(event: Event, verb: str) -> None:
    event.state = TRANSITIONS.target(verb, event.state, label=event.get_state_display())
    event.state_changed_at = now()
    event.version += 1


def _save(event: Event) -> None:
    """The counters are the database's own: what is in memory may be older."""
    with refusals():
        if event.pk is None:
            event.save()
            return
        event.save(update_fields=_WRITTEN)


_WRITTEN = [
    field.name
    for field in Event._meta.concrete_fields
    if not (field.primary_key or field.generated or field.name in ("taken", "online_taken", "created_at"))
]


def _open_item(
    event: Event, cause: str, actor: User | None, *, diff: dict[str, Any] | None = None, several: int = 1
) -> None:
    title = f"{event.title} ({several} dates)" if several > 1 else event.title
    moderation.open_item(
        KIND,
        event,
        title=title,
        department=event.department,
        domain=event.domain,
        cause=cause,
        diff=diff,
        actor=actor,
    )
