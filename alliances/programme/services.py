"""Every write on the programme: evidence by national staff, pledges by organisations.

Locks: the organisation, then the pledge, then its item of moderation.
"""

import datetime
from dataclasses import dataclass
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
from jeveuxagir.common.text import clean
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from organisations.models import Organisation
from organisations.policies import can_handle_missions

from . import notifications, policies
from .enums import TRANSITIONS, State, Status
from .models import START, Evidence, Measure, Pledge

KIND = ModerationItem.Kind.PLEDGE.value
#: a pledge that came to nothing is erased so long after
KEPT_DAYS = 365
MOST_YEARS = 5
ERASED = "Engagement effacé"


@dataclass(frozen=True)
class EvidenceData:
    """What a source says: when, what, which source, and how far the measure is if it says so."""

    on: datetime.date
    text: str
    source: str
    link: str = ""
    status: str = Status.UNKNOWN.value


# --- evidence ---------------------------------------------------------------------------------------------------


@transaction.atomic
def add_evidence(measure: Measure, *, actor: User, data: EvidenceData) -> Evidence:
    """National staff note what a source says; the trace keeps who."""
    if not policies.writes_evidence(actor):
        raise NotAllowed
    measure = lock(Measure.objects.all(), pk=measure.pk)
    if data.on > today():
        raise RuleBroken("La date de la source est dans l’avenir.", code="future")
    if data.on < START:
        raise RuleBroken("La date de la source est avant juin 2020, début du programme.", code="past")
    with refusals():
        made = Evidence.objects.create(
            measure=measure,
            on=data.on,
            text=data.text,
            source=data.source,
            link=data.link,
            status=data.status,
        )
    record("measure.evidence_added", measure, actor=actor, evidence=made.pk, status=str(made.status))
    return made


@transaction.atomic
def withdraw_evidence(made: Evidence, *, actor: User, because: str) -> Evidence:
    """It was wrong: it no longer shows, and the trace keeps why."""
    if not policies.writes_evidence(actor):
        raise NotAllowed
    measure = lock(Measure.objects.all(), pk=made.measure_id)
    made = lock(Evidence.objects.all(), pk=made.pk)
    if made.withdrawn_at is not None:
        raise RuleBroken("Cette preuve est déjà retirée.", code="gone")
    if not clean(because):
        raise RuleBroken("Dites pourquoi cette preuve est retirée.", code="reason")
    made.withdrawn_at, made.withdrawn_because = now(), because
    with refusals():
        made.save(update_fields=["withdrawn_at", "withdrawn_because"])
    record("measure.evidence_withdrawn", measure, actor=actor, evidence=made.pk)
    return made


# --- pledges ----------------------------------------------------------------------------------------------------


@transaction.atomic
def pledge(
    measure: Measure, *, actor: User, organisation: Organisation, what: str, until: datetime.date
) -> Pledge:
    """An organisation says what it will do; the brigade of its department reads it first."""
    organisation = _speaking(actor, organisation)
    limits.require("pledge_account", actor.pk)
    _check_until(until)
    with refusals():
        made = Pledge.objects.create(
            measure=measure, organisation=organisation, person=actor.person, what=what, until=until
        )
    record("pledge.made", made, actor=actor, measure=measure.pk, organisation=organisation.pk)
    _open_item(made, actor)
    touch(actor.person)
    return made


@transaction.atomic
def edit(made: Pledge, *, actor: User, what: str, until: datetime.date) -> Pledge:
    """Only one to mend, which then goes back to the brigade."""
    made = _mine(made, actor)
    _check_until(until)
    _move(made, "send")
    made.what, made.until, made.reason = what, until, ""
    _save(made)
    record("pledge.sent_again", made, actor=actor)
    _open_item(made, actor)
    return made


@transaction.atomic
def withdraw(made: Pledge, *, actor: User) -> Pledge:
    """Thought better of, before anybody read it."""
    made = _mine(made, actor)
    _move(made, "withdraw")
    _save(made)
    moderation.withdraw(KIND, made, actor=actor)
    record("pledge.withdrawn", made, actor=actor)
    return made


@transaction.atomic
def give_news(made: Pledge, *, actor: User, news: str) -> Pledge:
    """Where it is; shown with its date. The news before it stays in the trace."""
    made = _mine(made, actor)
    if made.state != State.OPEN:
        raise RuleBroken("On donne des nouvelles d’un engagement en cours.", code="state")
    if not clean(news):
        raise RuleBroken("Dites où vous en êtes.", code="news")
    made.news, made.news_at = news, now()
    _save(made)
    record("pledge.news", made, actor=actor, news=clean(news))
    return made


@transaction.atomic
def close(made: Pledge, *, actor: User, kept: bool, outcome: str) -> Pledge:
    """Kept or abandoned, with a word of what happened."""
    made = _mine(made, actor)
    if not clean(outcome):
        raise RuleBroken("Dites un mot de ce qui s’est passé.", code="outcome")
    _move(made, "keep" if kept else "abandon")
    made.outcome = outcome
    _save(made)
    record("pledge.kept" if kept else "pledge.abandoned", made, actor=actor)
    return made


@transaction.atomic
def ask_for_news(day: datetime.date | None = None) -> int:
    """Those past their date: asked once, whatever comes. How many were asked."""
    due = lock_all(_rows(Pledge.objects.silent(day or today())))
    for made in due:
        made.asked_at = now()
        made.save(update_fields=["asked_at"])
        record("pledge.asked_for_news", made)
        notifications.tell(made, "news")
    return len(due)


# --- what a decision of the brigade does ------------------------------------------------------------------------


@transaction.atomic
def publish(made: Pledge, *, actor: User | None) -> Pledge:
    made = _locked(made)
    _move(made, "open")
    made.opened_at, made.reason = made.opened_at or made.state_changed_at, ""
    _save(made)
    record("pledge.opened", made, actor=actor)
    notifications.tell(made, "opened")
    return made


@transaction.atomic
def send_back(made: Pledge, *, actor: User | None, reason: str) -> Pledge:
    """To mend; it no longer shows meanwhile."""
    return _refused(made, "send_back", "to_mend", actor, reason)


@transaction.atomic
def refuse(made: Pledge, *, actor: User | None, reason: str) -> Pledge:
    return _refused(made, "refuse", "refused", actor, reason)


def _refused(made: Pledge, verb: str, told: str, actor: User | None, reason: str) -> Pledge:
    made = _locked(made)
    _move(made, verb)
    made.reason = reason
    _save(made)
    record(f"pledge.{told}", made, actor=actor)
    notifications.tell(made, told, once=made.state_changed_at.isoformat())
    return made


# --- the law of time --------------------------------------------------------------------------------------------


def old(moment: datetime.datetime) -> Any:
    """Never published, and left so long ago that nobody needs them."""
    before = moment - datetime.timedelta(days=KEPT_DAYS)
    left = [State.DRAFT, State.REFUSED, State.WITHDRAWN]
    return Pledge.objects.filter(state__in=left, state_changed_at__lt=before)


def erase_rows(rows: Any) -> int:
    """With the words that the queue kept of them."""
    keys = list(rows.values_list("pk", flat=True))
    ModerationItem.objects.filter(kind=KIND, subject_id__in=keys).update(title=ERASED)
    return Pledge.objects.filter(pk__in=keys).delete()[0]


@transaction.atomic
def forget_person(person: Person) -> None:
    """A pledge is its organisation's: it stays, without who wrote it."""
    mine = Pledge.objects.filter(person=person)
    lock_all(mine.order_by("pk"))
    mine.update(person=None)


# --- inside -----------------------------------------------------------------------------------------------------


def _rows(rows: Any) -> Any:
    return rows.select_related("measure", "organisation__commune__department", "person")


def _locked(made: Pledge) -> Pledge:
    return lock(_rows(Pledge.objects.all()), pk=made.pk)


def _mine(made: Pledge, actor: User) -> Pledge:
    made = _locked(made)
    if not policies.looks_after(actor, made):
        raise NotAllowed
    return made


def _speaking(actor: User, organisation: Organisation) -> Organisation:
    organisation = lock(Organisation.objects.select_related("commune__department"), pk=organisation.pk)
    if not can_handle_missions(actor, organisation):
        raise NotAllowed
    if not organisation.is_verified:
        raise RuleBroken("Votre organisation doit d’abord être validée par la brigade.", code="not_validated")
    return organisation


def _check_until(until: datetime.date) -> None:
    if until <= today():
        raise RuleBroken("Donnez une date à venir.", code="until")
    if until > today() + datetime.timedelta(days=366 * MOST_YEARS):
        raise RuleBroken(f"Donnez une date dans les {MOST_YEARS} ans.", code="until")


def _move(made: Pledge, verb: str) -> None:
    made.state = TRANSITIONS.target(verb, made.state, label=made.get_state_display())
    made.state_changed_at = now()


def _save(made: Pledge) -> None:
    with refusals():
        made.save()


def _open_item(made: Pledge, actor: User) -> None:
    commune = made.organisation.commune
    moderation.open_item(
        KIND,
        made,
        title=f"{made.organisation.name} : {made.what}",
        department=commune.department if commune else None,
        actor=actor,
    )
