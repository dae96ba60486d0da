"""The verbs of an engagement request. Its state follows its proposals and participations: see missions.proposals."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from jeveuxagir.accounts import guardians
from jeveuxagir.accounts.models import AgeMarks, Person, UnconfirmedContact, User, actor_person_id
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import PARIS, now, today
from jeveuxagir.common.errors import RuleBroken, Stale
from jeveuxagir.common.locks import lock, lock_all
from jeveuxagir.notifications.models import Message
from jeveuxagir.notifications.selectors import is_stopped
from jeveuxagir.notifications.services import send
from jeveuxagir.taxonomies.models import Activity, Domain, Skill
from jeveuxagir.territories.models import Commune

from . import policies
from .enums import LIVE_STATES, TRANSITIONS, Channel, Mode, State
from .groups import ALONE, Group
from .models import ANY_HALF_DAY, EngagementRequest

#: A person keeps at most this many requests alive.
MAX_LIVE_REQUESTS = 5
#: Clocks of product decisions 15 and of the spine, in days.
BRIGADE_AFTER_DAYS = 7
UNSERVED_AFTER_DAYS = 30
EXPIRE_AFTER_DAYS = 90
EXPIRY_NOTICE_DAYS = 83
PAUSE_MAX_DAYS = 365
EXPIRED = "expirée"


@dataclass(frozen=True)
class RequestData:
    """What a person says they can give, already checked by a form."""

    commune: Commune
    radius_km: int = 10
    mode: str = Mode.ON_SITE
    half_days: int = ANY_HALF_DAY
    period_start: datetime.date | None = None
    period_end: datetime.date | None = None
    given_dates: Collection[datetime.date] = ()
    commitment: str = ""
    domains: Collection[Domain] = ()
    activities: Collection[Activity] = ()
    skills: Collection[Skill] = ()
    open_to_anything: bool = False
    note: str = ""
    keep_open: bool = False
    group: Group = ALONE

    def columns(self) -> dict[str, Any]:
        return {
            "commune": self.commune,
            "radius_km": self.radius_km,
            "mode": self.mode,
            "half_days": self.half_days,
            "period_start": self.period_start,
            "period_end": self.period_end,
            "given_dates": sorted(self.given_dates),
            "commitment": self.commitment,
            "open_to_anything": self.open_to_anything,
            "note": self.note,
            "keep_open": self.keep_open,
            **self.group.columns(),
        }

    def check(self, who: AgeMarks) -> None:
        """The rules a form may have missed. Raises RuleBroken."""
        self.group.check(who)
        if self.period_end and self.period_end < (self.period_start or today()):
            raise RuleBroken("La fin de la période est déjà passée ou avant son début.", code="period")
        if self.given_dates and max(self.given_dates) < today():
            raise RuleBroken("Toutes les dates données sont passées.", code="dates_past")


@transaction.atomic
def file(
    *,
    data: RequestData,
    person: Person | None = None,
    contact: UnconfirmedContact | None = None,
    actor: User | Person | None = None,
    channel: str = Channel.WEB,
) -> EngagementRequest:
    """Keep a request: of a known person it is searched for at once, of a contact once the address is confirmed."""
    moment = now()
    if person is not None:
        person = lock(Person.objects.all(), pk=person.pk)
        _refuse_objected(person)
    data.check(person or contact or Person())
    if person is not None and person.requests.filter(state__in=LIVE_STATES).count() >= MAX_LIVE_REQUESTS:
        raise RuleBroken(
            f"Vous avez déjà {MAX_LIVE_REQUESTS} demandes en cours. Retirez-en une avant d’en déposer une autre.",
            code="too_many_requests",
        )
    request = EngagementRequest.objects.create(
        person=person,
        contact=None if person else contact,
        state=State.QUALIFIED if person else State.RECEIVED,
        confirmed_at=moment if person else None,
        without_proposal_since=moment if person else None,
        channel=channel,
        **data.columns(),
    )
    _set_wishes(request, data)
    record("request.filed", request, actor=_user(actor))
    if person is not None:
        record("request.confirmed", request, actor=_user(actor))
    return request


@transaction.atomic
def confirm_contact(contact: UnconfirmedContact, user: User) -> list[EngagementRequest]:
    """The address is confirmed: what the contact had filed becomes the person's, and is searched for."""
    moment = now()
    confirmed = []
    for request in lock_all(EngagementRequest.objects.filter(contact=contact, state=State.RECEIVED)):
        request.person, request.contact = user.person, None
        _move(request, "confirm")
        request.confirmed_at = request.alive_at = request.without_proposal_since = moment
        request.save()
        record("request.confirmed", request, actor=user)
        confirmed.append(request)
    return confirmed


@transaction.atomic
def edit(
    request: EngagementRequest, *, data: RequestData, actor: User | Person, version: int | None = None
) -> EngagementRequest:
    """Change the wishes. Open proposals are withdrawn and the search starts again."""
    request = _locked(request, actor)
    data.check(request.person or Person())
    if version is not None and version != request.version:
        raise Stale(
            "Cette demande a été modifiée entre-temps. Vérifiez vos réponses, puis enregistrez à nouveau."
        )
    if request.state not in (State.QUALIFIED, State.PROPOSED, State.UNSERVED):
        raise RuleBroken("Cette demande ne peut plus être modifiée.", code="wrong_state")
    for name, value in data.columns().items():
        setattr(request, name, value)
    _alive(request)
    request.save()
    _set_wishes(request, data)
    record("request.edited", request, actor=_user(actor))
    return request


@transaction.atomic
def pause(request: EngagementRequest, *, until: datetime.date, actor: User | Person) -> EngagementRequest:
    """No proposal until the day after `until`."""
    request = _locked(request, actor)
    if request.state not in LIVE_STATES:
        raise RuleBroken(
            "Cette demande est terminée : elle ne peut pas être mise en pause.", code="wrong_state"
        )
    if not today() <= until <= today() + datetime.timedelta(days=PAUSE_MAX_DAYS):
        raise RuleBroken("Choisissez une date à venir, dans l’année.", code="pause_date")
    request.paused_until = until
    _alive(request)
    request.save()
    record("request.paused", request, actor=_user(actor))
    return request


@transaction.atomic
def resume(request: EngagementRequest, *, actor: User | Person | None) -> EngagementRequest:
    request = _locked(request, actor)
    if request.paused_until is None:
        return request
    request.paused_until = None
    if actor is not None:
        _alive(request)
    request.save()
    record("request.resumed", request, actor=_user(actor))
    return request


@transaction.atomic
def withdraw(request: EngagementRequest, *, actor: User | Person, reason: str = "") -> EngagementRequest:
    """The person stops here. Proposals are withdrawn; applications already sent stay, each can be cancelled."""
    request = _locked(request, actor)
    _move(request, "withdraw", reason=reason or "retirée par la personne")
    request.save()
    record("request.withdrawn", request, actor=_user(actor))
    return request


@transaction.atomic
def renew(request: EngagementRequest, *, actor: User | Person) -> EngagementRequest:
    """Say "still there": a live request runs for 90 more days, a withdrawn one is searched for again."""
    request = _locked(request, actor)
    if request.person is not None:
        _refuse_objected(request.person)
    if request.state == State.WITHDRAWN:
        _move(request, "renew")
        request.closed_reason = ""
        request.paused_until = None
        request.without_proposal_since = now()
    elif request.state not in LIVE_STATES:
        raise RuleBroken(
            "Cette demande est terminée. Vous pouvez en déposer une nouvelle.", code="wrong_state"
        )
    _alive(request)
    request.save()
    record("request.renewed", request, actor=_user(actor))
    return request


@transaction.atomic
def refuse(request: EngagementRequest, *, actor: User, reason: str) -> EngagementRequest:
    """By staff, for abuse only; the person is told why."""
    request = lock(EngagementRequest.objects.all(), pk=request.pk)
    policies.require(policies.can_refuse(actor, request))
    if not reason.strip():
        raise RuleBroken("Donnez la raison du refus : la personne la lira.", code="reason")
    _move(request, "refuse", reason=reason.strip()[:300])
    request.save()
    record("request.refused", request, actor=actor)
    if request.person_id:
        send(
            "requests.refused",
            to=request.person,
            dedupe_key=f"requests.refused:{request.pk}",
            context={"request": request},
        )
    return request


@transaction.atomic
def leave_unserved(request: EngagementRequest, *, reason: str) -> bool:
    """30 days without a proposal: said, with the reason; the search goes on. False when it is no longer due."""
    request = lock(EngagementRequest.objects.all(), pk=request.pk)
    due = now() - datetime.timedelta(days=UNSERVED_AFTER_DAYS)
    if (
        request.state != State.QUALIFIED
        or not request.without_proposal_since
        or request.without_proposal_since > due
    ):
        return False
    _move(request, "leave_unserved", reason=reason[:300])
    request.save()
    record("request.unserved", request)
    send(
        "requests.unserved",
        to=request.person,
        dedupe_key=f"requests.unserved:{request.pk}:{request.without_proposal_since:%Y%m%d}",
        context={"request": request},
    )
    return True


@transaction.atomic
def announce_expiry(request: EngagementRequest) -> bool:
    """A week before a silent request expires: one mail, one click to go on."""
    request = lock(EngagementRequest.objects.all(), pk=request.pk)
    if request.state not in LIVE_STATES or request.person_id is None:
        return False
    return (
        send(
            "requests.expiring",
            to=request.person,
            dedupe_key=_expiry_key(request),
            context={"request": request, "expires_on": expires_on(request)},
        )
        is not None
    )


def was_announced(request: EngagementRequest) -> bool:
    """Whether the mail that goes a week before expiry was made for this silence (or switched off by the person)."""
    a_week_ago = now() - datetime.timedelta(days=EXPIRE_AFTER_DAYS - EXPIRY_NOTICE_DAYS)
    told = Message.objects.filter(dedupe_key=_expiry_key(request), created_at__lte=a_week_ago).exists()
    return told or (request.person_id is not None and is_stopped(request.person_id, "requests.expiring"))


@transaction.atomic
def expire(request: EngagementRequest) -> bool:
    """90 days of silence: withdrawn, "expirée", only after its mail."""
    request = lock(EngagementRequest.objects.all(), pk=request.pk)
    if request.state not in (State.QUALIFIED, State.PROPOSED, State.UNSERVED):
        return False
    if request.alive_at > now() - datetime.timedelta(days=EXPIRE_AFTER_DAYS):
        return False
    _move(request, "withdraw", reason=EXPIRED)
    request.save()
    record("request.withdrawn", request, expired=True)
    return True


@transaction.atomic
def follow(
    request: EngagementRequest,
    *,
    realised: bool,
    accepted: bool,
    proposed: bool,
    actor: User | Person | None = None,
) -> EngagementRequest:
    """Bring the state in line with what the request's proposals and participations say now.

    The one place where a request moves because of them; `missions.proposals` counts and calls it.
    """
    request = lock(EngagementRequest.objects.all(), pk=request.pk)
    if request.state not in (State.QUALIFIED, State.PROPOSED, State.ACCEPTED, State.UNSERVED):
        return request
    before = request.state
    if realised and before == State.ACCEPTED and not accepted:
        _move(request, "realise")
    elif accepted and before != State.ACCEPTED:
        _move(request, "accept")
        _alive(request, keep_version=True)
    elif proposed and not accepted and before in (State.QUALIFIED, State.UNSERVED):
        _move(request, "propose")
        request.closed_reason = ""
        request.without_proposal_since = None
    elif not proposed and not accepted and not realised and before in (State.PROPOSED, State.ACCEPTED):
        _move(request, "back_to_search")
        request.without_proposal_since = now()
    if request.state != before:
        request.save()
    return request


def departments_of(person: Person) -> Collection[str]:
    """Where this person's requests in course look for a mission."""
    live = person.requests.filter(state__in=LIVE_STATES)
    return set(live.values_list("commune__department", flat=True))


def expires_on(request: EngagementRequest) -> datetime.date:
    """The day a request without a sign of life expires."""
    return (request.alive_at + datetime.timedelta(days=EXPIRE_AFTER_DAYS)).astimezone(PARIS).date()


# --- inside


def _refuse_objected(person: Person) -> None:
    """A minor whose guardian objected starts nothing new (product decision 8)."""
    if guardians.has_objection(person):
        raise RuleBroken("Votre parent ou tuteur s’est opposé à votre engagement.", code="guardian_objected")


def _expiry_key(request: EngagementRequest) -> str:
    return f"requests.expiring:{request.pk}:{request.alive_at:%Y%m%d%H%M%S}"


def _locked(request: EngagementRequest, actor: User | Person | None) -> EngagementRequest:
    request = lock(EngagementRequest.objects.select_related("commune"), pk=request.pk)
    if actor is not None and actor_person_id(actor) != request.person_id:
        policies.require(False)
    return request


def _move(request: EngagementRequest, verb: str, *, reason: str | None = None) -> None:
    request.state = TRANSITIONS.target(verb, request.state, label=request.get_state_display())
    request.state_changed_at = now()
    request.version += 1
    if reason is not None:
        request.closed_reason = reason


def _alive(request: EngagementRequest, *, keep_version: bool = False) -> None:
    request.alive_at = now()
    if not keep_version:
        request.version += 1


def _set_wishes(request: EngagementRequest, data: RequestData) -> None:
    request.domains.set(data.domains)
    request.activities.set(data.activities)
    request.skills.set(data.skills)


def _user(actor: User | Person | None) -> User | None:
    return actor if isinstance(actor, User) else None
