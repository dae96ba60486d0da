"""Registering to an event, waiting for a place, giving it back.

The event's row is locked first, then the registration: a place is counted by the database, and whoever waits first is
served first, once.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q

from jeveuxagir.accounts.models import Person, UnconfirmedContact, User
from jeveuxagir.accounts.services import known_address, touch
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now
from jeveuxagir.common.constraints import constraint_of
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.common.locks import lock, lock_all, retried_once
from jeveuxagir.common.text import clean
from organisations.enums import State as OrganisationState

from . import notifications, policies
from .enums import GIVEN_BACK, LIVE, SEATS, How, Registered, State
from .models import Event, Registration

#: after the event, whoever registered is forgotten
KEPT_FOR = datetime.timedelta(days=365)
_retried = retried_once("Beaucoup de personnes s’inscrivent en ce moment. Réessayez dans une minute.")
_OVERBOOKED = ("event_never_overbooked", "event_never_overbooked_online")


class Full(RuleBroken):
    """No place left this way. `other`: the way that still has some; else one may wait."""

    def __init__(self, event: Event, how: str) -> None:
        others = [way for way in event.ways if way != how and event.has_room(way)]
        self.how = how
        self.other: How | None = others[0] if others else None
        if self.other is not None:
            message = (
                f"Il n’y a plus de place {How(how).label}, mais il en reste {self.other.label}. "
                "Choisissez, ou inscrivez-vous sur la liste d’attente."
            )
        else:
            message = (
                "Il n’y a plus de place. Vous pouvez vous inscrire sur la liste d’attente : nous vous écrivons "
                "si une place se libère."
            )
        super().__init__(message, code="full")


@dataclass(frozen=True)
class Confirmed:
    """What became of one registration when its address was confirmed."""

    event: Event
    registration: Registration | None
    refusal: RuleBroken | None = None


# --- registering ----------------------------------------------------------------------------------------------


@_retried
def register(
    *, event: Event, person: Person, how: str, message: str = "", wait: bool = False, actor: User | None
) -> Registration:
    """Take a place at once, or refuse: `Full` says what is left. With `wait`, a full event gives a place in the
    queue."""
    if actor is not None and actor.person_id != person.pk:
        raise NotAllowed
    event = _locked(event)
    return _take(Registration(event=event, how=how, message=message), event, person, actor, wait=wait)


@transaction.atomic
def file_unconfirmed(
    contact: UnconfirmedContact, *, event: Event, how: str, message: str = "", token: str = ""
) -> Registration:
    """Keep a stranger's registration until the address is confirmed: no place, the organisation not told."""
    event = _locked(event)
    _guard(event, how)
    made = Registration.objects.create(event=event, contact=contact, how=how, message=message)
    record("registration.filed", made, event=event.pk)
    if token:
        notifications.ask_to_confirm(made, token, known=known_address(contact.email))
    return made


def confirm_contact(contact: UnconfirmedContact, user: User) -> list[Confirmed]:
    """The address is confirmed: each registration takes its place now; when it is full meanwhile, one waits."""
    waiting = Registration.objects.filter(contact=contact, state=Registered.TO_CONFIRM)
    return [_confirm(row, user) for row in waiting.select_related("event__organisation").order_by("pk")]


@_retried
def _confirm(row: Registration, user: User) -> Confirmed:
    event = _locked(row.event)
    row = lock(Registration.objects.filter(state=Registered.TO_CONFIRM), pk=row.pk)
    try:
        with transaction.atomic():
            return Confirmed(event, _take(row, event, user.person, user, wait=True))
    except RuleBroken as refusal:
        # Nothing was taken and nobody told: there is nothing to keep.
        Registration.objects.filter(pk=row.pk, state=Registered.TO_CONFIRM).delete()
        return Confirmed(event, None, refusal)


def _take(row: Registration, event: Event, person: Person, actor: User | None, *, wait: bool) -> Registration:
    """Under the lock of the event: guard, write, tell."""
    _guard(event, row.how)
    if policies.is_organiser(person, event):
        raise RuleBroken(
            "Vous organisez cet événement : vous n’avez pas besoin de vous y inscrire.", code="own"
        )
    if event.registrations.filter(person=person, state__in=LIVE).exists():
        raise RuleBroken("Vous avez déjà une inscription à cet événement.", code="duplicate")
    has_room = event.has_room(row.how) and not _somebody_waits(event, row.how)
    if not has_room and not wait:
        raise Full(event, row.how)
    row.event, row.person, row.contact = event, person, None
    row.state = Registered.REGISTERED if has_room else Registered.WAITING
    row.state_changed_at = now()
    row.queued_at = None if has_room else row.state_changed_at
    _save(row)
    touch(person)
    record(f"registration.{row.state}", row, actor=actor, event=event.pk, person=person.pk)
    notifications.tell_person(row, "registered" if has_room else "waiting")
    return row


def _guard(event: Event, how: str) -> None:
    """All that may refuse a registration, in the order a person should hear it."""
    if event.state == State.CANCELLED:
        raise RuleBroken("Cet événement est annulé.", code="cancelled")
    if event.state != State.PUBLISHED or not event.organisation.is_verified:
        raise RuleBroken("On ne peut pas s’inscrire à cet événement.", code="closed")
    if event.has_begun:
        raise RuleBroken("Cet événement a commencé : on ne s’y inscrit plus.", code="begun")
    if how not in event.ways:
        raise RuleBroken("Dites comment vous venez : choisissez l’une des réponses.", code="how")


def _somebody_waits(event: Event, how: str) -> bool:
    """Whoever waits is served before whoever comes."""
    return event.registrations.filter(how=how, state=Registered.WAITING).exists()


# --- giving the place back ------------------------------------------------------------------------------------


@_retried
def cancel(registration: Registration, *, actor: User | None) -> Registration:
    """One click, in one's space or from a mail; the next one who waits takes the place. Same result when repeated."""
    event = _locked(registration.event)
    row = lock(Registration.objects.select_related("person"), pk=registration.pk)
    row.event = event
    if not policies.owns(actor, row):
        raise NotAllowed
    if row.state == Registered.CANCELLED:
        return row
    if row.state not in GIVEN_BACK or event.has_begun:
        raise RuleBroken("Cet événement a commencé : l’inscription ne s’annule plus.", code="begun")
    _leave(row, actor)
    promote(event)
    return row


@_retried
def strike_off(registration: Registration, *, actor: User) -> Registration:
    """The organisation gives a place back for somebody who said, by phone, that they will not come."""
    event = _locked(registration.event)
    if not policies.can_handle(actor, event.organisation):
        raise NotAllowed
    if not event.organisation.is_verified:
        raise RuleBroken(
            "Votre organisation est suspendue : elle ne rend plus de place.", code="not_validated"
        )
    row = lock(Registration.objects.select_related("person"), pk=registration.pk)
    row.event = event
    if row.state not in GIVEN_BACK or event.has_begun:
        raise RuleBroken("Cette inscription ne s’annule plus.", code="state")
    _leave(row, actor)
    notifications.tell_person(row, "struck_off")
    promote(event)
    return row


def _leave(row: Registration, actor: User | None) -> None:
    row.state, row.state_changed_at = Registered.CANCELLED, now()
    row.message = ""
    row.save(update_fields=["state", "state_changed_at", "message"])
    record("registration.cancelled", row, actor=actor, event=row.event_id, person=row.person_id)


def promote(event: Event) -> list[Registration]:
    """Whoever waits first takes each free place, and is told once; nobody while its organisation is suspended. The
    event's row is locked by the caller."""
    if not event.takes_registrations:
        return []
    event.refresh_from_db(fields=["taken", "online_taken"])
    served = []
    for how in event.ways:
        free = event.free_of(how)
        queue = Registration.objects.filter(event=event, how=how).waiting()
        chosen = list((queue if free is None else queue[:free]).values_list("pk", flat=True))
        for row in _in_order(chosen):
            row.event = event
            row.state = Registered.REGISTERED
            row.state_changed_at = row.promoted_at = now()
            _save(row)
            record("registration.promoted", row, event=event.pk, person=row.person_id)
            notifications.tell_person(row, "promoted")
            served.append(row)
    return served


def _in_order(keys: Sequence[int]) -> list[Registration]:
    """These rows, locked by key, in the order of the queue."""
    rows = {
        row.pk: row for row in lock_all(Registration.objects.select_related("person").filter(pk__in=keys))
    }
    return [rows[key] for key in keys if key in rows]


# --- the law of time ------------------------------------------------------------------------------------------


@transaction.atomic
def erase_unconfirmed() -> int:
    """What was not confirmed in 48 hours is erased, with what was typed."""
    rows = Registration.objects.filter(state=Registered.TO_CONFIRM, contact__expires_at__lte=now())
    return rows.delete()[0]


@transaction.atomic
def forget_person(person: Person) -> None:
    """What is to come is given back, and somebody else takes the place; what took place stays counted, without them."""
    mine = Registration.objects.filter(person=person)
    coming = mine.filter(state__in=GIVEN_BACK, event__starts_at__gt=now())
    events = lock_all(
        Event.objects.filter(pk__in=coming.values("event")).select_related("organisation", "commune")
    )
    for row in lock_all(coming):
        _leave(row, None)
    for event in events:
        promote(event)
    mine.update(person=None, message="")


def forget_rows(rows: Any) -> int:
    """So long after the event, nobody is named any more: they stay counted."""
    return int(rows.update(person=None, message=""))


def old(moment: datetime.datetime) -> Any:
    return Registration.objects.filter(person__isnull=False, event__ends_at__lt=moment - KEPT_FOR)


# --- inside ---------------------------------------------------------------------------------------------------


def _locked(event: Event) -> Event:
    return lock(Event.objects.select_related("organisation", "commune"), pk=event.pk)


def _save(row: Registration) -> None:
    row.message = clean(row.message)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        name = constraint_of(error)
        if name in _OVERBOOKED:
            raise Full(row.event, row.how) from error
        if name == "registration_once":
            raise RuleBroken("Vous avez déjà une inscription à cet événement.", code="duplicate") from error
        raise


def waiting_while_free() -> Any:
    """Nobody may wait while a place is free: asked every night."""
    free = Q(how=How.ON_SITE) & (Q(event__capacity=None) | Q(event__taken__lt=F("event__capacity")))
    free |= Q(how=How.ONLINE) & (
        Q(event__online_capacity=None) | Q(event__online_taken__lt=F("event__online_capacity"))
    )
    return Registration.objects.filter(
        free,
        state=Registered.WAITING,
        event__state=State.PUBLISHED,
        event__starts_at__gt=now(),
        event__organisation__state=OrganisationState.VALIDATED,
    )


def wrong_counts() -> list[Event]:
    """Events whose counters are not the number of places held."""
    held = Q(registrations__state__in=SEATS)
    rows = Event.objects.annotate(
        room=Count("registrations", filter=held & Q(registrations__how=How.ON_SITE)),
        screen=Count("registrations", filter=held & Q(registrations__how=How.ONLINE)),
    )
    return list(rows.exclude(taken=F("room"), online_taken=F("screen")))
