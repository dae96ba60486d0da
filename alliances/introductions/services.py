"""Every write on introductions: the two organisations are locked first when one is proposed; later the introduction's
row, then a side's. Contacts are exchanged in one place, `_introduce`: the database refuses it before both accepted."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from alliances import services as alliances
from alliances.colleges import college_of
from alliances.models import Alliance
from jeveuxagir.accounts import limits, tokens
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.accounts.services import addresses_of, require_mail_allowed, touch
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now
from jeveuxagir.common.constraints import refusals
from jeveuxagir.common.errors import RuleBroken, allow
from jeveuxagir.common.locks import lock, lock_all
from jeveuxagir.common.text import clean, of, said_length
from jeveuxagir.moderation import reports
from jeveuxagir.moderation.models import Report
from organisations.models import Organisation
from organisations.policies import can_handle_missions

from . import notifications as mails
from . import policies
from .enums import ENDED, TRANSITIONS, Answer, GoesOn, State
from .models import LIFE, Introduction, Side

MODEL = "introductions.Introduction"
REASON_AT_LEAST = 20
#: so many proposals at most wait for one organisation: nobody is overwhelmed
MOST_WAITING = 5
#: a pair that was proposed is left in peace for so long, whatever it answered
REST = datetime.timedelta(days=180)
#: what is over is erased after this
KEPT = datetime.timedelta(days=365)


@dataclass(frozen=True)
class Contact:
    """Whom the other side may write to."""

    name: str
    email: str
    phone: str = ""


@dataclass(frozen=True)
class Outcome:
    met: bool
    goes_on: str
    wants_alliance: bool
    note: str = ""


# --- proposing ------------------------------------------------------------------------------------------------


@transaction.atomic
def propose(
    *, actor: User, host: Organisation | None, first: Organisation, second: Organisation, reason: str
) -> Introduction:
    """Two organisations of two worlds. One that proposes itself says yes by doing so; the others are asked by mail."""
    if first.pk == second.pk:
        raise RuleBroken("Choisissez deux organisations différentes.", code="introduction_of_two")
    pair = {one.pk: one for one in lock_all(_rows().filter(pk__in=[first.pk, second.pk]))}
    first, second = pair[first.pk], pair[second.pk]
    allow(policies.can_propose(actor, host, first, second))
    _require_proposable(actor, host, first, second, reason)
    limits.require("introduction_account", actor.pk)
    asked = [one for one in (first, second) if host is None or one.pk != host.pk]
    for one in asked:
        address = mails.address_of(one)
        if not address:
            raise RuleBroken(f"« {one.name} » n’a pas d’adresse où lui écrire.", code="address")
        require_mail_allowed(address)
    with refusals():
        introduction = Introduction.objects.create(
            first=first,
            second=second,
            reason=reason,
            host=host,
            by_brigade=host is None,
            proposed_by=actor,
            expires_at=now() + LIFE,
        )
    record(
        "introduction.proposed",
        introduction,
        actor=actor,
        first=first.pk,
        second=second.pk,
        host=host.pk if host else None,
    )
    for one in (first, second):
        token, token_hash = tokens.new_token()
        side = Side(introduction=introduction, organisation=one, token_hash=token_hash)
        if one in asked:
            side.save()
            mails.ask(side, token, LIFE.days)
        else:
            _say_yes(side, Contact(actor.person.full_name, actor.person.email), actor)
    touch(actor.person)
    return introduction


@transaction.atomic
def withdraw(introduction: Introduction, *, actor: User) -> Introduction:
    """Whoever proposed it thinks better of it; those who were asked learn that they have nothing to do."""
    introduction = _locked(introduction)
    allow(policies.may_withdraw(actor, introduction))
    _end(introduction, "withdraw", actor)
    return introduction


@transaction.atomic
def report(side: Side, *, actor: User | None, why: str, details: str = "") -> Report:
    """One of the two asks the brigade to read why they should meet: nobody read it before them."""
    introduction, side = _locked_side(side, actor)
    limits.require("report_account", f"side {side.pk}")
    if not introduction.is_waiting or introduction.host_id == side.organisation_id:
        raise RuleBroken("Il n’y a rien, ou plus rien, à signaler ici.", code="state")
    subject = reports.Subject(
        MODEL,
        introduction.pk,
        f"une mise en relation {of(side.organisation.name)}"[:160],
        reverse("brigade:introductions_introduction_change", args=[introduction.pk]),
        side.organisation.department_id,
    )
    return reports.report(subject, why=why, details=details, person=actor.person if actor else None)


@transaction.atomic
def remove(introduction: Introduction, *, actor: User | None, reason: str) -> Introduction:
    """A report is upheld: nobody reads those words any more, nobody answers them, and who wrote them is told why."""
    introduction = _locked(introduction)
    allow(actor is None or policies.is_staff_for(actor, introduction))
    if not clean(reason):
        raise RuleBroken("Donnez la raison : qui a proposé la mise en relation la lira.", code="reason")
    if introduction.is_waiting:
        _end(introduction, "withdraw", actor, told=False)
    introduction.reason = ""
    introduction.save(update_fields=["reason"])
    record("introduction.removed", introduction, actor=actor)
    mails.tell_removed(introduction, clean(reason))
    return introduction


# --- answering ------------------------------------------------------------------------------------------------


def side_of(token: str) -> Side | None:
    """The side behind a link, whatever has become of it."""
    found = Side.objects.with_pair().filter(token_hash=tokens.hash_token(token[:200]))
    return found.first()


@transaction.atomic
def accept(side: Side, *, contact: Contact, actor: User | None = None) -> Side:
    """Yes, with whom the other may write to. When the other said yes too, each receives the other's contact, once.

    `actor` is empty for whoever holds the link.
    """
    introduction, side = _answerable(side, actor)
    if not (clean(contact.name) and clean(contact.email)):
        raise RuleBroken("Dites à qui l’autre organisation pourra écrire.", code="contact")
    _say_yes(side, contact, actor)
    record("introduction.side_accepted", introduction, actor=actor, side=side.pk)
    if not introduction.sides.exclude(answer=Answer.ACCEPTED).exists():
        _introduce(introduction, actor)
    return side


@transaction.atomic
def decline(side: Side, *, reason: str = "", actor: User | None = None) -> Side:
    """No, with or without a reason that the brigade alone reads. The other side is told politely, without it."""
    introduction, side = _answerable(side, actor)
    side.answer, side.answered_at, side.answered_by = Answer.DECLINED, now(), actor
    side.reason = reason
    side.save()
    record("introduction.side_declined", introduction, actor=actor, side=side.pk)
    _end(introduction, "decline", actor, besides=side.organisation_id)
    return side


def _introduce(introduction: Introduction, actor: User | None) -> None:
    """Both accepted: the one place where contacts are exchanged, under the lock of the introduction."""
    _move(introduction, "accept")
    introduction.accepted_at = introduction.state_changed_at
    introduction.save()
    record("introduction.accepted", introduction, actor=actor)
    mails.exchange(introduction)
    mails.tell_proposer(introduction, "made")


# --- the law of time ------------------------------------------------------------------------------------------


def expire_due() -> int:
    """What was left without an answer ends, and those concerned are told."""
    return sum(_expire(one) for one in list(Introduction.objects.overdue().order_by("pk")))


@transaction.atomic
def _expire(introduction: Introduction) -> bool:
    introduction = _locked(introduction)
    if not (introduction.is_waiting and introduction.has_expired):
        return False
    _end(introduction, "expire", None)
    return True


def ask_due() -> int:
    """A month after both accepted: what came of it? Once, however late."""
    return sum(_ask_outcome(one) for one in list(Introduction.objects.to_ask().order_by("pk")))


@transaction.atomic
def _ask_outcome(introduction: Introduction) -> bool:
    introduction = _locked(introduction)
    if not introduction.is_accepted or introduction.outcome_asked_at is not None:
        return False
    introduction.outcome_asked_at = now()
    introduction.save(update_fields=["outcome_asked_at"])
    for side in lock_all(introduction.sides.select_related("organisation", "answered_by__person")):
        side.introduction = introduction
        token, side.token_hash = tokens.new_token()
        side.save(update_fields=["token_hash"])
        mails.ask_outcome(side, token)
    record("introduction.outcome_asked", introduction)
    return True


def follow() -> dict[str, int]:
    """The day's round."""
    return {"expired": expire_due(), "asked": ask_due()}


# --- what came of it ------------------------------------------------------------------------------------------


@transaction.atomic
def tell_outcome(side: Side, *, outcome: Outcome, actor: User | None = None) -> Side:
    """Met? goes on? an alliance? Said by each side, by its link or in its space; said again, it replaces."""
    introduction, side = _locked_side(side, actor)
    if not (introduction.is_accepted and side.may_tell):
        raise RuleBroken("Cette question n’est pas encore posée.", code="state")
    if outcome.goes_on not in GoesOn.values:
        raise RuleBroken("Choisissez dans la liste.", code="choice")
    side.told_at = now()
    side.met, side.goes_on, side.wants_alliance = outcome.met, outcome.goes_on, outcome.wants_alliance
    side.note = outcome.note
    side.save()
    record(
        "introduction.outcome_told",
        introduction,
        actor=actor,
        side=side.pk,
        met=outcome.met,
        goes_on=outcome.goes_on,
        wants_alliance=outcome.wants_alliance,
    )
    return side


@transaction.atomic
def start_alliance(
    introduction: Introduction,
    *,
    actor: User,
    organisation: Organisation | None,
    name: str,
    purpose: str,
    message: str = "",
) -> Alliance:
    """The two begin one, once: by one of them, who animates it and invites the other; by the brigade, which invites
    both without being a party (`organisation` is empty)."""
    introduction = _locked(introduction)
    pair = (introduction.first, introduction.second)
    if organisation is None:
        allow(policies.is_staff_for(actor, introduction))
    else:
        allow(organisation in pair and can_handle_missions(actor, organisation))
    if not introduction.is_accepted:
        raise RuleBroken("Il faut d’abord que les deux aient accepté.", code="state")
    if introduction.alliance_id is not None:
        raise RuleBroken("Une alliance est déjà née de cette mise en relation.", code="alliance")
    seats = list(dict.fromkeys(one.commune for one in pair if one.commune))
    department = None
    if organisation is None:
        department = next(
            one.commune.department for one in pair if one.commune and policies.is_staff_of(actor, one)
        )
    alliance = alliances.start(
        actor=actor,
        organisation=organisation,
        data=alliances.AllianceData(name=name, purpose=purpose, places=seats),
        department=department,
    )
    introduction.alliance = alliance
    introduction.save(update_fields=["alliance"])
    record("introduction.allied", introduction, actor=actor, alliance=alliance.pk)
    for side in introduction.sides.select_related("organisation").order_by("pk"):
        if organisation is None or side.organisation_id != organisation.pk:
            alliances.invite(
                alliance,
                actor=actor,
                name=side.organisation.name,
                college=college_of(side.organisation),
                email=side.contact_email or mails.address_of(side.organisation),
                organisation=side.organisation,
                message=message,
            )
    return alliance


# --- what happens elsewhere -----------------------------------------------------------------------------------


def organisation_ended(organisation: Organisation) -> None:
    """A closed organisation meets nobody: what waits is taken back."""
    for one in Introduction.objects.waiting().of_organisation(organisation).order_by("pk"):
        _take_back(one, organisation)


@transaction.atomic
def _take_back(introduction: Introduction, organisation: Organisation) -> None:
    introduction = _locked(introduction)
    if introduction.is_waiting:
        _end(introduction, "withdraw", None, besides=organisation.pk)


def old(moment: datetime.datetime) -> Any:
    """What ended, or was accepted and asked about, so long ago that nobody needs it."""
    over = Q(state__in=ENDED) | Q(state=State.ACCEPTED, outcome_asked_at__isnull=False)
    return Introduction.objects.filter(over, state_changed_at__lt=moment - KEPT)


@transaction.atomic
def forget_person(person: Person) -> None:
    """What somebody gave of themself goes; the introduction of the two organisations stays.

    One that still waits, and to which they said yes, is taken back: the other would give its contact for nothing.
    """
    mine = Q(answered_by__person=person) | Q(contact_email__in=addresses_of(person))
    given = Side.objects.filter(mine, answer=Answer.ACCEPTED, introduction__in=Introduction.objects.waiting())
    for side in given.select_related("introduction", "organisation").order_by("introduction_id", "pk"):
        _take_back(side.introduction, side.organisation)
    for side in lock_all(Side.objects.filter(mine)):
        side.answered_by = None
        side.contact_name = side.contact_email = side.contact_phone = side.reason = side.note = ""
        side.save()
    Introduction.objects.filter(proposed_by__person=person).update(proposed_by=None)


# --- inside ---------------------------------------------------------------------------------------------------


def _rows() -> Any:
    return Organisation.objects.select_related("commune__department")


def _locked(introduction: Introduction) -> Introduction:
    rows = Introduction.objects.select_related(
        "first__commune__department", "second__commune__department", "host", "proposed_by__person"
    )
    return lock(rows, pk=introduction.pk)


def _locked_side(side: Side, actor: User | None) -> tuple[Introduction, Side]:
    introduction = _locked(side.introduction)
    found = lock(Side.objects.select_related("organisation", "answered_by__person"), pk=side.pk)
    if actor is not None:
        allow(policies.speaks_for(actor, found))
    found.introduction = introduction
    return introduction, found


def _answerable(side: Side, actor: User | None) -> tuple[Introduction, Side]:
    introduction, side = _locked_side(side, actor)
    if not side.is_waiting:
        raise RuleBroken("Votre organisation a déjà répondu.", code="answered")
    if introduction.is_waiting and introduction.has_expired:
        raise RuleBroken("Le temps de répondre est passé.", code="expired")
    if not introduction.is_waiting:
        raise RuleBroken("Cette mise en relation n’attend plus de réponse.", code="ended")
    if not (introduction.first.is_verified and introduction.second.is_verified):
        raise RuleBroken("L’une des deux organisations n’est plus validée par la brigade.", code="state")
    return introduction, side


def _require_proposable(
    actor: User, host: Organisation | None, first: Organisation, second: Organisation, reason: str
) -> None:
    if host is not None and not host.is_verified:
        raise RuleBroken("Votre organisation doit d’abord être validée par la brigade.", code="not_validated")
    for one in (first, second):
        if not one.is_verified:
            raise RuleBroken(f"« {one.name} » n’est pas validée par la brigade.", code="state")
    if college_of(first) == college_of(second):
        raise RuleBroken(
            f"Ces deux organisations sont du même monde ({college_of(first).label}). "
            "Une mise en relation réunit deux mondes.",
            code="college",
        )
    if said_length(reason) < REASON_AT_LEAST:
        raise RuleBroken(
            "Dites en une phrase au moins pourquoi elles devraient se rencontrer.", code="reason"
        )
    known = Alliance.objects.all() if host is None else Alliance.objects.public()
    if known.of_organisation(first).of_organisation(second).exists():
        raise RuleBroken("Elles travaillent déjà ensemble dans une alliance.", code="allied")
    recent = Introduction.objects.between(first, second).filter(created_at__gt=now() - REST)
    if recent.exists():
        raise RuleBroken(
            "Une mise en relation de ces deux organisations a déjà été proposée ces six derniers mois.",
            code="introduction_pair_once",
        )
    waiting = Introduction.objects.waiting()
    for one in (first, second):
        if waiting.filter(Q(first=one) | Q(second=one)).count() >= MOST_WAITING:
            raise RuleBroken(
                f"« {one.name} » a déjà plusieurs mises en relation auxquelles répondre. Revenez dans quelques "
                "semaines.",
                code="too_many_waiting",
            )


def _say_yes(side: Side, contact: Contact, actor: User | None) -> None:
    side.answer, side.answered_at, side.answered_by = Answer.ACCEPTED, now(), actor
    side.contact_name, side.contact_email = contact.name, contact.email.strip().lower()
    side.contact_phone = contact.phone
    side.save()


def _move(introduction: Introduction, verb: str) -> None:
    introduction.state = TRANSITIONS.target(verb, introduction.state, label=introduction.get_state_display())
    introduction.state_changed_at = now()


def _end(
    introduction: Introduction,
    verb: str,
    actor: User | None,
    *,
    besides: int | None = None,
    told: bool = True,
) -> None:
    """Over: what a side gave of itself is forgotten at once, nobody will read it. `told`: so is who proposed it."""
    _move(introduction, verb)
    introduction.save()
    record(f"introduction.{introduction.state}", introduction, actor=actor)
    sides = _with(introduction, introduction.sides.select_related("organisation", "answered_by__person"))
    mails.end(introduction, [side for side in sides if side.organisation_id != besides], actor)
    introduction.sides.update(contact_name="", contact_email="", contact_phone="")
    if told and (verb != "withdraw" or actor is None):
        mails.tell_proposer(introduction, "not_made")


def _with(introduction: Introduction, sides: Iterable[Side]) -> list[Side]:
    found = list(sides)
    for side in found:
        side.introduction = introduction
    return found
