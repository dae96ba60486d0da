"""Every write on sponsorships: the agreement, the conventions, the days, the end.

Locked in this order: both organisations by key → need → offer → sponsorship → convention or day. The counts are the
database's: of two coordinators who spend the last two days at once, one is told that nothing is left.
"""

import datetime
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pgtrigger
from django.db import transaction
from django.db.models import Max, Q

from jeveuxagir.accounts.models import Person, User
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.constraints import refusals
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale, allow
from jeveuxagir.common.locks import lock, lock_all, retried_once
from jeveuxagir.common.text import NBSP, clean, clean_line, fold
from jeveuxagir.ui.dates import day_of
from missions.enums import MissionMode
from missions.offers.enums import State as OfferState
from missions.offers.models import Offer
from missions.skill_needs.durations import in_words
from missions.skill_needs.enums import State as NeedState
from missions.skill_needs.models import SkillNeed
from missions.skill_needs.services import require_immersion
from organisations import policies as organisations
from organisations import verification
from organisations.companies.models import Employee
from organisations.enums import State as OrganisationState
from organisations.models import Organisation

from . import documents, dues, policies, rules, wording
from . import notifications as mails
from .enums import (
    BEFORE_SIGNING,
    COUNTED,
    DAYS,
    TRANSITIONS,
    WORKING,
    ConventionState,
    DayState,
    DueKind,
    Outcome,
    Part,
    Side,
    State,
)
from .models import MOST_A_DAY, SOMEBODY, Convention, DayEntry, Debrief, Due, Sponsorship, Valuation
from .neighbours import free_need, move_need, reasons_of, served, settle_offer

_BUSY = (
    "Plusieurs personnes agissent en même temps sur cette mise à disposition. Recommencez dans un instant."
)
#: what an offer may be while what was committed from it goes on
_STANDING = (OfferState.OPEN, OfferState.PAUSED, OfferState.EXHAUSTED, OfferState.EXPIRED)
#: as an offer's, and as far as an end of career
EARLIEST, MOST_YEARS = datetime.date(2020, 1, 1), 6
_TRIGGERS = {
    "sponsorship_closed_without_waiting": "Des journées attendent encore d’être validées.",
    "sponsorship_closed_after_debriefs": "Chaque côté fait son bilan avant la fin.",
    "convention_words_are_fixed": "Une convention signée ne change plus : proposez un avenant.",
    "day_after_closing": "Cette mise à disposition est terminée : plus rien ne s’y note ni ne s’y valide.",
    "day_within_convention": "Cette date est en dehors de la convention.",
    "day_never_ahead": "Une journée se note une fois travaillée.",
    "day_once": "Ce moment est déjà noté.",
    "day_of_one_person": (
        "Cette personne a déjà une journée à ce moment, sur une autre mise à disposition : une journée ne compte pas "
        "deux fois."
    ),
    "day_twelve_hours": "Cela fait plus de douze heures le même jour pour cette personne.",
    "day_never_by_who_worked": (
        "Vous avez travaillé ce jour-là : quelqu’un d’autre de l’association le valide."
    ),
    "convention_never_by_who_comes": (
        "Vous êtes la personne mise à disposition : quelqu’un d’autre signe pour l’association."
    ),
}


@dataclass(frozen=True)
class Terms:
    """What a convention says of the work. `profile`: the trade of who comes, cleaned: it enters the articles."""

    minutes: int
    day_minutes: int
    starts_on: datetime.date
    ends_on: datetime.date
    profile: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "profile", clean_line(self.profile))


# --- the agreement --------------------------------------------------------------------------------------------


@retried_once(_BUSY)
def draft(
    *,
    actor: User | None,
    need: SkillNeed,
    offer: Offer,
    terms: Terms,
    format: str,
    reasons: Sequence[str] = (),
) -> Sponsorship:
    """Prepared by a coordinator of the employer for a need that still seeks; `actor` None: the platform, once both
    sides said yes to a proposal. Nothing is held yet."""
    _lock_organisations(need.organisation_id, offer.organisation_id)
    need = lock(SkillNeed.objects.select_related("organisation"), pk=need.pk)
    offer = lock(Offer.objects.select_related("organisation"), pk=offer.pk)
    allow(actor is None or organisations.can_handle_missions(actor, offer.organisation))
    _require_verified(need.organisation, offer.organisation)
    if not need.is_seeking:
        raise RuleBroken("Ce besoin n’est plus ouvert.", code="need_taken")
    _require_open(offer)
    if need.organisation_id == offer.organisation_id:
        raise RuleBroken("Un employeur ne répond pas à son propre besoin.", code="own_need")
    if offer.first_timers_only and need.organisation_id in served():
        raise RuleBroken(
            "L’offre vient d’ouvrir : pendant 72 heures, elle va d’abord aux associations jamais servies.",
            code="first_timers",
        )
    sponsorship = Sponsorship(
        need=need,
        offer=offer,
        format=format,
        reasons=list(reasons) or reasons_of(need, offer),
        created_by=actor,
        **vars(terms),
    )
    _check_terms(sponsorship, terms, renewed=False)
    _check_offered(offer, terms, format)
    _require_left(offer, terms.minutes)
    with refusals(_TRIGGERS):
        sponsorship.save()
    record("sponsorship.drafted", sponsorship, actor=actor, need=need.pk, offer=offer.pk)
    return sponsorship


@retried_once(_BUSY)
def rework(sponsorship: Sponsorship, *, actor: User, version: int, terms: Terms, format: str) -> Sponsorship:
    """Change what is prepared, until the employer agrees."""
    sponsorship = _locked(sponsorship)
    allow(policies.can_handle(actor, sponsorship, Side.COMPANY))
    if sponsorship.state != State.DRAFTED:
        raise RuleBroken("Les deux côtés en parlent déjà : la convention le dira.", code="wrong_state")
    _check_version(sponsorship, version)
    _require_verified(sponsorship.employer)
    sponsorship.format = format
    _check_terms(sponsorship, terms, renewed=False)
    _check_offered(sponsorship.offer, terms, format)
    _require_left(sponsorship.offer, terms.minutes)
    for name, value in vars(terms).items():
        setattr(sponsorship, name, value)
    sponsorship.version += 1
    with refusals(_TRIGGERS):
        sponsorship.save()
    record("sponsorship.reworked", sponsorship, actor=actor)
    return sponsorship


@retried_once(_BUSY)
def employer_agree(sponsorship: Sponsorship, *, actor: User, version: int | None = None) -> Sponsorship:
    """The employer commits the time it read (`version`): its offer holds it from now on. The association is told."""
    sponsorship = _locked(sponsorship)
    allow(policies.can_handle(actor, sponsorship, Side.COMPANY))
    _check_version(sponsorship, version)
    _require_verified(sponsorship.employer, sponsorship.association)
    if not sponsorship.need.is_seeking:
        raise RuleBroken("Ce besoin n’est plus ouvert.", code="need_taken")
    if sponsorship.state == State.DRAFTED:
        _require_open(sponsorship.offer)
    _move(sponsorship, "employer_agree")
    sponsorship.agreed_at, sponsorship.agreed_by = sponsorship.state_changed_at, actor
    with refusals(_TRIGGERS | {"offer_never_overspent": _nothing_left(sponsorship.offer)}):
        sponsorship.save()
    move_need(sponsorship.need, "talk", actor=actor)
    settle_offer(sponsorship.offer, actor=actor)
    dues.plan_answer(sponsorship)
    record("sponsorship.employer_agreed", sponsorship, actor=actor, minutes=sponsorship.minutes)
    mails.tell(sponsorship, "asked", Side.ASSOCIATION, once=str(sponsorship.version), besides=actor)
    return sponsorship


@retried_once(_BUSY)
def association_agree(sponsorship: Sponsorship, *, actor: User, version: int | None = None) -> Sponsorship:
    """The association accepts what it read: its need is agreed, the convention comes next. Somebody else than who
    agreed for the employer; the others who had agreed are answered (`release_of_need`)."""
    sponsorship = _locked(sponsorship)
    allow(policies.can_handle(actor, sponsorship, Side.ASSOCIATION))
    _check_version(sponsorship, version)
    _require_verified(sponsorship.employer, sponsorship.association)
    _require_standing(sponsorship)
    if not sponsorship.need.is_seeking:
        raise RuleBroken("Ce besoin n’est plus ouvert.", code="need_taken")
    _move(sponsorship, "association_agree")
    sponsorship.accepted_by = actor
    with refusals(_TRIGGERS):
        sponsorship.save()
    move_need(sponsorship.need, "agree", actor=actor)
    dues.plan_signing(sponsorship)
    record("sponsorship.association_agreed", sponsorship, actor=actor)
    mails.tell(sponsorship, "agreed", Side.COMPANY, once=str(sponsorship.version), besides=actor)
    return sponsorship


@retried_once(_BUSY)
def decline(sponsorship: Sponsorship, *, actor: User, side: str, reason: str) -> Sponsorship:
    """Before anything is signed, either side says no and why: the time goes back to the offer, the need seeks again."""
    sponsorship = _locked(sponsorship)
    allow(side in Side.values and policies.can_handle(actor, sponsorship, side))
    if side == Side.ASSOCIATION and sponsorship.state == State.DRAFTED:
        raise NotAllowed
    _require_reason(reason)
    known_there = sponsorship.state != State.DRAFTED
    _move(sponsorship, "decline")
    sponsorship.ended_by, sponsorship.end_reason = side, reason
    sponsorship.save()
    _drop_proposed(sponsorship, actor=actor)
    free_need(sponsorship.need, actor=actor)
    settle_offer(sponsorship.offer, actor=actor)
    dues.forget(sponsorship)
    record("sponsorship.declined", sponsorship, actor=actor, side=str(side))
    if known_there:
        mails.tell(sponsorship, "declined", Side(side).other, once="", besides=actor)
    return sponsorship


# --- conventions ----------------------------------------------------------------------------------------------


@retried_once(_BUSY)
def propose_convention(
    sponsorship: Sponsorship,
    *,
    actor: User,
    side: str,
    terms: Terms,
    employee_name: str = "",
    employee: Person | None = None,
    summary: str = "",
    version: int | None = None,
    ethics_checked: bool = False,
) -> Convention:
    """The convention, by the employer, who says who comes; then an « avenant », by either side.

    Only the employer changes the person: without a name, an amendment keeps who is there. What was proposed before and
    nobody signed is replaced; what one side signed is not.
    """
    sponsorship = _locked(sponsorship)
    allow(side in Side.values and policies.can_handle(actor, sponsorship, side))
    _check_version(sponsorship, version)
    _require_verified(sponsorship.employer, sponsorship.association)
    _require_standing(sponsorship)
    current = _current(sponsorship)
    if current is None:
        if side != Side.COMPANY:
            raise NotAllowed("L’employeur écrit la convention : il dit qui vient.")
        if sponsorship.state != State.ASSOCIATION_AGREED:
            raise RuleBroken("La convention s’écrit une fois les deux côtés d’accord.", code="wrong_state")
    elif sponsorship.state not in WORKING:
        raise RuleBroken(_TRIGGERS["day_after_closing"], code="wrong_state")
    employee_name = clean_line(employee_name)
    if current is not None and (side == Side.ASSOCIATION or not employee_name):
        employee, employee_name = current.employee, current.employee_name
    if not employee_name:
        raise RuleBroken(
            "Dites qui vient : son nom n’est donné qu’une fois la convention signée.", code="employee"
        )
    if current is not None and not clean(summary):
        raise RuleBroken("Dites ce que change l’avenant.", code="summary")
    _check_terms(sponsorship, terms, renewed=current is not None)
    _require_room(sponsorship, terms)
    for waiting in sponsorship.conventions.proposed():
        if waiting.company_at or waiting.association_at:
            raise RuleBroken(
                "Un côté a déjà signé la version proposée : signez-la, ou abandonnez-la d’abord.",
                code="convention_one_proposed",
            )
        _drop(waiting, sponsorship, actor=actor)
    if current is None:
        # given up before anybody signed, it leaves nothing behind; what one side signed is kept to be read
        sponsorship.conventions.filter(company_at=None, association_at=None).delete()
    last = sponsorship.conventions.aggregate(number=Max("number"), amendment=Max("amendment"))
    convention = Convention(
        sponsorship=sponsorship,
        number=(last["number"] or 0) + 1,
        amendment=0 if current is None else (last["amendment"] or 0) + 1,
        employee=employee,
        employee_name=employee_name,
        summary=clean(summary),
        template=wording.CURRENT,
        proposed_by=actor,
        proposed_side=side,
        **vars(terms),
    )
    _check_person(convention)
    _record_ethics(convention, current, actor, checked=ethics_checked)
    convention.articles = wording.articles(sponsorship, convention)
    convention.text_hash = wording.hash_of(convention)
    with refusals(_TRIGGERS):
        convention.save()
    record("sponsorship.convention_proposed", sponsorship, actor=actor, number=convention.number)
    mails.tell_convention(convention, "to_sign", Side(side).other, besides=actor)
    return convention


@retried_once(_BUSY)
def sign(convention: Convention, *, actor: User, side: str, seen_hash: str, capacity: str = "") -> Convention:
    """One side signs the words it read; with the second signature it is in force, with its PDF.

    Only who may sign for that organisation, and never one person for both. `seen_hash`: that of the page they read.
    """
    sponsorship = _locked(convention.sponsorship)
    convention = lock(Convention.objects.select_related("employee"), pk=convention.pk)
    convention.sponsorship = sponsorship
    allow(side in Side.values)
    if not policies.can_sign(actor, sponsorship, side):
        raise NotAllowed("Seule une personne qui peut signer pour l’organisation signe la convention.")
    if side == Side.ASSOCIATION and convention.employee_id == actor.person_id:
        raise NotAllowed(_TRIGGERS["convention_never_by_who_comes"])
    if convention.state != ConventionState.PROPOSED or seen_hash != convention.text_hash:
        raise Stale("Cette convention a changé depuis que vous l’avez ouverte. Relisez-la, puis signez.")
    if wording.hash_of(convention) != convention.text_hash:
        raise RuleBroken(
            "Les mots de cette version ne sont plus ceux de son empreinte. Abandonnez-la, puis reprenez-la.",
            code="convention_altered",
        )
    if convention.signed_at(side):
        return convention
    _require_verified(sponsorship.employer, sponsorship.association)
    _require_standing(sponsorship)
    if sponsorship.state == State.ASSOCIATION_AGREED and sponsorship.need.state != NeedState.AGREED:
        raise RuleBroken("Ce besoin n’est plus ouvert.", code="need_taken")
    name = actor.person.full_name or actor.person.first_name
    said = clean(f"{name}, {capacity}" if clean(capacity) else name)[:300]
    setattr(convention, f"{side}_by", actor)
    setattr(convention, f"{side}_at", now())
    setattr(convention, f"{side}_signatory", said)
    with refusals(_TRIGGERS):
        convention.save()
    record(
        "sponsorship.convention_signed", sponsorship, actor=actor, number=convention.number, side=str(side)
    )
    if convention.company_at and convention.association_at:
        _enter_into_force(convention, actor=actor)
    else:
        mails.tell_convention(convention, "to_sign", Side(side).other, besides=actor)
    return convention


@retried_once(_BUSY)
def drop_convention(convention: Convention, *, actor: User, side: str) -> Convention:
    """A proposed convention or amendment is given up, by either side; what is in force stays."""
    sponsorship = _locked(convention.sponsorship)
    convention = lock(Convention.objects.all(), pk=convention.pk)
    allow(side in Side.values and policies.can_handle(actor, sponsorship, side))
    _require_acting(sponsorship, side)
    if convention.state != ConventionState.PROPOSED:
        raise RuleBroken("Seule une version à signer s’abandonne.", code="wrong_state")
    _drop(convention, sponsorship, actor=actor)
    convention.sponsorship = sponsorship
    if convention.signed_at(Side(side).other):
        mails.tell_convention(convention, "dropped", Side(side).other, besides=actor)
    return convention


def _enter_into_force(convention: Convention, *, actor: User) -> None:
    sponsorship = convention.sponsorship
    terms = Terms(
        convention.minutes,
        convention.day_minutes,
        convention.starts_on,
        convention.ends_on,
        convention.profile,
    )
    _require_room(sponsorship, terms)
    _check_person(convention)
    for former in sponsorship.conventions.in_force():
        former.state, former.state_changed_at = ConventionState.SUPERSEDED, now()
        former.save(update_fields=["state", "state_changed_at"])
    convention.state = ConventionState.IN_FORCE
    convention.state_changed_at = convention.in_force_at = now()
    with refusals(_TRIGGERS):
        convention.save(update_fields=["state", "state_changed_at", "in_force_at"])
    for name, value in vars(terms).items():
        setattr(sponsorship, name, value)
    if sponsorship.state == State.ASSOCIATION_AGREED:
        _move(sponsorship, "sign")
    sponsorship.version += 1
    with refusals(_TRIGGERS | {"offer_never_overspent": _nothing_left(sponsorship.offer)}):
        sponsorship.save()
    convention.document = documents.pdf_of(convention)
    convention.document_hash = hashlib.sha256(convention.document).hexdigest()
    convention.save(update_fields=["document", "document_hash"])
    settle_offer(sponsorship.offer, actor=actor)
    dues.plan(sponsorship)
    record("sponsorship.convention_in_force", sponsorship, actor=actor, number=convention.number)
    for side in Side:
        mails.tell_convention(convention, "in_force", side, besides=actor)


# --- days -----------------------------------------------------------------------------------------------------


@retried_once(_BUSY)
def log_day(
    sponsorship: Sponsorship,
    *,
    actor: User,
    on: datetime.date,
    part: str,
    minutes: int | None = None,
    note: str = "",
    corrects: DayEntry | None = None,
) -> DayEntry:
    """A day, half a day or some hours that were worked, noted by who came, or by a coordinator of their employer.

    A coordinator who notes it validates it for the employer by doing so. `minutes` is asked for some hours only. A
    correction takes the place of an entry that waits, or answers a refused one: both stay to be read.
    """
    sponsorship = _locked_for_days(sponsorship)
    convention = _current(sponsorship)
    coordinates = policies.can_handle(actor, sponsorship, Side.COMPANY)
    if not coordinates and not policies.is_worker(actor, convention):
        raise NotAllowed("Seule la personne mise à disposition, ou son employeur, note une journée.")
    _require_acting(sponsorship, Side.COMPANY)
    if convention is None or sponsorship.state not in WORKING:
        ended = sponsorship.is_ended
        message = (
            _TRIGGERS["day_after_closing"] if ended else "Une journée se note une fois la convention signée."
        )
        raise RuleBroken(message, code="day_after_closing" if ended else "wrong_state")
    if corrects is not None:
        corrects = _give_way(corrects, sponsorship, actor)
    minutes = _checked_day(sponsorship, convention, on, part, minutes)
    if sponsorship.state == State.SIGNED:
        _begin(sponsorship, actor=actor)
    with refusals(_TRIGGERS | {"sponsorship_never_over_convention": _left_of(sponsorship)}):
        day = DayEntry.objects.create(
            sponsorship=sponsorship,
            convention=convention,
            on=on,
            part=part,
            minutes=minutes,
            note=note,
            logged_by=actor,
            company_by=actor if coordinates else None,
            company_at=now() if coordinates else None,
            corrects=corrects,
        )
    dues.plan_day(day)
    record(
        "sponsorship.day_logged",
        sponsorship,
        actor=actor,
        day=day.pk,
        minutes=minutes,
        corrects=corrects.pk if corrects else None,
    )
    if corrects is not None and corrects.state == DayState.REFUSED:
        mails.tell_day(day, "day_corrected", Side(corrects.refused_side), besides=actor)
    return day


@retried_once(_BUSY)
def validate_day(day: DayEntry, *, actor: User, side: str) -> DayEntry:
    """One side says this was worked. It counts once both said so: two persons, never one for both."""
    sponsorship, day = _locked_day(day)
    allow(side in Side.values)
    _refuse_own_day(actor, day, side)
    allow(policies.may_validate(actor, day, side))
    _require_acting(sponsorship, side)
    _refuse_closed(sponsorship)
    if day.state == DayState.VALIDATED or (day.state == DayState.WAITING and day.validated_at(side)):
        return day
    if day.state != DayState.WAITING:
        raise RuleBroken("Cette journée n’attend plus de validation.", code="wrong_state")
    setattr(day, f"{side}_by", actor)
    setattr(day, f"{side}_at", now())
    if day.company_at and day.association_at:
        day.state = DAYS.target("validate", day.state)
        day.state_changed_at = now()
    with refusals(_TRIGGERS):
        day.save()
    record(
        "sponsorship.day_validated",
        sponsorship,
        actor=actor,
        day=day.pk,
        side=str(side),
        state=str(day.state),
    )
    return day


@retried_once(_BUSY)
def refuse_day(day: DayEntry, *, actor: User, side: str, reason: str) -> DayEntry:
    """One side says it was not worked so, and why. Its time is free again; a correction may follow."""
    sponsorship, day = _locked_day(day)
    allow(side in Side.values)
    _refuse_own_day(actor, day, side)
    allow(policies.may_validate(actor, day, side))
    _require_acting(sponsorship, side)
    _refuse_closed(sponsorship)
    _require_reason(reason)
    if day.state == DayState.WAITING and day.validated_at(side):
        raise RuleBroken("Votre côté a déjà validé cette journée.", code="validated")
    day.state = DAYS.target("refuse", day.state, label=day.get_state_display())
    day.state_changed_at = now()
    day.refused_side, day.refused_reason = side, reason
    with refusals(_TRIGGERS):
        day.save()
    _offer_after_day(sponsorship, actor)
    record("sponsorship.day_refused", sponsorship, actor=actor, day=day.pk, side=str(side))
    mails.tell_day(day, "day_refused", Side.COMPANY, besides=actor)
    return day


@retried_once(_BUSY)
def withdraw_day(day: DayEntry, *, actor: User) -> DayEntry:
    """Noted by mistake: taken out before it counts. It stays to be read."""
    sponsorship, day = _locked_day(day)
    allow(policies.may_withdraw(actor, day))
    _require_acting(sponsorship, Side.COMPANY)
    _refuse_closed(sponsorship)
    if day.state == DayState.WITHDRAWN:
        return day
    _withdraw(day)
    _offer_after_day(sponsorship, actor)
    record("sponsorship.day_withdrawn", sponsorship, actor=actor, day=day.pk)
    return day


# --- the end --------------------------------------------------------------------------------------------------


@retried_once(_BUSY)
def debrief(
    sponsorship: Sponsorship,
    *,
    actor: User,
    side: str,
    delivered: str,
    went_well: str,
    to_improve: str = "",
    again: bool = False,
) -> Debrief:
    """What one side says of it, once. The other side reads it after its own."""
    sponsorship = _locked(sponsorship)
    allow(side in Side.values and policies.can_handle(actor, sponsorship, side))
    _require_acting(sponsorship, side)
    if sponsorship.state not in (State.RUNNING, State.BROKEN):
        raise RuleBroken(
            "Le bilan se fait une fois le travail commencé, et avant la fin.", code="wrong_state"
        )
    if delivered not in Outcome.values:
        raise RuleBroken("Dites si ce qui était demandé est fait.", code="delivered")
    if not clean(went_well):
        raise RuleBroken("Dites ce qui a bien marché, même en une phrase.", code="went_well")
    with refusals(_TRIGGERS):
        said = Debrief.objects.create(
            sponsorship=sponsorship,
            side=side,
            delivered=delivered,
            went_well=went_well,
            to_improve=to_improve,
            again=again,
            author=actor,
        )
    record("sponsorship.debriefed", sponsorship, actor=actor, side=str(side))
    mails.tell(sponsorship, "debriefed", Side(side).other, once=str(side), besides=actor)
    return said


@retried_once(_BUSY)
def close(sponsorship: Sponsorship, *, actor: User, side: str, version: int | None = None) -> Sponsorship:
    """Both debriefs are written, by two persons, and no day waits: what was not used goes back to the offer, the need
    is delivered."""
    sponsorship = _locked(sponsorship)
    allow(side in Side.values and policies.can_handle(actor, sponsorship, side))
    if sponsorship.state == State.CLOSED:
        return sponsorship
    _check_version(sponsorship, version)
    _require_acting(sponsorship, side)
    _move(sponsorship, "close")
    with refusals(_TRIGGERS):
        sponsorship.save()
    _drop_proposed(sponsorship, actor=actor)
    move_need(sponsorship.need, "deliver", actor=actor)
    settle_offer(sponsorship.offer, actor=actor)
    dues.forget(sponsorship)
    record("sponsorship.closed", sponsorship, actor=actor, validated=sponsorship.validated_minutes)
    mails.tell(sponsorship, "closed", Side(side).other, once="", besides=actor)
    return sponsorship


@retried_once(_BUSY)
def break_off(sponsorship: Sponsorship, *, actor: User | None, side: str, reason: str) -> Sponsorship:
    """Either side ends it before its time and says why. The days done stay counted; those that wait may still be
    validated; the rest goes back to the offer, and the need seeks again."""
    sponsorship = _locked(sponsorship)
    allow(side in Side.values and (actor is None or policies.can_handle(actor, sponsorship, side)))
    _require_reason(reason)
    _move(sponsorship, "break")
    sponsorship.ended_by, sponsorship.end_reason = side, reason
    with refusals(_TRIGGERS):
        sponsorship.save()
    _drop_proposed(sponsorship, actor=actor)
    free_need(sponsorship.need, actor=actor)
    settle_offer(sponsorship.offer, actor=actor)
    dues.forget(sponsorship)
    record("sponsorship.broken", sponsorship, actor=actor, side=str(side))
    mails.tell(sponsorship, "broken", Side(side).other, once="", besides=actor)
    return sponsorship


@transaction.atomic
def begin(pk: int) -> bool:
    """Its first day has come. Safe to run twice."""
    sponsorship = _locked_for_days(Sponsorship.objects.get(pk=pk))
    if sponsorship.state != State.SIGNED or sponsorship.starts_on > today():
        return False
    _begin(sponsorship, actor=None)
    return True


def release_of_need(need_id: int) -> int:
    """The need is taken, given back or given up: whoever had agreed or prepared something is answered, and the time
    they held is theirs again. Safe to run twice. Each in its own transaction, as their organisations differ."""
    rows = Sponsorship.objects.filter(need=need_id, state__in=BEFORE_SIGNING).order_by("pk")
    return sum(_release(row, _because_of_need) for row in rows.select_related("need", "offer"))


def lapse_due() -> int:
    """Nobody answered, or nobody signed, for too long: it ends, both sides are told, the time is free again."""
    late = Due.objects.filter(kind=DueKind.LAPSE, settled_at=None, due_on__lte=today())
    return dues.each(late, _lapse)


def _lapse(pk: int) -> bool:
    row = Sponsorship.objects.select_related("need", "offer").get(dues=pk)
    done = _release(row, lambda current: _because_of_silence(current, pk))
    Due.objects.filter(pk=pk, settled_at=None).update(settled_at=now(), told=done)
    return done


def _because_of_need(sponsorship: Sponsorship) -> str:
    need = sponsorship.need
    if need.state == NeedState.AGREED:
        mine = sponsorship.state == State.ASSOCIATION_AGREED
        return "" if mine else "L’association a retenu une autre proposition pour ce besoin."
    if need.state == NeedState.DELIVERED:
        return "Ce qui était demandé a été fait autrement."
    if need.state in (NeedState.NO_TAKER, NeedState.DRAFT):
        return "L’association ne cherche plus pour ce besoin."
    return ""


def _because_of_silence(sponsorship: Sponsorship, pk: int) -> str:
    if not Due.objects.filter(pk=pk, about=sponsorship.state, settled_at=None).exists():
        return ""  # it moved on, or somebody was quicker
    if sponsorship.state == State.EMPLOYER_AGREED:
        return "Le temps de répondre est passé sans réponse de l’association."
    return "Le temps de signer est passé sans les deux signatures."


@retried_once(_BUSY)
def _release(sponsorship: Sponsorship, why: Callable[[Sponsorship], str]) -> bool:
    """End what is not signed, by the platform; `why` is asked under the locks, and may say that nothing is to end."""
    sponsorship = _locked(sponsorship)
    reason = why(sponsorship) if sponsorship.state in BEFORE_SIGNING else ""
    if not reason:
        return False
    was = sponsorship.state
    _move(sponsorship, "decline")
    sponsorship.ended_by, sponsorship.end_reason = Side.ASSOCIATION, reason
    sponsorship.save()
    _drop_proposed(sponsorship, actor=None)
    free_need(sponsorship.need, actor=None)
    settle_offer(sponsorship.offer, actor=None)
    dues.forget(sponsorship)
    record("sponsorship.released", sponsorship, was=str(was))
    mails.tell(sponsorship, "released", Side.COMPANY, once="")
    if was != State.DRAFTED:
        mails.tell(sponsorship, "released", Side.ASSOCIATION, once="")
    return True


@retried_once(_BUSY)
def value(sponsorship: Sponsorship, *, actor: User, year: int, amount: Decimal | None) -> None:
    """What the employer reckons this year cost it; None takes it out. For its own eyes."""
    sponsorship = _locked_for_days(sponsorship)
    allow(policies.can_handle(actor, sponsorship, Side.COMPANY))
    rows = Valuation.objects.filter(sponsorship=sponsorship, year=year)
    if amount is None:
        rows.delete()
    else:
        if not amount.is_finite() or not 0 <= amount <= 100_000_000 or amount != round(amount, 2):
            raise RuleBroken(
                "Écrivez un montant en euros, deux chiffres après la virgule au plus.", code="amount"
            )
        Valuation.objects.update_or_create(sponsorship=sponsorship, year=year, defaults={"amount": amount})
    record("sponsorship.valued", sponsorship, actor=actor, year=year)


@transaction.atomic
def end_with_organisation(organisation: Organisation) -> int:
    """It closed: what is not signed comes to nothing, what is under way is broken off. Safe to run twice."""
    reason = f"{organisation.name} est fermée."
    ended = 0
    rows = Sponsorship.objects.of_organisation(organisation) | Sponsorship.objects.given_by(organisation)
    for row in rows.filter(state__in=[*BEFORE_SIGNING, *WORKING]).order_by("pk"):
        sponsorship = _locked(row)
        side = Side.COMPANY if sponsorship.offer.organisation_id == organisation.pk else Side.ASSOCIATION
        if sponsorship.state in WORKING:
            break_off(sponsorship, actor=None, side=side, reason=reason)
        elif sponsorship.state in BEFORE_SIGNING:
            _move(sponsorship, "decline")
            sponsorship.ended_by, sponsorship.end_reason = side, reason
            sponsorship.save()
            _drop_proposed(sponsorship, actor=None)
            free_need(sponsorship.need, actor=None)
            settle_offer(sponsorship.offer, actor=None)
            dues.forget(sponsorship)
            record("sponsorship.declined", sponsorship, side=str(side))
            if sponsorship.agreed_at:
                mails.tell(sponsorship, "declined", side.other, once="")
        ended += 1
    return ended


# --- inside ---------------------------------------------------------------------------------------------------


def _lock_organisations(*pks: int) -> None:
    lock_all(Organisation.objects.filter(pk__in=pks))


def _locked(sponsorship: Sponsorship) -> Sponsorship:
    """With both organisations, its need and its offer, in order; the three are its attributes."""
    _lock_organisations(sponsorship.need.organisation_id, sponsorship.offer.organisation_id)
    need = lock(SkillNeed.objects.select_related("organisation"), pk=sponsorship.need_id)
    offer = lock(Offer.objects.select_related("organisation"), pk=sponsorship.offer_id)
    sponsorship = lock(Sponsorship.objects.all(), pk=sponsorship.pk)
    sponsorship.need, sponsorship.offer = need, offer
    return sponsorship


def _locked_for_days(sponsorship: Sponsorship) -> Sponsorship:
    """A day touches no organisation and no need: its offer, then itself."""
    offer = lock(Offer.objects.select_related("organisation"), pk=sponsorship.offer_id)
    rows = Sponsorship.objects.select_related("need__organisation")
    sponsorship = lock(rows, pk=sponsorship.pk)
    sponsorship.offer = offer
    return sponsorship


def _locked_day(day: DayEntry) -> tuple[Sponsorship, DayEntry]:
    sponsorship = _locked_for_days(day.sponsorship)
    day = lock(DayEntry.objects.select_related("convention"), pk=day.pk)
    day.sponsorship = sponsorship
    return sponsorship, day


def _current(sponsorship: Sponsorship) -> Convention | None:
    return sponsorship.conventions.in_force().select_related("employee").first()


def _move(sponsorship: Sponsorship, verb: str) -> None:
    label = sponsorship.get_state_display()
    sponsorship.state = TRANSITIONS.target(verb, sponsorship.state, label=label)
    sponsorship.state_changed_at = now()
    sponsorship.version += 1


def _begin(sponsorship: Sponsorship, *, actor: User | None) -> None:
    _move(sponsorship, "begin")
    sponsorship.save(update_fields=["state", "state_changed_at", "version"])
    record("sponsorship.begun", sponsorship, actor=actor)


def _drop(convention: Convention, sponsorship: Sponsorship, *, actor: User | None) -> None:
    convention.state, convention.state_changed_at = ConventionState.DROPPED, now()
    convention.save(update_fields=["state", "state_changed_at"])
    record("sponsorship.convention_dropped", sponsorship, actor=actor, number=convention.number)


def _drop_proposed(sponsorship: Sponsorship, *, actor: User | None) -> None:
    for convention in sponsorship.conventions.proposed():
        _drop(convention, sponsorship, actor=actor)


def _withdraw(day: DayEntry) -> None:
    day.state = DAYS.target("withdraw", day.state, label=day.get_state_display())
    day.state_changed_at = now()
    with refusals(_TRIGGERS):
        day.save()


def _refuse_own_day(actor: User, day: DayEntry, side: str) -> None:
    if side == Side.ASSOCIATION and day.convention.employee_id == actor.person_id:
        raise NotAllowed(_TRIGGERS["day_never_by_who_worked"])


def _offer_after_day(sponsorship: Sponsorship, actor: User) -> None:
    """Of a broken one, a day refused gives its time back."""
    if sponsorship.is_ended:
        settle_offer(sponsorship.offer, actor=actor)


def _give_way(corrected: DayEntry, sponsorship: Sponsorship, actor: User) -> DayEntry:
    """The entry that a correction replaces: withdrawn if it waited; a refused one stays as it is."""
    day = lock(DayEntry.objects.filter(sponsorship=sponsorship).select_related("convention"), pk=corrected.pk)
    day.sponsorship = sponsorship
    allow(policies.may_withdraw(actor, day))
    if day.state == DayState.WAITING:
        _withdraw(day)
        record("sponsorship.day_withdrawn", sponsorship, actor=actor, day=day.pk)
    elif day.state != DayState.REFUSED or day.corrections.exists():
        raise RuleBroken("Cette journée ne se corrige plus.", code="wrong_state")
    return day


def _checked_day(
    sponsorship: Sponsorship, convention: Convention, on: datetime.date, part: str, minutes: int | None
) -> int:
    """The minutes it counts; refuses the future, other dates than the convention's, the same moment twice."""
    if on > today():
        raise RuleBroken("Une journée se note une fois travaillée, pas à l’avance.", code="day_never_ahead")
    if not convention.starts_on <= on <= convention.ends_on:
        raise RuleBroken(
            f"Cette date est en dehors de la convention{NBSP}: du {day_of(convention.starts_on)} "
            f"au {day_of(convention.ends_on)}.",
            code="day_within_convention",
        )
    if part not in Part.values:
        raise RuleBroken("Choisissez une journée, une demi-journée ou quelques heures.", code="part")
    if part == Part.WHOLE:
        minutes = convention.day_minutes
    elif part in (Part.MORNING, Part.AFTERNOON):
        minutes = convention.day_minutes // 2 + (convention.day_minutes % 2 if part == Part.MORNING else 0)
    if minutes is None or not 15 <= minutes <= MOST_A_DAY:
        raise RuleBroken(
            "Dites combien d’heures, d’un quart d’heure à douze heures.", code="day_minutes_sane"
        )
    same_day = list(sponsorship.days.filter(on=on, state__in=COUNTED))
    if any(part in (Part.WHOLE, one.part) or one.part == Part.WHOLE for one in same_day):
        raise RuleBroken(f"Ce moment du {day_of(on)} est déjà noté.", code="day_once")
    elsewhere = _days_elsewhere(convention, on)
    if any(_clash(part, one.part) for one in elsewhere):
        raise RuleBroken(
            f"{convention.employee_name} a déjà ce moment du {day_of(on)} sur une autre mise à disposition.",
            code="day_of_one_person",
        )
    if sum(one.minutes for one in (*same_day, *elsewhere)) + minutes > MOST_A_DAY:
        raise RuleBroken(_TRIGGERS["day_twelve_hours"], code="day_twelve_hours")
    return minutes


def _clash(part: str, other: str) -> bool:
    """Whether two entries of different sponsorships are of the same moment: some hours may follow others."""
    return Part.WHOLE in (part, other) or (part == other and part != Part.HOURS)


def _days_elsewhere(convention: Convention, on: datetime.date) -> list[DayEntry]:
    """What the same person has on this date on other sponsorships: the same account, whoever employs it; without one,
    the same name at the same employer."""
    employer = convention.sponsorship.offer.organisation_id
    named = Q(convention__employee=convention.employee_id) if convention.employee_id else Q()
    without = Q(sponsorship__offer__organisation=employer)
    if convention.employee_id:
        without &= Q(convention__employee=None)
    rows = DayEntry.objects.counted().filter(on=on).exclude(sponsorship=convention.sponsorship_id)
    found = rows.filter(named | without if named else without).select_related("convention")
    said = fold(convention.employee_name)
    return [
        one
        for one in found
        if (convention.employee_id and one.convention.employee_id == convention.employee_id)
        or (fold(one.convention.employee_name) == said and said != fold(SOMEBODY))
    ]


def check_dates(starts_on: datetime.date, ends_on: datetime.date) -> None:
    """Neither before anything was lent here, nor further than anybody plans. `code`: the field."""
    furthest = today() + datetime.timedelta(days=366 * MOST_YEARS)
    for code, day in (("starts_on", starts_on), ("ends_on", ends_on)):
        if not EARLIEST <= day <= furthest:
            raise RuleBroken(
                f"Choisissez une date entre le {day_of(EARLIEST)} et le {day_of(furthest)}.", code=code
            )


def _check_terms(sponsorship: Sponsorship, terms: Terms, *, renewed: bool) -> None:
    check_dates(terms.starts_on, terms.ends_on)
    if terms.ends_on < terms.starts_on:
        raise RuleBroken("La fin vient après le début.", code="sponsorship_dates_ordered")
    if not clean(terms.profile):
        raise RuleBroken("Dites le métier de la personne qui vient.", code="profile")
    if sponsorship.is_immersion:
        require_immersion(terms.minutes)
    first, agreed_until = terms.starts_on, None
    if renewed:
        past = sponsorship.conventions.exclude(in_force_at=None)
        first = min(first, *past.values_list("starts_on", flat=True))
        current = _current(sponsorship)
        agreed_until = current.ends_on if current else None
    rules.check(
        sponsorship.offer.organisation.kind, first=first, last=terms.ends_on, agreed_until=agreed_until
    )


def _check_offered(offer: Offer, terms: Terms, format: str) -> None:
    """What the offer says of its period and of its formats holds for what is prepared from it."""
    early = offer.starts_on is not None and terms.starts_on < offer.starts_on
    late = offer.ends_on is not None and terms.ends_on > offer.ends_on
    if early or late:
        since = f"du {day_of(offer.starts_on)} " if offer.starts_on else ""
        until = f"jusqu’au {day_of(offer.ends_on)}" if offer.ends_on else "sans date de fin"
        raise RuleBroken(
            f"L’offre vaut {since}{until}{NBSP}: changez ces dates, ou celles de l’offre.",
            code="offer_period",
        )
    if offer.formats and format not in offer.formats:
        said = ", ".join(f"« {label} »" for label in offer.formats_in_words)
        raise RuleBroken(
            f"Ce format n’est pas de l’offre ({said}){NBSP}: changez-le, ou ajoutez-le à l’offre.",
            code="offer_format",
        )


def outside_territory(sponsorship: Sponsorship) -> bool:
    """Whether the need is on site in a department where the offer does not go: said, not refused, as people may agree
    on it."""
    need, offer = sponsorship.need, sponsorship.offer
    if offer.everywhere or MissionMode.REMOTE in (need.mode, offer.mode) or not need.department_id:
        return False
    goes = set(offer.departments.values_list("pk", flat=True))
    if not goes and offer.organisation.department_id:
        goes = {offer.organisation.department_id}
    return need.department_id not in goes


def _check_person(convention: Convention) -> None:
    """All that this person was lent by this employer, as signed, with what is asked now."""
    employer = convention.sponsorship.offer.organisation
    signed = Convention.objects.filter(sponsorship__offer__organisation=employer).exclude(in_force_at=None)
    same = [
        one
        for one in signed.select_related("sponsorship")
        if (one.employee_id and one.employee_id == convention.employee_id)
        or (
            fold(one.employee_name) == fold(convention.employee_name)
            and None in (one.employee_id, convention.employee_id)
            and one.employee_name != SOMEBODY
        )
    ]
    periods = [(one.starts_on, _ended_on(one)) for one in same]
    rules.check_person(
        employer.kind,
        [(first, last) for first, last in periods if first <= last]
        + [(convention.starts_on, convention.ends_on)],
    )


def _record_ethics(convention: Convention, current: Convention | None, actor: User, *, checked: bool) -> None:
    """A public employer says that the check of ethics was made for who comes; who said so, and when, is kept. Asked
    again when the person changes."""
    rule = rules.ethics_rule(convention.sponsorship.offer.organisation.kind)
    if rule is None:
        return
    same = (
        current is not None
        and current.employee_name == convention.employee_name
        and current.employee_id == convention.employee_id
    )
    if current is not None and same and current.ethics_at:
        convention.ethics_by, convention.ethics_at = current.ethics_by, current.ethics_at
        return
    if same and convention.proposed_side == Side.ASSOCIATION:
        return  # signed before it was asked: the employer says it with its own next amendment
    if not checked:
        raise RuleBroken(f"Le contrôle de déontologie vient d’abord. {rule.cited}", code=rule.code)
    convention.ethics_by, convention.ethics_at = actor, now()


def _ended_on(convention: Convention) -> datetime.date:
    """The last day lent under it: that of its end, or the day it was broken off or replaced."""
    sponsorship = convention.sponsorship
    if convention.state == ConventionState.SUPERSEDED or sponsorship.state in (State.BROKEN, State.CLOSED):
        moved = convention if convention.state == ConventionState.SUPERSEDED else sponsorship
        return min(convention.ends_on, moved.state_changed_at.date())
    return convention.ends_on


def _require_room(sponsorship: Sponsorship, terms: Terms) -> None:
    """New terms keep what is already counted inside, and what they add fits the offer."""
    if terms.minutes < sponsorship.logged_minutes:
        raise RuleBroken(
            f"Déjà {sponsorship.in_words(sponsorship.logged_minutes)} notés{NBSP}: la durée ne descend pas plus bas.",
            code="sponsorship_never_over_convention",
        )
    counted = sponsorship.days.counted()
    outside = counted.exclude(on__range=(terms.starts_on, terms.ends_on)).order_by("on").first()
    if outside is not None:
        raise RuleBroken(
            f"La journée du {day_of(outside.on)} serait en dehors de ces dates.", code="day_within_convention"
        )
    more = terms.minutes - sponsorship.held_minutes
    if more > sponsorship.offer.left_minutes:
        raise RuleBroken(_nothing_left(sponsorship.offer), code="offer_never_overspent")


def _require_left(offer: Offer, minutes: int) -> None:
    if minutes > offer.left_minutes:
        raise RuleBroken(_nothing_left(offer), code="offer_never_overspent")


def _nothing_left(offer: Offer) -> str:
    offer.refresh_from_db(fields=["committed_minutes"])
    if offer.left_minutes <= 0:
        return "Il ne reste plus de temps dans cette offre."
    return f"Il ne reste {_only(in_words(offer.left_minutes, offer.day_minutes))} dans cette offre."


def _only(length: str) -> str:
    """« que 2 jours », « qu’une demi-journée »."""
    return f"qu’{length}" if length.startswith("une") else f"que {length}"


def _left_of(sponsorship: Sponsorship) -> str:
    left = sponsorship.minutes - sponsorship.logged_minutes
    if left <= 0:
        return "Tout le temps de la convention est déjà noté. Un avenant peut en ajouter."
    return f"Il ne reste {_only(sponsorship.in_words(left))} dans la convention. Un avenant peut en ajouter."


def _require_verified(*several: Organisation) -> None:
    """Validated, and not closed according to the registry."""
    for organisation in several:
        if organisation.state != OrganisationState.VALIDATED:
            raise RuleBroken(f"{organisation.name} n’est pas validée en ce moment.", code="not_validated")
        if verification.says_closed(organisation):
            raise RuleBroken(
                f"D’après le registre, l’organisation qui porte le numéro de {organisation.name} est fermée{NBSP}: "
                "rien ne s’engage avec elle. Si le registre se trompe, écrivez-nous depuis la page « Contact ».",
                code="closed_number",
            )


def _require_acting(sponsorship: Sponsorship, side: str) -> None:
    """Suspended, an organisation may only put an end to things; what is counted stays counted."""
    organisation = sponsorship.organisation_of(side)
    if organisation.state != OrganisationState.VALIDATED:
        raise RuleBroken(
            f"{organisation.name} n’est pas validée en ce moment{NBSP}: elle ne note, ne valide et ne signe rien. "
            "Ce qui est déjà compté le reste.",
            code="not_validated",
        )


def _require_open(offer: Offer) -> None:
    if offer.state == OfferState.EXHAUSTED:
        raise RuleBroken(_nothing_left(offer), code="offer_never_overspent")
    if offer.state != OfferState.OPEN or (offer.ends_on is not None and offer.ends_on < today()):
        raise RuleBroken("Cette offre n’est pas ouverte.", code="offer_closed")


def _require_standing(sponsorship: Sponsorship) -> None:
    """What an employer committed stands when it pauses or ends its offer, not when the brigade suspends one of both."""
    if sponsorship.offer.state not in _STANDING:
        raise RuleBroken(
            "La brigade a suspendu cette offre : rien ne s’engage tant qu’elle l’est.", code="offer_closed"
        )
    if sponsorship.need.state == NeedState.SUSPENDED:
        raise RuleBroken(
            "La brigade a suspendu ce besoin : rien ne s’engage tant qu’il l’est.", code="need_suspended"
        )


def _check_version(sponsorship: Sponsorship, version: int | None) -> None:
    """`version`: of the page somebody read."""
    if version is not None and version != sponsorship.version:
        raise Stale("Quelqu’un a modifié cette mise à disposition entre-temps. Relisez, puis recommencez.")


def _require_reason(reason: str) -> None:
    if not clean(reason):
        raise RuleBroken("Dites pourquoi.", code="reason")


def _refuse_closed(sponsorship: Sponsorship) -> None:
    if sponsorship.state == State.CLOSED:
        raise RuleBroken(_TRIGGERS["day_after_closing"], code="day_after_closing")


def erase_old(rows: Any) -> None:
    """Six years after the end (personal_data.py), the one thing that deletes what was validated and signed."""
    with pgtrigger.ignore(
        "sponsorships.DayEntry:a_validated_day_stays", "sponsorships.Convention:signed_paper_is_kept"
    ):
        rows.delete()


def forget_names(conventions: Sequence[Convention]) -> None:
    """A year after the end: who came, who signed and what was noted are taken out; terms, days and hashes stay."""
    for convention in conventions:
        convention.employee = convention.company_by = convention.association_by = None
        convention.employee_name = SOMEBODY
        convention.company_signatory = SOMEBODY if convention.company_at else ""
        convention.association_signatory = SOMEBODY if convention.association_at else ""
        convention.summary = ""
        convention.document = b""
        convention.salt = ""
        convention.forgotten_at = now()
        convention.save()
    DayEntry.objects.filter(convention__in=conventions).update(note="")


@transaction.atomic
def forget_person(person: Person) -> None:
    """Erasure: this person is taken out of the conventions that name them; the others stay in."""
    DayEntry.objects.filter(convention__employee=person).update(note="")
    named = Q(employee=person) | Q(company_by__person=person) | Q(association_by__person=person)
    for convention in lock_all(Convention.objects.filter(named)):
        if convention.employee_id == person.pk:
            convention.employee, convention.employee_name, convention.salt = None, SOMEBODY, ""
            if convention.state == ConventionState.PROPOSED:
                # nobody signs that « une personne » comes
                convention.state, convention.state_changed_at = ConventionState.DROPPED, now()
                record("sponsorship.convention_dropped", convention.sponsorship, number=convention.number)
        for side in Side:
            signed = getattr(convention, f"{side}_by")
            if signed is not None and signed.person_id == person.pk:
                setattr(convention, f"{side}_by", None)
                setattr(convention, f"{side}_signatory", SOMEBODY)
        convention.document = b""
        convention.save()
    Convention.objects.filter(proposed_by__person=person).update(proposed_by=None)
    Convention.objects.filter(ethics_by__person=person).update(ethics_by=None)


def employee_of_address(organisation: Organisation, email: str) -> Person | None:
    """Whose account has this address among the people who said that they work there, if any."""
    people = Employee.objects.of_organisation(organisation).live()
    row = people.filter(person__user__email__iexact=clean(email)).select_related("person").first()
    return row.person if row else None
