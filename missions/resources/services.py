"""Every write on needs of means, on what is promised for them, and on the sheets of instruments.

Locks: organisation → need → promise; the case of moderation after the need.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db import transaction

from jeveuxagir.accounts import limits
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.accounts.services import touch
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import FIRST_DAY, now, today
from jeveuxagir.common.constraints import refusals
from jeveuxagir.common.errors import RuleBroken, Stale, allow
from jeveuxagir.common.locks import lock, lock_all
from jeveuxagir.common.text import NBSP, clean
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.taxonomies.models import Domain, Sdg
from jeveuxagir.territories.models import Commune
from jeveuxagir.ui.dates import day_of
from organisations.enums import State as OrganisationState
from organisations.models import Organisation

from . import notifications, policies
from .enums import FIXED_UNITS, PROMISES, TRANSITIONS, UNSENT, Kind, Means, Per, Promised, State
from .models import MOST, Instrument, Need, Promise, with_unit

KIND = ModerationItem.Kind.RESOURCE_NEED.value
Cause = ModerationItem.Cause
#: so far ahead at most
FURTHEST = datetime.timedelta(days=730)
#: promises for one need
MOST_PROMISES = 200
#: what the brigade reads again when it changes on something public
SENSITIVE = {"title": "titre", "purpose": "pour quoi faire", "asked": "ce qui est demandé"}
_REFUSALS = {
    "need_of_no_company": (
        "Une entreprise ne dit pas de besoin, même au nom d’une association : l’association le dit elle-même."
    )
}


@dataclass(frozen=True)
class NeedData:
    """What the form holds. `unit` is not asked for money."""

    title: str
    kind: str
    quantity: Decimal
    purpose: str
    deadline: datetime.date
    domain: Domain
    commune: Commune
    unit: str = ""
    sdgs: Sequence[Sdg] = ()


@dataclass(frozen=True)
class PromiseData:
    kind: str
    what: str
    quantity: Decimal
    unit: str = ""
    per: str = Per.ONCE
    starts_on: datetime.date | None = None
    ends_on: datetime.date | None = None
    note: str = ""
    named: bool = False


@dataclass(frozen=True)
class Edited:
    """What an edit did at once, and what waits for the brigade (French labels)."""

    need: Need
    waiting: list[str] = field(default_factory=list)


# --- saying a need --------------------------------------------------------------------------------------------


@transaction.atomic
def draft(*, actor: User, organisation: Organisation, data: NeedData) -> Need:
    """A draft that its team alone sees. Never a company's."""
    organisation = lock(Organisation.objects.select_related("commune__department"), pk=organisation.pk)
    allow(policies.can_handle(actor, organisation))
    if not policies.may_own(organisation):
        raise RuleBroken(_REFUSALS["need_of_no_company"], code="company")
    if organisation.state not in (
        OrganisationState.DRAFT,
        OrganisationState.PENDING,
        OrganisationState.VALIDATED,
    ):
        raise RuleBroken(
            f"Votre organisation est {organisation.get_state_display()} : elle ne peut pas dire de besoin.",
            code="organisation_state",
        )
    limits.require("resource_need_account", actor.pk)
    need = Need(organisation=organisation, created_by=actor)
    _check_deadline(data.deadline)
    _write(need, data)
    record("resource_need.drafted", need, actor=actor, organisation=organisation.pk)
    touch(actor.person)
    return need


@transaction.atomic
def edit(need: Need, *, actor: User, data: NeedData, version: int | None = None) -> Edited:
    """A draft changes whole. Of what is public, words and quantity wait for the brigade; the rest changes at once."""
    need = _mine(need, actor)
    if version is not None and version != need.version:
        raise Stale(
            "Quelqu’un a changé ce besoin entre-temps. Ce que vous avez écrit est gardé : relisez, puis "
            "enregistrez de nouveau.",
            code="stale",
        )
    if need.state == State.PENDING:
        raise RuleBroken("La brigade est en train de le lire : reprenez-le d’abord.", code="state")
    if need.state not in (*UNSENT, State.OPEN):
        raise RuleBroken("Ce besoin est terminé : il ne change plus.", code="state")
    if data.deadline != need.deadline:
        _check_deadline(data.deadline)
    if need.state in UNSENT:
        _write(need, data)
        record("resource_need.edited", need, actor=actor, waiting=[])
        return Edited(need)
    diff = _diff(need, data)
    _write(
        need,
        replace(
            data,
            title=need.title,
            purpose=need.purpose,
            kind=need.kind,
            quantity=need.quantity,
            unit=need.unit,
        ),
    )
    if diff:
        _open_item(need, Cause.EDIT, actor, diff=diff)
    else:
        moderation.withdraw(KIND, need, actor=actor)
    record("resource_need.edited", need, actor=actor, waiting=sorted(diff))
    return Edited(need, [change["label"] for change in diff.values()])


@transaction.atomic
def submit(need: Need, *, actor: User) -> Need:
    """The brigade of its department reads it before anybody else does."""
    need = _mine(need, actor)
    if not need.organisation.is_verified:
        raise RuleBroken(
            "Votre organisation doit d’abord être validée par la brigade. Votre brouillon est gardé.",
            code="not_validated",
        )
    _check_deadline(need.deadline)
    _move(need, "submit")
    need.reason = ""
    _save(need)
    _open_item(need, Cause.CREATION, actor)
    record("resource_need.submitted", need, actor=actor)
    return need


@transaction.atomic
def take_up(need: Need, *, actor: User) -> Need:
    """To change something before the brigade has read it, or to ask again once it was closed."""
    need = _mine(need, actor)
    _move(need, "take_up")
    _save(need)
    moderation.withdraw(KIND, need, actor=actor)
    record("resource_need.taken_up", need, actor=actor)
    return need


@transaction.atomic
def delete_draft(need: Need, *, actor: User) -> None:
    """What nobody ever read."""
    need = _mine(need, actor)
    if need.state not in UNSENT or need.opened_at is not None or need.promises.exists():
        raise RuleBroken("Seul un brouillon jamais publié se supprime.", code="state")
    record("resource_need.deleted", need, actor=actor)
    need.delete()


@transaction.atomic
def withdraw_edit(need: Need, *, actor: User) -> Need:
    """The organisation takes its waiting words back: the public ones stay."""
    need = _mine(need, actor)
    if need.state != State.OPEN or not moderation.withdraw(KIND, need, actor=actor):
        raise RuleBroken("Aucun changement n’attend plus la brigade.", code="nothing_waits")
    record("resource_need.edit_withdrawn", need, actor=actor)
    return need


@transaction.atomic
def meet(need: Need, *, actor: User) -> Need:
    """It has what it asked for. What was promised may still be received."""
    need = _mine(need, actor)
    _move(need, "meet")
    _save(need)
    moderation.withdraw(KIND, need, actor=actor)
    record("resource_need.met", need, actor=actor)
    notifications.tell_givers(need, "met")
    return need


@transaction.atomic
def close(need: Need, *, actor: User, reason: str) -> Need:
    """Given up: those who promised read why."""
    need = _mine(need, actor)
    return _close(need, "close", actor, reason)


def _close(need: Need, verb: str, actor: User | None, reason: str) -> Need:
    if not clean(reason):
        raise RuleBroken("Dites pourquoi : ceux qui ont promis le liront.", code="reason")
    _move(need, verb)
    need.reason = clean(reason)[:2000]
    _save(need)
    moderation.withdraw(KIND, need, actor=actor)
    record("resource_need.closed", need, actor=actor)
    notifications.tell_givers(need, "closed")
    return need


# --- the brigade ----------------------------------------------------------------------------------------------


@transaction.atomic
def publish(need: Need, *, actor: User | None) -> Need:
    need = _locked(need)
    _move(need, "open")
    need.opened_at, need.reason = need.opened_at or need.state_changed_at, ""
    _save(need)
    record("resource_need.opened", need, actor=actor)
    notifications.tell_members(need, "opened")
    return need


@transaction.atomic
def send_back(need: Need, *, actor: User | None, reason: str) -> Need:
    """To mend before it opens."""
    need = _locked(need)
    _move(need, "send_back")
    need.reason = clean(reason)[:2000]
    _save(need)
    record("resource_need.sent_back", need, actor=actor)
    notifications.tell_members(need, "to_mend", reason=need.reason)
    return need


@transaction.atomic
def refuse(need: Need, *, actor: User | None, reason: str) -> Need:
    need = _locked(need)
    if not clean(reason):
        raise RuleBroken("Dites pourquoi : l’organisation le lira.", code="reason")
    _move(need, "refuse")
    need.reason = clean(reason)[:2000]
    _save(need)
    record("resource_need.refused", need, actor=actor)
    notifications.tell_members(need, "refused", reason=need.reason)
    return need


@transaction.atomic
def apply_edit(need: Need, *, actor: User | None, diff: dict[str, Any]) -> Need:
    """The brigade's yes to the waiting words of an open need."""
    need = _locked(need)
    if need.state != State.OPEN:
        raise RuleBroken("Ce besoin n’est plus ouvert.", code="wrong_state")
    for name in ("title", "purpose"):
        if name in diff:
            setattr(need, name, diff[name]["value"])
    if "asked" in diff:
        asked = diff["asked"]["value"]
        need.kind, need.quantity, need.unit = asked["kind"], Decimal(asked["quantity"]), asked["unit"]
    need.version += 1
    _save(need)
    record("resource_need.changed", need, actor=actor, fields=sorted(diff))
    notifications.tell_members(need, "edit_accepted")
    return need


@transaction.atomic
def refuse_edit(need: Need, *, actor: User | None, reason: str) -> Need:
    """The public words stay; the organisation is told why."""
    need = _touched(need)
    record("resource_need.edit_refused", need, actor=actor)
    notifications.tell_members(need, "edit_refused", reason=clean(reason))
    return need


@transaction.atomic
def ask_to_mend(need: Need, *, actor: User | None, reason: str) -> Need:
    """A report is right, but the page may stay while it is mended."""
    need = _touched(need)
    record("resource_need.to_mend", need, actor=actor)
    notifications.tell_members(need, "page_to_mend", reason=clean(reason))
    return need


@transaction.atomic
def remove(need: Need, *, actor: User | None, reason: str) -> Need:
    """A report is upheld: the page goes."""
    need = _close(_locked(need), "remove", actor, clean(reason) or "Page retirée après un signalement.")
    notifications.tell_members(need, "removed", reason=need.reason)
    return need


# --- what is promised -----------------------------------------------------------------------------------------


@transaction.atomic
def promise(need: Need, *, actor: User, organisation: Organisation, data: PromiseData) -> Promise:
    """An organisation says what it will bring, in its own unit. Nothing is paid here: an amount is only said."""
    giver = lock(Organisation.objects.all(), pk=organisation.pk)
    need = _locked(need)
    allow(policies.can_handle(actor, giver))
    if not giver.is_verified:
        raise RuleBroken("Votre organisation doit d’abord être validée par la brigade.", code="not_validated")
    if giver.pk == need.organisation_id:
        raise RuleBroken("C’est votre propre besoin : une autre organisation y contribue.", code="own")
    if not need.takes_promises:
        raise RuleBroken("Ce besoin n’attend plus de contribution.", code="state")
    if need.promises.exclude(state=Promised.DROPPED).count() >= MOST_PROMISES:
        raise RuleBroken("Ce besoin a déjà reçu beaucoup de promesses.", code="too_many")
    limits.require("resource_promise_account", actor.pk)
    _check_amount(data.quantity)
    if not clean(data.what):
        raise RuleBroken("Dites ce que vous apportez.", code="what")
    _check_period(data.starts_on, data.ends_on)
    kind = Means(data.kind)
    with refusals():
        made = Promise.objects.create(
            need=need,
            organisation=giver,
            kind=kind,
            what=data.what,
            quantity=data.quantity,
            unit=FIXED_UNITS.get(kind, data.unit),
            per=data.per,
            starts_on=data.starts_on,
            ends_on=data.ends_on,
            note=data.note,
            named=data.named,
            by=actor,
        )
    record("resource_need.promised", need, actor=actor, promise=made.pk, organisation=giver.pk)
    notifications.tell_of_promise(made, "promised", need.organisation_id)
    touch(actor.person)
    return made


def _check_period(starts_on: datetime.date | None, ends_on: datetime.date | None) -> None:
    """A promise is about days to come, not further than means are asked for."""
    furthest = today() + FURTHEST
    if ends_on is not None and ends_on < today():
        raise RuleBroken("Cette période est déjà passée.", code="past")
    if starts_on is not None and starts_on < today():
        raise RuleBroken(f"Le début est déjà passé{NBSP}: choisissez un jour à venir.", code="starts_past")
    if any(one is not None and one > furthest for one in (starts_on, ends_on)):
        raise RuleBroken(f"C’est trop loin{NBSP}: au plus tard le {day_of(furthest)}.", code="too_far")
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        raise RuleBroken("La fin vient après le début.", code="order")


@transaction.atomic
def receive(
    made: Promise, *, actor: User, quantity: Decimal, on: datetime.date, version: int | None = None
) -> Promise:
    """The organisation in need confirms what it received, in the unit of the promise. It may correct it."""
    made = _locked_promise(made)
    allow(policies.can_handle(actor, made.need.organisation))
    _check_version(made, version)
    state = PROMISES.target("receive", made.state, label=made.get_state_display())
    _check_amount(quantity)
    if on > today():
        raise RuleBroken("Notez ce que vous avez reçu une fois que c’est fait.", code="future")
    if on < FIRST_DAY:
        raise RuleBroken(f"Relisez l’année{NBSP}: {on.year}, c’est avant ce site.", code="future")
    made.real, made.received_on = quantity, on
    _settle(made, state)
    record("resource_need.received", made.need, actor=actor, promise=made.pk, quantity=str(quantity))
    notifications.tell_of_promise(made, "received", made.organisation_id)
    return made


@transaction.atomic
def drop(made: Promise, *, actor: User, reason: str = "", version: int | None = None) -> Promise:
    """It will not come: either side says so, and the other is told."""
    made = _locked_promise(made)
    giver = policies.can_handle(actor, made.organisation)
    allow(giver or policies.can_handle(actor, made.need.organisation))
    _check_version(made, version)
    state = PROMISES.target("drop", made.state, label=made.get_state_display())
    made.reason = clean(reason)[:1000]
    _settle(made, state)
    record("resource_need.promise_dropped", made.need, actor=actor, promise=made.pk, by_giver=giver)
    notifications.tell_of_promise(
        made, "dropped", made.need.organisation_id if giver else made.organisation_id
    )
    return made


# --- instruments ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class InstrumentData:
    """What national staff may correct of a sheet."""

    name: str
    operator: str
    summary: str
    gives: Sequence[str]
    audiences: Sequence[str]
    minimum: Decimal | None
    maximum: Decimal | None
    domains: Sequence[str]
    departments: Sequence[str]
    conditions: Sequence[str]
    periods: str
    source: str
    link: str


@transaction.atomic
def check_instrument(instrument: Instrument, *, actor: User) -> Instrument:
    """Somebody read the source today, and the sheet says the same. The trace keeps who."""
    instrument = _sheet(instrument, actor)
    instrument.checked_on = today()
    instrument.version += 1
    instrument.save(update_fields=["checked_on", "version"])
    record("instrument.checked", instrument, actor=actor)
    return instrument


@transaction.atomic
def edit_instrument(
    instrument: Instrument, *, actor: User, data: InstrumentData, version: int | None = None
) -> Instrument:
    """What the source says now: the sheet is checked by that, and is no longer written by the file."""
    instrument = _sheet(instrument, actor)
    if version is not None and version != instrument.version:
        raise Stale("Quelqu’un a changé cette fiche entre-temps : relisez, puis enregistrez.", code="stale")
    changed = [
        name for name in data.__dataclass_fields__ if getattr(instrument, name) != _kept(getattr(data, name))
    ]
    for name in changed:
        setattr(instrument, name, _kept(getattr(data, name)))
    instrument.checked_on, instrument.edited_at = today(), now()
    instrument.version += 1
    with refusals():
        instrument.save()
    record("instrument.edited", instrument, actor=actor, fields=sorted(changed))
    return instrument


@transaction.atomic
def show_instrument(instrument: Instrument, *, actor: User, shown: bool) -> Instrument:
    """What ended is hidden; it may come back."""
    instrument = _sheet(instrument, actor)
    instrument.active, instrument.edited_at = shown, now()
    instrument.version += 1
    instrument.save(update_fields=["active", "edited_at", "version"])
    record("instrument.shown" if shown else "instrument.hidden", instrument, actor=actor)
    return instrument


def _kept(value: Any) -> Any:
    return list(value) if isinstance(value, tuple | list) else value


def _sheet(instrument: Instrument, actor: User) -> Instrument:
    allow(policies.checks_instruments(actor))
    return lock(Instrument.objects.all(), pk=instrument.pk)


# --- reactions and forgetting ---------------------------------------------------------------------------------


@transaction.atomic
def close_of_organisation(organisation: Organisation) -> int:
    """It is closed: its needs close, what it had promised falls. Safe to run twice."""
    rows = _rows().filter(organisation=organisation, state__in=[State.PENDING, State.OPEN])
    why = f"{organisation.name} ferme son espace sur Jeveuxagir."
    mine = lock_all(rows)
    for need in mine:
        _close(need, "close", None, why)
    given = Promise.objects.filter(organisation=organisation, state=Promised.PLANNED)
    for made in lock_all(given.select_related("need__organisation", "organisation")):
        made.reason = why
        _settle(made, Promised.DROPPED)
        record("resource_need.promise_dropped", made.need, promise=made.pk, by_giver=True)
        notifications.tell_of_promise(made, "dropped", made.need.organisation_id)
    return len(mine)


@transaction.atomic
def renamed(organisation: Organisation) -> None:
    """Needs are found by the name of their organisation."""
    for need in lock_all(Need.objects.filter(organisation=organisation).select_related("commune")):
        need.organisation = organisation
        need.search_extra = _search_extra(need)
        need.save(update_fields=["search_extra"])


@transaction.atomic
def forget_person(person: Person) -> None:
    """What an organisation said and promised stays, without who wrote it."""
    Need.objects.filter(created_by__person=person).update(created_by=None)
    Promise.objects.filter(by__person=person).update(by=None)


# --- inside ---------------------------------------------------------------------------------------------------


def _rows() -> Any:
    return Need.objects.select_related("organisation", "commune__department", "department", "domain")


def _locked(need: Need) -> Need:
    return lock(_rows(), pk=need.pk)


def _mine(need: Need, actor: User | None) -> Need:
    need = _locked(need)
    allow(policies.can_handle(actor, need.organisation))
    return need


def _touched(need: Need) -> Need:
    """So that each mail about it is one of its own."""
    need = _locked(need)
    need.version += 1
    need.save(update_fields=["version", "updated_at"])
    return need


def _locked_promise(made: Promise) -> Promise:
    need = lock(_rows(), pk=made.need_id)
    made = lock(Promise.objects.select_related("organisation"), pk=made.pk)
    made.need = need
    return made


def _check_version(made: Promise, version: int | None) -> None:
    if version is not None and version != made.version:
        raise Stale(
            "Quelqu’un a changé cette contribution entre-temps : relisez, puis recommencez.", code="stale"
        )


def _settle(made: Promise, state: str) -> None:
    if made.state != state:
        made.state, made.state_changed_at = state, now()
    made.version += 1
    with refusals():
        made.save(update_fields=["real", "received_on", "reason", "state", "state_changed_at", "version"])


def _write(need: Need, data: NeedData) -> None:
    """All columns from the form, checked."""
    _check_amount(data.quantity)
    need.title, need.purpose = clean(data.title), clean(data.purpose)
    need.kind, need.quantity = Kind(data.kind), data.quantity
    need.unit = "€" if need.kind == Kind.MONEY else clean(data.unit)
    need.deadline, need.domain, need.commune = data.deadline, data.domain, data.commune
    need.department = data.commune.department
    need.search_extra = _search_extra(need)
    need.version += 1 if need.pk else 0
    _save(need)
    need.sdgs.set(data.sdgs)


def _search_extra(need: Need) -> str:
    return f"{need.organisation.name} {need.commune.name} {Kind(need.kind).label} {need.unit}"


def _check_amount(quantity: Decimal) -> None:
    """Finite, above zero, in whole cents: the column would round the rest without a word."""
    if not quantity.is_finite() or quantity <= 0:
        raise RuleBroken("Dites combien : un nombre au-dessus de zéro.", code="quantity")
    if quantity > MOST:
        raise RuleBroken("Ce nombre est trop grand : vérifiez-le.", code="quantity")
    if quantity != round(quantity, 2):
        raise RuleBroken("Deux chiffres après la virgule au plus.", code="quantity")


def _check_deadline(day: datetime.date) -> None:
    if day < today():
        raise RuleBroken("Cette date est déjà passée : choisissez-en une à venir.", code="past")
    if day > today() + FURTHEST:
        raise RuleBroken("Cette date est trop lointaine : choisissez-la dans les deux ans.", code="too_far")


def _diff(need: Need, data: NeedData) -> dict[str, Any]:
    """The words that changed, as the brigade reads them."""
    diff: dict[str, Any] = {}
    for name in ("title", "purpose"):
        before, after = str(getattr(need, name)), clean(str(getattr(data, name)))
        if before != after:
            diff[name] = {"label": SENSITIVE[name], "before": before, "after": after, "value": after}
    unit = "€" if data.kind == Kind.MONEY else clean(data.unit)
    if (need.kind, need.quantity, need.unit) != (data.kind, data.quantity, unit):
        _check_amount(data.quantity)
        diff["asked"] = {
            "label": SENSITIVE["asked"],
            "before": need.asked,
            "after": with_unit(data.quantity, unit),
            "value": {"kind": str(data.kind), "quantity": str(data.quantity), "unit": unit},
        }
    return diff


def _move(need: Need, verb: str) -> None:
    need.state = TRANSITIONS.target(verb, need.state, label=need.get_state_display())
    need.state_changed_at = now()
    need.version += 1


def _save(need: Need) -> None:
    with refusals(_REFUSALS):
        if need.pk is None:
            need.save()
            return
        need.save(update_fields=_WRITTEN)


#: all but its organisation, which never changes
_WRITTEN = [
    column.name
    for column in Need._meta.concrete_fields
    if not (column.primary_key or column.generated or column.name in ("organisation", "created_at"))
]


def _open_item(need: Need, cause: str, actor: User | None, *, diff: dict[str, Any] | None = None) -> None:
    moderation.open_item(
        KIND,
        need,
        title=need.title,
        department=need.department,
        domain=need.domain,
        cause=cause,
        diff=diff,
        actor=actor,
    )
