"""Every write on an offer of skills: lock → policy → guard → write → audit → mail.

Work is whole minutes. What sponsorships hold of an offer is counted by the database; `settle` is theirs to call when it
moved.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from jeveuxagir.accounts.models import User
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.constraints import refusals
from jeveuxagir.common.errors import RuleBroken, Stale, allow
from jeveuxagir.common.locks import lock, lock_all
from jeveuxagir.common.text import NBSP, clean, said_length
from jeveuxagir.findable import services as index
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.taxonomies.models import Skill
from jeveuxagir.territories.models import Commune, Department
from missions.enums import MissionMode
from missions.moderated import diff_of, moderate_edit, refuse_own
from missions.skill_needs.durations import in_words
from organisations import verification
from organisations.enums import Kind
from organisations.enums import State as OrganisationState
from organisations.models import Organisation

from . import indexing, notifications, policies
from .enums import TRANSITIONS, Format, State
from .models import MOST_MINUTES, Offer

TITLE_AT_LEAST = 10
LEAST_MINUTES = 30
#: how far ahead a period may lie
MOST_YEARS = 3
#: open offers and drafts of one employer
MOST_LIVE = 200
#: communes of one offer
MOST_COMMUNES = 20

#: once open, a change of these waits for the brigade; the rest applies at once
SENSITIVE = {"title": "titre", "description": "ce que nous proposons"}
PUBLISHED = (State.OPEN, State.PAUSED, State.EXHAUSTED)
UNSENT = (State.DRAFT, State.REFUSED)
EDITABLE = (*UNSENT, State.PENDING, *PUBLISHED)
#: those whose employer may not turn into something else
LIVE = (State.DRAFT, State.PENDING, *PUBLISHED, State.SUSPENDED)

_TRIGGERS = {
    "offer_of_employer": "Seule une entreprise ou un employeur public propose le temps de ses équipes.",
}


@dataclass(frozen=True)
class OfferData:
    """What an offer's forms hold. `total_minutes`: whole minutes."""

    title: str
    total_minutes: int
    description: str = ""
    skills: Sequence[Skill] = ()
    formats: Sequence[str] = ()
    mode: str = MissionMode.HYBRID
    departments: Sequence[Department] = ()
    communes: Sequence[Commune] = ()
    everywhere: bool = False
    shows_name: bool = False
    starts_on: datetime.date | None = None
    ends_on: datetime.date | None = None


@dataclass(frozen=True)
class Missing:
    """What a draft lacks before it may be sent: a sentence, and the field it is about."""

    code: str
    sentence: str


@dataclass
class Edited:
    """What an edit did at once, and what waits for the brigade (French labels)."""

    applied: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)


# --- writing --------------------------------------------------------------------------------------------------


@transaction.atomic
def create_draft(organisation: Organisation, *, actor: User | None, data: OfferData, step: int = 0) -> Offer:
    """A draft of a company or of a public employer. `step` is the page of the wizard that comes next."""
    organisation = lock(Organisation.objects.all(), pk=organisation.pk)
    allow(policies.can_write(actor, organisation))
    if organisation.state not in (
        OrganisationState.DRAFT,
        OrganisationState.PENDING,
        OrganisationState.VALIDATED,
    ):
        raise RuleBroken(
            f"Votre organisation est {organisation.get_state_display()}{NBSP}: elle ne prépare pas d’offre.",
            code="organisation_state",
        )
    if Offer.objects.of_organisation(organisation).filter(state__in=LIVE).count() >= MOST_LIVE:
        raise RuleBroken(
            f"Un employeur a {MOST_LIVE} offres en cours au plus. Terminez-en une.", code="too_many"
        )
    _check(data)
    offer = Offer(organisation=organisation, created_by=actor, draft_step=step)
    _write(offer, data)
    with refusals(_TRIGGERS):
        offer.save(force_insert=True)
    _write_relations(offer, data)
    record("offer.created", offer, actor=actor, organisation=organisation.pk)
    return offer


@transaction.atomic
def update(
    offer: Offer, *, actor: User | None, version: int | None = None, data: OfferData, step: int = 0
) -> Edited:
    """Edit. Once open, its title and its text wait for the brigade; days, places and dates apply at once."""
    offer = _locked(offer)
    allow(policies.can_write(actor, offer.organisation))
    _check_version(offer, version)
    if offer.state not in EDITABLE:
        raise RuleBroken(f"Une offre {offer.get_state_display()} ne se modifie plus.", code="wrong_state")
    _check(data)
    if data.total_minutes < offer.committed_minutes:
        raise RuleBroken(
            f"{in_words(offer.committed_minutes)} sont déjà engagés{NBSP}: le total ne descend pas plus bas.",
            code="offer_never_overspent",
        )
    published = offer.state in PUBLISHED
    if published or offer.state == State.PENDING:
        for lack in _incomplete(data):
            raise RuleBroken(lack.sentence, code=lack.code)
    diff = diff_of(offer, data, SENSITIVE) if published else {}
    before = current_data(offer)
    _write(offer, data, leave=set(diff))
    offer.draft_step = max(offer.draft_step, step) if offer.state == State.DRAFT else offer.draft_step
    offer.version += 1
    with refusals(_TRIGGERS):
        offer.save()
    _write_relations(offer, data)
    after = current_data(offer)
    done = Edited(
        applied=[
            name for name in OfferData.__dataclass_fields__ if getattr(before, name) != getattr(after, name)
        ],
        waiting=[change["label"] for change in diff.values()],
    )
    if done.applied:
        record("offer.changed", offer, actor=actor, fields=done.applied)
    if published:
        moderate_edit(ModerationItem.Kind.OFFER, offer, diff, actor=actor, open_item=_open_item)
        _settle(offer, actor)
    elif offer.state == State.PENDING:
        _open_item(offer, actor)
    return done


@transaction.atomic
def submit(offer: Offer, *, actor: User | None, version: int | None = None) -> Offer:
    """Ask the brigade to open it."""
    offer = _locked(offer)
    allow(policies.can_write(actor, offer.organisation))
    _check_version(offer, version)
    target = TRANSITIONS.target("submit", offer.state, label=offer.get_state_display())
    for lack in missing(offer):
        raise RuleBroken(lack.sentence, code=lack.code)
    offer.draft_step = 0
    _move(offer, target)
    _open_item(offer, actor)
    record("offer.submitted", offer, actor=actor, organisation=offer.organisation_id)
    return offer


@transaction.atomic
def take_back(offer: Offer, *, actor: User | None, version: int | None = None) -> Offer:
    """Not sent after all."""
    offer = _locked(offer)
    allow(policies.can_write(actor, offer.organisation))
    _check_version(offer, version)
    target = TRANSITIONS.target("take_back", offer.state, label=offer.get_state_display())
    _move(offer, target)
    moderation.withdraw(ModerationItem.Kind.OFFER, offer, actor=actor)
    record("offer.taken_back", offer, actor=actor, organisation=offer.organisation_id)
    return offer


@transaction.atomic
def open_(offer: Offer, *, actor: User | None) -> Offer:
    """The brigade's yes: the 72 hours for associations never served begin."""
    offer = _locked(offer)
    target = TRANSITIONS.target("open", offer.state, label=offer.get_state_display())
    for lack in [*_of_employer(offer.organisation), *_incomplete(current_data(offer))]:
        raise RuleBroken(lack.sentence, code=lack.code)
    offer.opened_at = offer.opened_at or now()
    _move(offer, target)
    record("offer.opened", offer, actor=actor, organisation=offer.organisation_id)
    notifications.tell(offer, "opened")
    return offer


@transaction.atomic
def refuse(offer: Offer, *, actor: User | None, reason: str) -> Offer:
    offer = _locked(offer)
    target = TRANSITIONS.target("refuse", offer.state, label=offer.get_state_display())
    _move(offer, target, reason=reason)
    record("offer.refused", offer, actor=actor, organisation=offer.organisation_id)
    notifications.tell(offer, "refused", reason=reason)
    return offer


@transaction.atomic
def ask_correction(offer: Offer, *, actor: User | None, reason: str) -> Offer:
    """Back to the employer, with what to correct."""
    offer = _locked(offer)
    target = TRANSITIONS.target("ask_correction", offer.state, label=offer.get_state_display())
    _move(offer, target, reason=reason)
    record("offer.correction_asked", offer, actor=actor, organisation=offer.organisation_id)
    notifications.tell(offer, "correction", reason=reason)
    return offer


@transaction.atomic
def apply_edit(offer: Offer, *, actor: User | None, diff: dict[str, Any]) -> Offer:
    """The brigade's yes to the waiting words of an open offer."""
    offer = _locked(offer)
    if offer.state not in (*PUBLISHED, State.SUSPENDED):
        raise RuleBroken("Cette offre n’est plus ouverte.", code="wrong_state")
    for name, change in diff.items():
        if name in SENSITIVE:
            setattr(offer, name, change["value"])
    offer.version += 1
    offer.save()
    record("offer.changed", offer, actor=actor, fields=sorted(diff))
    notifications.tell(offer, "edit_accepted")
    return offer


@transaction.atomic
def refuse_edit(offer: Offer, *, actor: User | None, reason: str) -> Offer:
    """The open words stay; the employer is told why."""
    offer = _locked(offer)
    offer.version += 1
    offer.save(update_fields=["version", "updated_at"])
    record("offer.edit_refused", offer, actor=actor, organisation=offer.organisation_id)
    notifications.tell(offer, "edit_refused", reason=reason)
    return offer


@transaction.atomic
def pause(offer: Offer, *, actor: User | None, version: int | None = None) -> Offer:
    """Proposed to nobody for now; what is agreed goes on."""
    offer = _locked(offer)
    allow(policies.can_write(actor, offer.organisation))
    _check_version(offer, version)
    _move(offer, TRANSITIONS.target("pause", offer.state, label=offer.get_state_display()))
    record("offer.paused", offer, actor=actor, organisation=offer.organisation_id)
    return offer


@transaction.atomic
def resume(offer: Offer, *, actor: User | None, version: int | None = None) -> Offer:
    """Proposed again; at once exhausted when no time is left."""
    offer = _locked(offer)
    allow(policies.can_write(actor, offer.organisation))
    _check_version(offer, version)
    target = TRANSITIONS.target("resume", offer.state, label=offer.get_state_display())
    for lack in [*_of_employer(offer.organisation), *_incomplete(current_data(offer))]:
        raise RuleBroken(lack.sentence, code=lack.code)
    _move(offer, target)
    record("offer.resumed", offer, actor=actor, organisation=offer.organisation_id)
    _settle(offer, actor)
    return offer


@transaction.atomic
def end(offer: Offer, *, actor: User | None, version: int | None = None) -> Offer:
    """Its employer ends it. What is agreed goes on."""
    offer = _locked(offer)
    allow(policies.can_write(actor, offer.organisation))
    _check_version(offer, version)
    _move(offer, TRANSITIONS.target("end", offer.state, label=offer.get_state_display()))
    moderation.withdraw(ModerationItem.Kind.OFFER, offer, actor=actor)
    record("offer.ended", offer, actor=actor, organisation=offer.organisation_id)
    return offer


@transaction.atomic
def suspend(offer: Offer, *, actor: User | None, reason: str) -> Offer:
    """Staff take one offer out of sight; lifting brings it back."""
    offer = _locked(offer)
    allow(policies.can_suspend(actor, offer.organisation))
    refuse_own(actor, offer.organisation)
    if not clean(reason):
        raise RuleBroken("Dites pourquoi : l’employeur le lira.", code="reason")
    _move(offer, TRANSITIONS.target("suspend", offer.state, label=offer.get_state_display()), reason=reason)
    record("offer.suspended", offer, actor=actor, organisation=offer.organisation_id)
    notifications.tell(offer, "suspended", reason=offer.state_reason)
    return offer


@transaction.atomic
def lift(offer: Offer, *, actor: User | None) -> Offer:
    """The offer that was suspended alone is open again."""
    offer = _locked(offer)
    allow(policies.can_suspend(actor, offer.organisation))
    refuse_own(actor, offer.organisation)
    target = TRANSITIONS.target("lift", offer.state, label=offer.get_state_display())
    if not offer.organisation.is_verified:
        raise RuleBroken(
            f"L’organisation est {offer.organisation.get_state_display()} : l’offre reste suspendue.",
            code="organisation_state",
        )
    offer.suspended_with_organisation = False
    _move(offer, target)
    record("offer.lifted", offer, actor=actor, organisation=offer.organisation_id)
    notifications.tell(offer, "lifted")
    _settle(offer, actor)
    return offer


# --- what follows the days, the clock and the employer --------------------------------------------------------


@transaction.atomic
def settle(offer: Offer, *, actor: User | None = None) -> Offer:
    """The state follows the days left: nothing left, exhausted; some again, open. Safe to run twice.

    To be called by what commits or frees time, in its own transaction.
    """
    offer = lock(Offer.objects.select_related("organisation"), pk=offer.pk)
    index.note(indexing.KIND, [str(offer.pk)])  # what is left stands in its line
    return _settle(offer, actor)


def settle_due() -> int:
    """Those whose state is late on their days. Safe to run twice."""
    spent = Q(state=State.OPEN, committed_minutes__gte=F("total_minutes"))
    again = Q(state=State.EXHAUSTED, committed_minutes__lt=F("total_minutes"))
    late = list(Offer.objects.filter(spent | again).order_by("pk")[:500])
    for offer in late:
        settle(offer)
    return len(late)


def expire_due() -> int:
    """The day after its last day, an offer ends; its employer is told. Safe to run twice."""
    done = 0
    past = Offer.objects.filter(state__in=PUBLISHED, ends_on__lt=today())
    for pk in past.order_by("pk").values_list("pk", flat=True)[:500]:
        with transaction.atomic():
            offer = lock(Offer.objects.select_related("organisation"), pk=pk)
            if offer.state not in PUBLISHED or offer.ends_on is None or offer.ends_on >= today():
                continue
            _move(offer, TRANSITIONS.target("expire", offer.state))
            moderation.withdraw(ModerationItem.Kind.OFFER, offer)
            record("offer.expired", offer, organisation=offer.organisation_id)
            notifications.tell(offer, "expired")
            done += 1
    return done


@transaction.atomic
def found_by_all() -> int:
    """Those whose first 72 hours ended of late enter the index of the site. Safe to run twice; each night the whole
    index is written again, for what an outage of days left out."""
    long_ago = Offer.objects.first_hours_over(by=now() - datetime.timedelta(days=1))
    rows = Offer.objects.public().exclude(pk__in=long_ago.values("pk"))
    keys = [str(pk) for pk in rows.order_by("pk").values_list("pk", flat=True)]
    index.note(indexing.KIND, keys)
    return len(keys)


@transaction.atomic
def suspend_of_organisation(organisation: Organisation, *, actor: User | None = None) -> int:
    """Suspending an employer suspends its open offers, and those that time given back would open again. A paused one
    stays so: nobody resumes it meanwhile. Safe to run twice."""
    mine = Offer.objects.of_organisation(organisation)
    offers = lock_all(mine.filter(state__in=[State.OPEN, State.EXHAUSTED]))
    for offer in offers:
        offer.suspended_with_organisation = True
        _move(offer, TRANSITIONS.target("suspend", offer.state))
        record("offer.suspended", offer, actor=actor, organisation=organisation.pk, with_organisation=True)
    return len(offers)


@transaction.atomic
def lift_of_organisation(organisation: Organisation, *, actor: User | None = None) -> int:
    """Lifting the suspension re-opens what it had suspended, and nothing else."""
    mine = Offer.objects.of_organisation(organisation)
    offers = lock_all(mine.filter(state=State.SUSPENDED, suspended_with_organisation=True))
    for offer in offers:
        offer.suspended_with_organisation = False
        _move(offer, TRANSITIONS.target("lift", offer.state))
        record("offer.lifted", offer, actor=actor, organisation=organisation.pk, with_organisation=True)
        _settle(offer, actor)
    return len(offers)


@transaction.atomic
def end_of_organisation(organisation: Organisation, *, actor: User | None = None) -> int:
    """An employer that closes leaves no offer behind."""
    offers = lock_all(Offer.objects.of_organisation(organisation).filter(state__in=LIVE))
    for offer in offers:
        _move(offer, TRANSITIONS.target("end", offer.state))
        moderation.withdraw(ModerationItem.Kind.OFFER, offer, actor=actor)
        record("offer.ended", offer, actor=actor, organisation=organisation.pk, with_organisation=True)
    return len(offers)


# --- reading --------------------------------------------------------------------------------------------------


def current_data(offer: Offer) -> OfferData:
    """Its values, as an edit starts from."""
    return OfferData(
        title=offer.title,
        total_minutes=offer.total_minutes,
        description=offer.description,
        skills=list(offer.skills.select_related("group").order_by("group__position", "name")),
        formats=list(offer.formats),
        mode=offer.mode,
        departments=list(offer.departments.order_by("code")),
        communes=list(offer.communes.order_by("department", "name", "code")),
        everywhere=offer.everywhere,
        shows_name=offer.shows_name,
        starts_on=offer.starts_on,
        ends_on=offer.ends_on,
    )


def latest_data(offer: Offer) -> OfferData:
    """Its values, under those that wait for the brigade."""
    from dataclasses import replace

    data = current_data(offer)
    waiting = waiting_edit(offer)
    values = {name: change["value"] for name, change in waiting.diff.items()} if waiting else {}
    return replace(data, **values)


def waiting_edit(offer: Offer) -> ModerationItem | None:
    if offer.state not in PUBLISHED:
        return None
    return moderation.open_items(ModerationItem.Kind.OFFER, offer).first()


def missing(offer: Offer) -> list[Missing]:
    """All that a draft still lacks before it may be sent."""
    return [*_incomplete(current_data(offer)), *_of_employer(offer.organisation)]


# --- inside ---------------------------------------------------------------------------------------------------


def _locked(offer: Offer) -> Offer:
    """Organisation, then offer: the one order of locks."""
    lock(Organisation.objects.all(), pk=offer.organisation_id)
    return lock(Offer.objects.select_related("organisation__commune__department"), pk=offer.pk)


def _check_version(offer: Offer, version: int | None) -> None:
    if version is not None and version != offer.version:
        raise Stale(
            "Quelqu’un a modifié cette offre pendant que vous la remplissiez. Vos réponses sont encore dans le "
            "formulaire : comparez, puis enregistrez de nouveau.",
            code="stale",
        )


def _check(data: OfferData) -> None:
    """What even a draft must hold."""
    if not clean(data.title):
        raise RuleBroken("Donnez un titre à l’offre.", code="title")
    if not LEAST_MINUTES <= data.total_minutes <= MOST_MINUTES:
        raise RuleBroken(
            "Le temps offert va d’une demi-heure à vingt années de travail.", code="total_minutes"
        )
    if set(data.formats) - set(Format.values):
        raise RuleBroken("Choisissez des formats dans la liste.", code="formats")
    if data.starts_on and data.ends_on and data.ends_on < data.starts_on:
        raise RuleBroken("La fin vient après le début.", code="ends_on")
    if len({commune.pk for commune in data.communes}) > MOST_COMMUNES:
        raise RuleBroken(too_many_communes(), code="communes")
    farthest = today() + datetime.timedelta(days=366 * MOST_YEARS)
    for name in ("starts_on", "ends_on"):
        day = getattr(data, name)
        if day and not datetime.date(2020, 1, 1) <= day <= farthest:
            raise RuleBroken(f"Choisissez une date dans les {MOST_YEARS} ans à venir.", code=name)


def too_many_communes() -> str:
    return f"Une offre nomme {MOST_COMMUNES} communes au plus. Au-delà, cochez un département."


def _incomplete(data: OfferData) -> list[Missing]:
    lacks = []
    if said_length(data.title) < TITLE_AT_LEAST:
        lacks.append(Missing("title", f"Le titre est trop court : au moins {TITLE_AT_LEAST} caractères."))
    if not data.formats:
        lacks.append(Missing("formats", "Choisissez au moins un format."))
    if data.ends_on and data.ends_on < today():
        lacks.append(Missing("ends_on", "La période est déjà passée : changez sa fin."))
    if not data.skills:
        lacks.append(Missing("skills", "Choisissez au moins une compétence."))
    return lacks


def _of_employer(organisation: Organisation) -> list[Missing]:
    """What the employer itself lacks: validated, with a number that the registry does not say closed."""
    lacks = []
    if not organisation.is_verified:
        lacks.append(Missing("organisation_state", "La brigade doit d’abord valider votre organisation."))
    if organisation.kind == Kind.COMPANY and not organisation.siren:
        lacks.append(Missing("siren", "Donnez le SIREN de l’entreprise dans ses réglages."))
    if verification.says_closed(organisation):
        lacks.append(
            Missing(
                "ended",
                "D’après le registre, l’organisation qui porte ce SIREN est fermée : elle n’ouvre pas d’offre. Si le "
                "registre se trompe, écrivez-nous depuis la page « Contact ».",
            )
        )
    return lacks


def _write(offer: Offer, data: OfferData, leave: set[str] | frozenset[str] = frozenset()) -> None:
    at_once = ("total_minutes", "mode", "everywhere", "shows_name", "starts_on", "ends_on")
    for name in ("title", "description", *at_once):
        if name not in leave:
            value = getattr(data, name)
            setattr(offer, name, clean(value) if isinstance(value, str) else value)
    offer.formats = [code for code in Format.values if code in data.formats]


def _write_relations(offer: Offer, data: OfferData) -> None:
    offer.skills.set(data.skills)
    offer.departments.set([] if data.everywhere else data.departments)
    offer.communes.set([] if data.everywhere else data.communes)


def _move(offer: Offer, state: str, *, reason: str = "") -> None:
    at = now()
    _hold_first_hours(offer, state, at)
    offer.state = state
    offer.state_changed_at = at
    offer.state_reason = clean(reason)
    offer.version += 1
    with refusals(_TRIGGERS):
        offer.save()


def _hold_first_hours(offer: Offer, state: str, at: datetime.datetime) -> None:
    """Its first 72 hours run while it is open: else a pause would let them pass before anybody."""
    if state == State.OPEN and offer.held_since:
        offer.held_for += max(at - offer.held_since, datetime.timedelta())
        offer.held_since = None
    elif offer.state == State.OPEN and state != State.OPEN and offer.first_timers_only:
        offer.held_since = at


def _settle(offer: Offer, actor: User | None) -> Offer:
    offer.refresh_from_db(fields=["committed_minutes", "total_minutes"])
    left = offer.left_minutes
    if offer.state == State.OPEN and left <= 0:
        _move(offer, TRANSITIONS.target("exhaust", offer.state))
        record("offer.exhausted", offer, actor=actor, organisation=offer.organisation_id)
        notifications.tell(offer, "exhausted")
    elif offer.state == State.EXHAUSTED and left > 0:
        _move(offer, TRANSITIONS.target("refill", offer.state))
        record("offer.refilled", offer, actor=actor, organisation=offer.organisation_id)
    return offer


def _open_item(
    offer: Offer,
    actor: User | None,
    cause: str = ModerationItem.Cause.CREATION,
    diff: dict[str, Any] | None = None,
) -> None:
    commune = offer.organisation.commune
    moderation.open_item(
        ModerationItem.Kind.OFFER,
        offer,
        title=offer.title,
        department=commune.department if commune else None,
        cause=cause,
        diff=diff,
        actor=actor,
    )
