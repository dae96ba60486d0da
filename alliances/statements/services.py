"""Every write on lived statements: the statement is locked first, then its item of moderation."""

import datetime
from typing import Any

from django.db import transaction

from jeveuxagir.accounts import limits
from jeveuxagir.accounts.models import Person, User
from jeveuxagir.accounts.services import touch
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.constraints import refusals
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.common.locks import lock, lock_all
from jeveuxagir.findable import services as index
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.territories.models import Commune

from . import notifications, policies
from .enums import TRANSITIONS, State
from .indexing import KIND as INDEXED
from .models import Statement

KIND = ModerationItem.Kind.STATEMENT.value
#: what is not public is erased so long after its answer; what is, so long after it was published
KEPT_DAYS = 365
SHOWN_DAYS = 3 * 365
ERASED = "Témoignage effacé"


@transaction.atomic
def write(*, actor: User, commune: Commune, text: str, signed: bool = False) -> Statement:
    """The brigade of the department reads it before anybody else. Nobody under 18 is named."""
    if not policies.may_testify(actor):
        raise RuleBroken("Confirmez d’abord l’adresse de votre compte.", code="unverified")
    limits.require("statement_account", actor.pk)
    person = actor.person
    with refusals():
        statement = Statement.objects.create(
            person=person, commune=commune, text=text, signed=signed and not person.is_minor_on(today())
        )
    record("statement.written", statement, actor=actor, commune=commune.pk)
    moderation.open_item(
        KIND, statement, title=f"Témoignage : {commune.label}", department=commune.department, actor=actor
    )
    touch(person)
    return statement


@transaction.atomic
def withdraw(statement: Statement, *, actor: User) -> Statement:
    """Its author thinks better of it, published or not: nobody reads it any more."""
    statement = _locked(statement)
    if not policies.is_author(actor, statement):
        raise NotAllowed
    waited = statement.is_pending
    _move(statement, "withdraw")
    statement.save()
    if waited:
        moderation.withdraw(KIND, statement, actor=actor)
    index.forget(INDEXED, [statement.pk])
    record("statement.withdrawn", statement, actor=actor)
    return statement


@transaction.atomic
def publish(statement: Statement, *, actor: User | None) -> Statement:
    """Everybody reads it on the page of its commune. Called by the decision."""
    statement = _locked(statement)
    _move(statement, "publish")
    statement.published_at = statement.state_changed_at
    statement.save()
    record("statement.published", statement, actor=actor)
    notifications.tell(statement, "published")
    return statement


@transaction.atomic
def refuse(statement: Statement, *, actor: User | None, answer: str) -> Statement:
    """It is not public, or not any more, and its author reads why. Called by the decision."""
    statement = _locked(statement)
    _move(statement, "refuse")
    statement.answer = answer
    with refusals():
        statement.save()
    index.forget(INDEXED, [statement.pk])
    record("statement.refused", statement, actor=actor)
    notifications.tell(statement, "refused")
    return statement


# --- the law of time ------------------------------------------------------------------------------------------


def old(moment: datetime.datetime) -> Any:
    """Refused or withdrawn so long ago that nobody needs them."""
    before = moment - datetime.timedelta(days=KEPT_DAYS)
    return Statement.objects.filter(state__in=[State.REFUSED, State.WITHDRAWN], state_changed_at__lt=before)


def outdated(moment: datetime.datetime) -> Any:
    """Published so long ago that they say nothing of today."""
    before = moment - datetime.timedelta(days=SHOWN_DAYS)
    return Statement.objects.filter(state=State.PUBLISHED, published_at__lt=before)


def erase_rows(rows: Any) -> int:
    keys = list(rows.values_list("pk", flat=True))
    ModerationItem.objects.filter(kind=KIND, subject_id__in=keys).update(title=ERASED)
    index.forget(INDEXED, keys)
    return Statement.objects.filter(pk__in=keys).delete()[0]


@transaction.atomic
def forget_person(person: Person) -> None:
    """All of them go, and nothing waits for them."""
    mine = Statement.objects.filter(person=person)
    for statement in lock_all(mine.filter(state=State.PENDING)):
        moderation.withdraw(KIND, statement)
    erase_rows(mine)


# --- inside ---------------------------------------------------------------------------------------------------


def _locked(statement: Statement) -> Statement:
    return lock(Statement.objects.select_related("commune__department", "person"), pk=statement.pk)


def _move(statement: Statement, verb: str) -> None:
    statement.state = TRANSITIONS.target(verb, statement.state, label=statement.get_state_display())
    statement.state_changed_at = now()
