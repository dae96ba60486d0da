"""Every write on what the parties bring and on the funding plan.

Alliance → party → contribution or line: locked in this order. The sum of the deliveries is the database's.
"""

import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from alliances import services as alliances
from alliances.models import Alliance, Party
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import FIRST_DAY, LAST_DAY, now, today
from jeveuxagir.common.constraints import refusals
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale, allow
from jeveuxagir.common.locks import lock
from jeveuxagir.common.text import NBSP, clean

from . import policies
from .enums import FIXED_UNITS, FUNDING, FundingState, Kind, State
from .models import MOST, Contribution, Delivery, FundingLine

MOST_LINES = 300
_REFUSALS = {
    "contribution_third_funds_not": "Le tiers de confiance reste indépendant : il ne finance pas l’alliance.",
    "contribution_real_positive": "Cette quantité est trop grande : vérifiez-la.",
}


# --- what the parties bring -----------------------------------------------------------------------------------


@transaction.atomic
def plan(
    party: Party,
    *,
    actor: User,
    kind: str,
    what: str,
    planned: Decimal,
    unit: str = "",
    starts_on: datetime.date | None = None,
    ends_on: datetime.date | None = None,
    note: str = "",
) -> Contribution:
    """A party says what it will bring. Money makes it a funder, which a trusted third party cannot be."""
    alliance, party = alliances.locked_party(party)
    allow(policies.can_write(actor, alliance, party))
    if alliance.contributions.count() >= MOST_LINES:
        raise RuleBroken(f"{MOST_LINES} contributions au plus.", code="too_many")
    contribution = Contribution(alliance=alliance, party=party, kind=kind)
    _write(
        contribution, what=what, planned=planned, unit=unit, starts_on=starts_on, ends_on=ends_on, note=note
    )
    if kind == Kind.MONEY:
        _becomes_funder(party)
    alliances.acted(alliance, actor=actor)
    record("contribution.planned", alliance, actor=actor, contribution=contribution.pk, party=party.pk)
    return contribution


@transaction.atomic
def change(
    contribution: Contribution,
    *,
    actor: User,
    version: int,
    what: str,
    planned: Decimal,
    unit: str = "",
    starts_on: datetime.date | None = None,
    ends_on: datetime.date | None = None,
    note: str = "",
) -> Contribution:
    """Its kind stays: another kind is another contribution. Its unit stays too, once something was brought."""
    alliance, contribution = _locked(contribution, actor)
    if version != contribution.version:
        raise Stale("Quelqu’un a modifié cette contribution entre-temps. Relisez, puis recommencez.")
    _refuse_dropped(contribution)
    if contribution.real and clean(unit) and clean(unit) != contribution.unit:
        raise RuleBroken("Des apports sont déjà comptés dans cette unité : elle ne change plus.", code="unit")
    unit = unit or contribution.unit
    contribution.version += 1
    _write(
        contribution, what=what, planned=planned, unit=unit, starts_on=starts_on, ends_on=ends_on, note=note
    )
    _settle(contribution)
    alliances.acted(alliance, actor=actor)
    record("contribution.changed", alliance, actor=actor, contribution=contribution.pk)
    return contribution


@transaction.atomic
def deliver(
    contribution: Contribution, *, actor: User, quantity: Decimal, on: datetime.date, note: str = ""
) -> Delivery:
    """A part was really brought."""
    alliance, contribution = _locked(contribution, actor)
    _refuse_dropped(contribution)
    _check_amount(quantity, "La quantité apportée est un nombre au-dessus de zéro.")
    if on > today():
        raise RuleBroken("Notez un apport une fois qu’il a eu lieu.", code="future")
    _check_century(on)
    with refusals(_REFUSALS):
        delivery = Delivery.objects.create(
            contribution=contribution, quantity=quantity, on=on, note=note, by=actor
        )
    _settle(contribution)
    alliances.acted(alliance, actor=actor)
    record(
        "contribution.delivered", alliance, actor=actor, contribution=contribution.pk, delivery=delivery.pk
    )
    return delivery


@transaction.atomic
def undo_delivery(delivery: Delivery, *, actor: User) -> Contribution:
    """It was noted by mistake. A second click finds nothing left to undo."""
    alliance, contribution = _locked(delivery.contribution, actor)
    Delivery.objects.filter(pk=delivery.pk, contribution=contribution).delete()
    _settle(contribution)
    alliances.acted(alliance, actor=actor)
    record("contribution.delivery_undone", alliance, actor=actor, contribution=contribution.pk)
    return contribution


@transaction.atomic
def drop(contribution: Contribution, *, actor: User) -> Contribution:
    """It will not come (any more); what was brought stays counted."""
    alliance, contribution = _locked(contribution, actor)
    _refuse_dropped(contribution)
    _move(contribution, State.DROPPED)
    alliances.acted(alliance, actor=actor)
    record("contribution.dropped", alliance, actor=actor, contribution=contribution.pk)
    return contribution


@transaction.atomic
def resume(contribution: Contribution, *, actor: User) -> Contribution:
    """It will come after all."""
    alliance, contribution = _locked(contribution, actor)
    if contribution.state != State.DROPPED:
        raise RuleBroken("Cette contribution n’est pas abandonnée.", code="wrong_state")
    with refusals(_REFUSALS):
        _move(contribution, State.PLANNED)
    _settle(contribution)
    alliances.acted(alliance, actor=actor)
    record("contribution.resumed", alliance, actor=actor, contribution=contribution.pk)
    return contribution


@transaction.atomic
def pass_on(alliance: Alliance, party: Party, successor: Party | None) -> int:
    """What a party that left had still to bring: its successor's if it can, else dropped. Safe to run twice."""
    alliance = alliances.locked(alliance, even_closed=True)
    left = Contribution.objects.filter(
        alliance=alliance, party=party, state__in=[State.PLANNED, State.UNDER_WAY]
    )
    moved = 0
    for contribution in left.order_by("pk").select_for_update(no_key=True):
        if successor is not None and not (contribution.kind == Kind.MONEY and successor.is_trusted_third):
            _hand_over(contribution, successor)
        else:
            _move(contribution, State.DROPPED)
        moved += 1
    return moved


def _hand_over(contribution: Contribution, successor: Party) -> None:
    if contribution.kind == Kind.MONEY:
        _becomes_funder(lock(Party.objects.all(), pk=successor.pk))
    if not contribution.real:
        contribution.party = successor
        contribution.version += 1
        contribution.save(update_fields=["party", "version"])
        return
    rest = contribution.planned - contribution.real
    _move(contribution, State.DROPPED)
    Contribution.objects.create(
        alliance_id=contribution.alliance_id,
        party=successor,
        kind=contribution.kind,
        what=contribution.what,
        unit=contribution.unit,
        planned=rest,
        ends_on=contribution.ends_on,
    )


# --- the funding plan -----------------------------------------------------------------------------------------


@transaction.atomic
def ask(
    alliance: Alliance,
    *,
    actor: User,
    amount: Decimal,
    requested_on: datetime.date,
    funder: str = "",
    party: Party | None = None,
    note: str = "",
) -> FundingLine:
    """Money is asked from a party, or from somebody outside."""
    alliance, party = _locked_with(alliance, party)
    allow(policies.can_write(actor, alliance, party))
    if alliance.funding.count() >= MOST_LINES:
        raise RuleBroken(f"{MOST_LINES} lignes au plus.", code="too_many")
    funder = party.name if party is not None else clean(funder)
    if party is None:
        # typed by its name, a party is the funder all the same
        named = alliance.parties.live().filter(name__iexact=funder).order_by("pk").first() if funder else None
        party = alliances.locked_party(named)[1] if named is not None else None
    if not funder:
        raise RuleBroken("Dites à qui l’argent est demandé.", code="funder")
    _check_amount(amount, "Le montant est un nombre au-dessus de zéro.")
    if requested_on > today():
        raise RuleBroken("Notez une demande une fois qu’elle est partie.", code="future")
    _check_century(requested_on)
    with refusals(_REFUSALS):
        line = FundingLine.objects.create(
            alliance=alliance, funder=funder, party=party, amount=amount, requested_on=requested_on, note=note
        )
    if party is not None:
        _becomes_funder(party)
    alliances.acted(alliance, actor=actor)
    record("funding.asked", alliance, actor=actor, line=line.pk)
    return line


@transaction.atomic
def move_funding(
    line: FundingLine, *, actor: User, verb: str, version: int, obtained: Decimal | None = None
) -> FundingLine:
    """Obtained (how much), refused, paid, or asked again."""
    alliance = alliances.locked(line.alliance)
    line = lock(FundingLine.objects.select_related("party__organisation"), pk=line.pk)
    allow(policies.can_write(actor, alliance, line.party))
    if version != line.version:
        raise Stale("Quelqu’un a modifié cette ligne entre-temps. Relisez, puis recommencez.")
    target = FUNDING.target(verb, line.state, label=line.get_state_display())
    if target == FundingState.OBTAINED:
        if obtained is None:
            raise RuleBroken("Dites le montant obtenu.", code="obtained")
        _check_amount(obtained, "Le montant obtenu est un nombre au-dessus de zéro.")
        line.obtained = obtained
    elif target in (FundingState.REQUESTED, FundingState.REFUSED):
        line.obtained = None
    line.state, line.state_changed_at = target, now()
    line.version += 1
    with refusals(_REFUSALS):
        line.save()
    alliances.acted(alliance, actor=actor)
    record("funding.moved", alliance, actor=actor, line=line.pk, state=str(target))
    return line


def funds(party: Party) -> bool:
    """Whether a party brings money, or money is asked from it: it cannot be said not to be a funder."""
    money = Contribution.objects.filter(party=party, kind=Kind.MONEY)
    asked = FundingLine.objects.filter(party=party).exclude(state=FundingState.REFUSED)
    return money.exclude(state=State.DROPPED, real=0).exists() or asked.exists()


def forget_person(person: Person) -> None:
    """Erasure: what was brought stays, without who noted it."""
    Delivery.objects.filter(by__person=person).update(by=None)


# --- inside ---------------------------------------------------------------------------------------------------


def _locked(contribution: Contribution, actor: User) -> tuple[Alliance, Contribution]:
    alliance, party = alliances.locked_party(contribution.party)
    allow(policies.can_write(actor, alliance, party))
    return alliance, lock(Contribution.objects.select_related("party"), pk=contribution.pk)


def _locked_with(alliance: Alliance, party: Party | None) -> tuple[Alliance, Party | None]:
    if party is None:
        return alliances.locked(alliance), None
    if party.alliance_id != alliance.pk:
        raise NotAllowed
    return alliances.locked_party(party)


def _refuse_dropped(contribution: Contribution) -> None:
    if contribution.state == State.DROPPED:
        raise RuleBroken("Cette contribution est abandonnée : reprenez-la d’abord.", code="dropped")


def _check_amount(amount: Decimal, message: str) -> None:
    """Finite, above zero, in whole cents: the column would round the rest without a word."""
    if not amount.is_finite() or amount <= 0:
        raise RuleBroken(message, code="amount")
    if amount > MOST:
        raise RuleBroken("Ce nombre est trop grand : vérifiez-le.", code="amount")
    if amount != round(amount, 2):
        raise RuleBroken("Deux chiffres après la virgule au plus.", code="amount")


def _check_century(*days: datetime.date | None) -> None:
    for day in days:
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise RuleBroken(f"Relisez l’année{NBSP}: vous avez écrit {day.year}.", code="century")


def _write(contribution: Contribution, *, planned: Decimal, unit: str, **fields: Any) -> None:
    _check_amount(planned, "La quantité prévue est un nombre au-dessus de zéro.")
    if not clean(fields["what"]):
        raise RuleBroken("Dites ce qui est apporté.", code="what")
    _check_century(fields.get("starts_on"), fields.get("ends_on"))
    for name, value in fields.items():
        setattr(contribution, name, value)
    contribution.planned = planned
    contribution.unit = FIXED_UNITS[Kind(contribution.kind)] if contribution.kind in FIXED_UNITS else unit
    with refusals(_REFUSALS):
        contribution.save()


def _settle(contribution: Contribution) -> None:
    """Its state follows what was brought, as the database sums it."""
    contribution.refresh_from_db(fields=["real"])
    if contribution.state == State.DROPPED:
        return
    if contribution.real >= contribution.planned:
        _move(contribution, State.DONE)
    else:
        _move(contribution, State.UNDER_WAY if contribution.real else State.PLANNED)


def _move(contribution: Contribution, state: State) -> None:
    if contribution.state != state:
        contribution.state, contribution.state_changed_at = state, now()
        contribution.save(update_fields=["state", "state_changed_at"])


def _becomes_funder(party: Party) -> None:
    if not party.is_funder:
        party.is_funder = True
        party.version += 1
        with refusals():
            party.save(update_fields=["is_funder", "version"])
