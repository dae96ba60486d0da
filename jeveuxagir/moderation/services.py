"""Every write on moderation items. The subject is locked before its item, by whoever calls or by the handler."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models.functions import Now

from jeveuxagir.accounts.models import User
from jeveuxagir.audit.services import record, record_many
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale
from jeveuxagir.common.locks import lock
from jeveuxagir.common.text import clean
from jeveuxagir.taxonomies.models import Domain
from jeveuxagir.territories.models import Department

from . import policies
from .models import ModerationItem, ModerationNote
from .registry import handlers, outcome_of

State, Decision, Cause = ModerationItem.State, ModerationItem.Decision, ModerationItem.Cause


@transaction.atomic
def open_item(
    kind: str,
    subject: models.Model,
    *,
    title: str,
    department: Department | None = None,
    domain: Domain | None = None,
    cause: str = Cause.CREATION,
    diff: dict[str, Any] | None = None,
    actor: User | None = None,
) -> ModerationItem:
    """Put the subject in the brigade's queue. An item already open takes the new values and keeps its age.

    Its version moves on, so that whoever was deciding on the former values is told.
    """
    new = ModerationItem(
        kind=kind,
        cause=cause,
        subject_type=subject._meta.label,
        subject_id=subject.pk,
        title=clean(title)[:200],
        department=department,
        domain=domain,
        diff=diff or {},
    )
    try:
        with transaction.atomic():
            new.save(force_insert=True)
    except IntegrityError as error:
        if "moderation_one_open_item" not in str(error):
            raise
        item = lock(open_items(kind, subject))
        for name in ("title", "department", "domain", "diff"):
            setattr(item, name, getattr(new, name))
        item.version += 1
        item.save()
        record("moderation.updated", item, actor=actor, fields=sorted(item.diff))
        return item
    record("moderation.opened", new, actor=actor, cause=str(cause), fields=sorted(new.diff))
    new.refresh_from_db()
    return new


@dataclass(frozen=True)
class Opening:
    """A subject that enters the queue, with what the queue shows of it."""

    subject: models.Model
    title: str
    department_id: str | None = None
    domain_id: str | None = None


@transaction.atomic
def open_many(kind: str, openings: Iterable[Opening], *, cause: str, actor: User | None = None) -> int:
    """Put many subjects in the queue at once, as an import does. Those already there stay as they are."""
    items = [
        ModerationItem(
            kind=kind,
            cause=cause,
            subject_type=opening.subject._meta.label,
            subject_id=opening.subject.pk,
            title=clean(opening.title)[:200],
            department_id=opening.department_id,
            domain_id=opening.domain_id,
        )
        for opening in openings
    ]
    waiting = set(
        ModerationItem.objects.open()
        .filter(kind=kind, subject_id__in=[item.subject_id for item in items])
        .values_list("subject_type", "subject_id")
    )
    new = ModerationItem.objects.bulk_create(
        item for item in items if (item.subject_type, item.subject_id) not in waiting
    )
    record_many("moderation.opened", new, actor=actor, cause=str(cause), fields=[])
    return len(new)


@transaction.atomic
def withdraw(kind: str, subject: models.Model, *, actor: User | None = None) -> bool:
    """Nothing waits any more for this subject. True if an item was open."""
    item = open_items(kind, subject).select_for_update(of=("self",), no_key=True).first()
    if item is None:
        return False
    _close(item, Decision.WITHDRAWN, actor)
    item.save()
    record("moderation.withdrawn", item, actor=actor)
    return True


@transaction.atomic
def take(
    item: ModerationItem, *, actor: User, version: int | None = None, over: bool = False
) -> ModerationItem:
    """Own the item. `over` takes it from somebody else: leads, and the deputy of somebody who is away."""
    item = _locked(item, actor, version)
    if item.owner_id == actor.pk:
        return item
    if item.owner_id is not None and not (over and policies.can_take_over(actor, item)):
        raise RuleBroken(f"{_name(item.owner)} s’en occupe déjà.", code="owned")
    item.owner, item.owned_at, item.state = actor, Now(), State.OWNED
    item.version += 1
    item.save()
    record("moderation.taken", item, actor=actor)
    item.refresh_from_db()
    return item


@transaction.atomic
def release(item: ModerationItem, *, actor: User, version: int | None = None) -> ModerationItem:
    """Give the item back to the queue."""
    item = _locked(item, actor, version)
    if item.owner_id is None:
        return item
    if item.owner_id != actor.pk and not policies.can_take_over(actor, item):
        raise RuleBroken(f"{_name(item.owner)} s’en occupe : vous ne pouvez pas le libérer.", code="owned")
    item.owner, item.owned_at, item.state = None, None, State.NEW
    item.version += 1
    item.save()
    record("moderation.released", item, actor=actor)
    return item


@transaction.atomic
def decide(
    item: ModerationItem, *, actor: User | None, decision: str, reason: str = "", version: int
) -> ModerationItem:
    """Accept, ask for a correction or refuse: done to the subject, kept, told, all or nothing.

    Compare-and-set on `version`: whoever comes second reads who decided (Stale). The handler locks the subject,
    the item is written last, so that all callers lock in the same order.
    """
    item = _fresh(item, actor)
    _check_open(item)
    _check_version(item, version)
    if not policies.can_decide(actor, item):
        raise RuleBroken(
            f"{_name(item.owner)} s’en occupe : c’est à cette personne de décider.", code="owned"
        )
    if conflict := policies.conflict(actor, item):
        raise RuleBroken(conflict, code="own_organisation")
    reason = clean(reason)
    if decision not in (Decision.ACCEPT, Decision.ASK, Decision.REFUSE):
        raise RuleBroken("Choisissez une décision.", code="decision")
    if decision != Decision.ACCEPT and not reason:
        raise RuleBroken("Donnez la raison de cette décision : l’organisation la lira.", code="reason")
    item.reason = reason
    handler = handlers[item.kind]
    effect = {Decision.ACCEPT: handler.accept, Decision.ASK: handler.ask, Decision.REFUSE: handler.refuse}
    item.decision = decision
    try:
        with transaction.atomic():
            effect[Decision(decision)](item, actor)
    except RuleBroken:
        _check_version(_fresh(item, actor), version)  # the subject moved because somebody else decided
        raise
    _close(item, decision, actor)
    written = ModerationItem.objects.filter(pk=item.pk, version=version).update(
        state=item.state,
        decision=item.decision,
        reason=item.reason,
        owner=item.owner,
        owned_at=item.owned_at,
        decided_by=item.decided_by,
        decided_at=item.decided_at,
        version=item.version,
    )
    if not written:
        _check_version(_fresh(item, actor), version)
    record("moderation.decided", item, actor=actor, decision=str(decision), cause=item.cause, kind=item.kind)
    item.refresh_from_db()
    return item


@transaction.atomic
def prepare(item: ModerationItem, *, actor: User, version: int) -> ModerationItem:
    """Whoever may decide changed what the decision will do: whoever else was deciding is told (Stale)."""
    item = _locked(item, actor, version)
    if not policies.can_decide(actor, item):
        raise RuleBroken(
            f"{_name(item.owner)} s’en occupe : c’est à cette personne de décider.", code="owned"
        )
    if conflict := policies.conflict(actor, item):
        raise RuleBroken(conflict, code="own_organisation")
    item.version += 1
    item.save(update_fields=["version"])
    record("moderation.prepared", item, actor=actor, kind=item.kind)
    return item


@transaction.atomic
def add_note(item: ModerationItem, *, actor: User, text: str) -> ModerationNote:
    """A note between staff, on an open or decided item."""
    item = _fresh(item, actor)
    if not clean(text):
        raise RuleBroken("Écrivez votre note.", code="empty")
    note = ModerationNote.objects.create(item=item, author=actor, text=text)
    record("moderation.noted", item, actor=actor)
    return note


def open_items(kind: str, subject: models.Model) -> "models.QuerySet[ModerationItem]":
    """The open item of this subject: one at most."""
    return ModerationItem.objects.open().filter(
        kind=kind, subject_type=subject._meta.label, subject_id=subject.pk
    )


# --- inside ---------------------------------------------------------------------------------------------------


def _fresh(item: ModerationItem, actor: User | None) -> ModerationItem:
    item = ModerationItem.objects.select_related(
        "owner__person", "owner__absence__deputy", "decided_by__person", "department", "domain"
    ).get(pk=item.pk)
    if not policies.can_moderate(actor, item):
        raise NotAllowed("Cet élément n’est pas dans votre territoire.")
    return item


def _locked(item: ModerationItem, actor: User, version: int | None) -> ModerationItem:
    item = lock(ModerationItem.objects.select_related("owner__person", "decided_by__person"), pk=item.pk)
    if not policies.can_moderate(actor, item):
        raise NotAllowed("Cet élément n’est pas dans votre territoire.")
    _check_open(item)
    if version is not None:
        _check_version(item, version)
    return item


def _check_open(item: ModerationItem) -> None:
    if item.state == State.DECIDED:
        raise Stale(_who_decided(item), code="decided")


def _check_version(item: ModerationItem, version: int) -> None:
    if item.version == version:
        return
    _check_open(item)
    if item.owner_id is not None:
        raise Stale(
            f"Cet élément a changé entre-temps : {_name(item.owner)} s’en occupe, ou de nouvelles valeurs sont "
            "arrivées. Relisez-le, puis décidez de nouveau.",
            code="stale",
        )
    raise Stale(
        "Cet élément a changé entre-temps : de nouvelles valeurs sont arrivées ou quelqu’un l’a libéré. "
        "Relisez-le, puis décidez de nouveau.",
        code="stale",
    )


def _who_decided(item: ModerationItem) -> str:
    if item.decision == Decision.WITHDRAWN:
        return "Cette demande a été retirée : il n’y a plus rien à décider."
    reason = f" Raison donnée : {item.reason}" if item.reason else ""
    if outcome_of(item.kind, item.decision):
        return f"C’est déjà décidé par {_name(item.decided_by)} : {item.outcome}.{reason}"
    done = {
        Decision.ACCEPT: "a accepté",
        Decision.ASK: "a demandé une correction",
        Decision.REFUSE: "a refusé",
    }[Decision(item.decision)]
    return f"C’est déjà décidé : {_name(item.decided_by)} {done}.{reason}"


def _close(item: ModerationItem, decision: str, actor: User | None) -> None:
    if actor is not None and item.owner_id is None and decision != Decision.WITHDRAWN:
        item.owner, item.owned_at = actor, Now()
    item.state, item.decision, item.decided_by, item.decided_at = State.DECIDED, decision, actor, Now()
    item.version += 1


def _name(user: User | None) -> str:
    return user.person.first_name or "Une autre personne" if user is not None else "Une autre personne"
