"""The days worked: noted, validated by both sides, refused, corrected."""

import datetime

from django.db import transaction
from django.db.models import Q

from jeveuxagir.accounts.models import User
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.constraints import refusals
from jeveuxagir.common.errors import NotAllowed, RuleBroken, allow
from jeveuxagir.common.locks import lock, retried_once
from jeveuxagir.common.text import NBSP, clean, fold
from jeveuxagir.ui.dates import day_of
from missions.sponsorships import dues, policies
from missions.sponsorships import notifications as mails
from missions.sponsorships.enums import (
    COUNTED,
    DAYS,
    MOST_A_DAY,
    SOMEBODY,
    WORKING,
    DayState,
    Part,
    Side,
    State,
)
from missions.sponsorships.models import Convention, DayEntry, Sponsorship
from missions.sponsorships.neighbours import settle_offer

from .inside import (
    BUSY,
    REFUSALS,
    convention_in_force,
    locked_day,
    locked_for_days,
    move,
    refuse_closed,
    require_acting,
    require_reason,
)
from .terms import left_of


@retried_once(BUSY)
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
    sponsorship = locked_for_days(sponsorship)
    convention = convention_in_force(sponsorship)
    coordinates = policies.can_handle(actor, sponsorship, Side.COMPANY)
    if not coordinates and not policies.is_worker(actor, convention):
        raise NotAllowed("Seule la personne mise à disposition, ou son employeur, note une journée.")
    require_acting(sponsorship, Side.COMPANY)
    if convention is None or sponsorship.state not in WORKING:
        ended = sponsorship.is_ended
        message = (
            REFUSALS["day_after_closing"] if ended else "Une journée se note une fois la convention signée."
        )
        raise RuleBroken(message, code="day_after_closing" if ended else "wrong_state")
    if corrects is not None:
        corrects = _give_way(corrects, sponsorship, actor)
    minutes = _checked_day(sponsorship, convention, on, part, minutes)
    _refuse_the_same(corrects, on, part, minutes, note)
    if sponsorship.state == State.SIGNED:
        _begin(sponsorship, actor=actor)
    with refusals(REFUSALS | {"sponsorship_never_over_convention": left_of(sponsorship)}):
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


@retried_once(BUSY)
def validate_day(day: DayEntry, *, actor: User, side: str) -> DayEntry:
    """One side says this was worked. It counts once both said so: two persons, never one for both."""
    sponsorship, day = locked_day(day)
    allow(side in Side.values)
    _refuse_own_day(actor, day, side)
    allow(policies.may_validate(actor, day, side))
    require_acting(sponsorship, side)
    refuse_closed(sponsorship)
    if day.state == DayState.VALIDATED or (day.state == DayState.WAITING and day.validated_at(side)):
        return day
    if day.state != DayState.WAITING:
        raise RuleBroken("Cette journée n’attend plus de validation.", code="wrong_state")
    setattr(day, f"{side}_by", actor)
    setattr(day, f"{side}_at", now())
    if day.company_at and day.association_at:
        day.state = DAYS.target("validate", day.state)
        day.state_changed_at = now()
    with refusals(REFUSALS):
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


@retried_once(BUSY)
def refuse_day(day: DayEntry, *, actor: User, side: str, reason: str) -> DayEntry:
    """One side says it was not worked so, and why. Its time is free again; a correction may follow."""
    sponsorship, day = locked_day(day)
    allow(side in Side.values)
    _refuse_own_day(actor, day, side)
    allow(policies.may_validate(actor, day, side))
    require_acting(sponsorship, side)
    refuse_closed(sponsorship)
    require_reason(reason)
    if day.state == DayState.WAITING and day.validated_at(side):
        raise RuleBroken("Votre côté a déjà validé cette journée.", code="validated")
    day.state = DAYS.target("refuse", day.state, label=day.get_state_display())
    day.state_changed_at = now()
    day.refused_side, day.refused_reason = side, reason
    with refusals(REFUSALS):
        day.save()
    _offer_after_day(sponsorship, actor)
    record("sponsorship.day_refused", sponsorship, actor=actor, day=day.pk, side=str(side))
    mails.tell_day(day, "day_refused", Side.COMPANY, besides=actor)
    return day


@retried_once(BUSY)
def withdraw_day(day: DayEntry, *, actor: User) -> DayEntry:
    """Noted by mistake: taken out before it counts. It stays to be read."""
    sponsorship, day = locked_day(day)
    allow(policies.may_withdraw(actor, day))
    require_acting(sponsorship, Side.COMPANY)
    refuse_closed(sponsorship)
    if day.state == DayState.WITHDRAWN:
        return day
    _withdraw(day)
    _offer_after_day(sponsorship, actor)
    record("sponsorship.day_withdrawn", sponsorship, actor=actor, day=day.pk)
    return day


@transaction.atomic
def begin(pk: int) -> bool:
    """Its first day has come. Safe to run twice."""
    sponsorship = locked_for_days(Sponsorship.objects.get(pk=pk))
    if sponsorship.state != State.SIGNED or sponsorship.starts_on > today():
        return False
    _begin(sponsorship, actor=None)
    return True


def _begin(sponsorship: Sponsorship, *, actor: User | None) -> None:
    move(sponsorship, "begin")
    sponsorship.save(update_fields=["state", "state_changed_at", "version"])
    record("sponsorship.begun", sponsorship, actor=actor)


def _withdraw(day: DayEntry) -> None:
    day.state = DAYS.target("withdraw", day.state, label=day.get_state_display())
    day.state_changed_at = now()
    with refusals(REFUSALS):
        day.save()


def _refuse_own_day(actor: User, day: DayEntry, side: str) -> None:
    if side == Side.ASSOCIATION and day.convention.employee_id == actor.person_id:
        raise NotAllowed(REFUSALS["day_never_by_who_worked"])


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


def _refuse_the_same(
    corrected: DayEntry | None, on: datetime.date, part: str, minutes: int, note: str
) -> None:
    """A correction says something else than what was refused, itself or any that it takes the place of: the same one
    would come back to who refused it, and nothing could correct it any more."""
    said = (on, part, minutes, clean(note))
    while corrected is not None:
        was = (corrected.on, corrected.part, corrected.minutes, corrected.note)
        if corrected.state == DayState.REFUSED and was == said:
            raise RuleBroken(
                f"Cette journée a été refusée telle quelle{NBSP}: changez la date, le moment ou la durée, ou "
                "ajoutez une note.",
                code="same_day",
            )
        corrected = corrected.corrects


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
        sentence = (
            f"{convention.employee_name} a déjà ce moment du {day_of(on)} sur une autre mise à disposition."
        )
        if not convention.employee_id:
            sentence += (
                f" Deux personnes du même nom{NBSP}? Un avenant dit de laquelle il s’agit, par son service."
            )
        raise RuleBroken(sentence, code="day_of_one_person")
    if sum(one.minutes for one in (*same_day, *elsewhere)) + minutes > MOST_A_DAY:
        raise RuleBroken(REFUSALS["day_twelve_hours"], code="day_twelve_hours")
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
