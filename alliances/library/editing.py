"""Every write that sheets of all shelves share: the sheet's row is locked first, then its moderation item.

A shelf writes its own `create`; all the rest is here. What `values` holds are fields of `Sheet.WORDED`.
"""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Max

from jeveuxagir.accounts.models import Person, User
from jeveuxagir.accounts.services import touch
from jeveuxagir.audit.services import record
from jeveuxagir.common.clock import now
from jeveuxagir.common.constraints import refusals
from jeveuxagir.common.errors import RuleBroken, Stale, allow
from jeveuxagir.common.locks import lock, lock_all
from jeveuxagir.common.text import clean
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem
from organisations.models import Organisation
from organisations.policies import can_handle_missions

from . import notifications, policies
from .enums import TRANSITIONS, State
from .models import PUBLISHED, Revision
from .sheets import Sheet

S = TypeVar("S", bound=Sheet)
Cause = ModerationItem.Cause
#: a draft that nobody sends, and a sheet withdrawn before it was ever public, are erased after this
KEPT_DAYS = 365


# --- the author -----------------------------------------------------------------------------------------------


def require_speaker(actor: User, organisation: Organisation | None) -> None:
    """One writes for oneself, or for a validated organisation one handles."""
    if organisation is None:
        return
    allow(can_handle_missions(actor, organisation))
    if not organisation.is_verified:
        raise RuleBroken("Votre organisation doit d’abord être validée par la brigade.", code="not_validated")


@transaction.atomic
def edit(
    sheet: S,
    *,
    actor: User,
    values: Mapping[str, Any],
    others: Mapping[str, Any] | None = None,
    relations: Mapping[str, Iterable[Any]] | None = None,
    version: int | None = None,
) -> S:
    """A draft changes at once. Published, its words wait for the brigade, as a diff; `others` (fields that are no
    words: a licence, a level) and `relations` (SDGs, domains…) apply at once.

    `version` is that of the form: Stale when somebody changed the sheet meanwhile.
    """
    sheet = locked(sheet)
    allow(policies.may_correct(actor, sheet) if sheet.is_out else policies.looks_after(actor, sheet))
    if version is not None and version != sheet.version:
        raise Stale(
            "Quelqu’un a modifié cette fiche entre-temps : relisez, puis envoyez de nouveau.", code="stale"
        )
    if sheet.state not in (State.DRAFT, State.PUBLISHED, State.TO_CONFIRM):
        raise RuleBroken("Reprenez d’abord cette fiche pour la modifier.", code="state")
    for name, value in (others or {}).items():
        setattr(sheet, name, value)
    diff = diff_of(sheet, values)
    if sheet.is_out:
        _wait_for_brigade(sheet, diff, actor)
    else:
        for name in diff:
            setattr(sheet, name, diff[name]["value"])
    _save(sheet)
    for name, rows in (relations or {}).items():
        getattr(sheet, name).set(rows)
    record(f"{verbs(sheet)}.edited", sheet, actor=actor, fields=sorted([*diff, *(others or {})]))
    touch(actor.person)
    return sheet


@transaction.atomic
def submit(sheet: S, *, actor: User) -> S:
    """The brigade reads it before anybody else does."""
    sheet = locked(sheet)
    allow(policies.looks_after(actor, sheet))
    require_speaker(actor, sheet.organisation)
    _require_whole(sheet)
    _move(sheet, "submit")
    _save(sheet)
    open_item(sheet, Cause.CREATION, actor)
    record(f"{verbs(sheet)}.submitted", sheet, actor=actor)
    return sheet


@transaction.atomic
def take_back(sheet: S, *, actor: User) -> S:
    """To change something before the brigade has read it."""
    sheet = locked(sheet)
    allow(policies.looks_after(actor, sheet))
    _move(sheet, "take_back")
    _save(sheet)
    moderation.withdraw(sheet.KIND, sheet, actor=actor)
    record(f"{verbs(sheet)}.taken_back", sheet, actor=actor)
    return sheet


@transaction.atomic
def withdraw(sheet: S, *, actor: User | None, reason: str = "") -> S:
    """Its author does not want it any more; `actor` None when a rule does it. Its history stays."""
    sheet = locked(sheet)
    allow(actor is None or policies.looks_after(actor, sheet))
    _move(sheet, "withdraw")
    sheet.reason = clean(reason)
    _save(sheet)
    moderation.withdraw(sheet.KIND, sheet, actor=actor)
    record(f"{verbs(sheet)}.withdrawn", sheet, actor=actor)
    return sheet


@transaction.atomic
def resume(sheet: S, *, actor: User) -> S:
    """A withdrawn sheet is a draft again."""
    sheet = locked(sheet)
    allow(policies.looks_after(actor, sheet))
    _move(sheet, "resume")
    sheet.reason = ""
    _save(sheet)
    record(f"{verbs(sheet)}.resumed", sheet, actor=actor)
    return sheet


# --- the brigade ----------------------------------------------------------------------------------------------


@transaction.atomic
def publish(sheet: S, *, actor: User | None) -> S:
    sheet = locked(sheet)
    _require_whole(sheet)
    _move(sheet, "publish")
    sheet.reason, sheet.reviewed_at = "", sheet.state_changed_at
    sheet.published_at = sheet.published_at or sheet.state_changed_at
    _save(sheet)
    keep(sheet, actor, PUBLISHED)
    record(f"{verbs(sheet)}.published", sheet, actor=actor)
    notifications.tell(sheet, "published")
    return sheet


@transaction.atomic
def mark_read(sheet: S, *, actor: User | None) -> S:
    """An imported sheet, public as it came, is read: it stands with the others, even if a part is missing."""
    sheet = locked(sheet)
    if not sheet.is_public:
        raise RuleBroken("Cette fiche n’est plus publiée.", code="state")
    sheet.reviewed_at = now()
    _save(sheet)
    keep(sheet, actor, "Relue par la brigade")
    record(f"{verbs(sheet)}.reviewed", sheet, actor=actor)
    return sheet


@transaction.atomic
def send_back(sheet: S, *, actor: User | None, reason: str, decided: bool = False) -> S:
    """To mend, before it is public or after a report: nobody else reads it meanwhile.

    `decided`: the case of the sheet itself says so, and closes with this decision.
    """
    sheet = locked(sheet)
    _move(sheet, "send_back")
    sheet.reason = clean(reason)
    _save(sheet)
    if not decided:
        moderation.withdraw(sheet.KIND, sheet, actor=actor)
    record(f"{verbs(sheet)}.sent_back", sheet, actor=actor)
    notifications.tell(sheet, "to_mend")
    return sheet


@transaction.atomic
def refuse(sheet: S, *, actor: User | None, reason: str) -> S:
    sheet = locked(sheet)
    _move(sheet, "refuse")
    sheet.reason = clean(reason)
    _save(sheet)
    record(f"{verbs(sheet)}.refused", sheet, actor=actor)
    notifications.tell(sheet, "refused")
    return sheet


@transaction.atomic
def suspend(sheet: S, *, actor: User | None, reason: str, decided: bool = False) -> S:
    """A report is upheld, or an imported sheet is not kept: the page goes. `decided`: see `send_back`."""
    sheet = locked(sheet)
    _move(sheet, "withdraw")
    sheet.reason = clean(reason)
    _save(sheet)
    if not decided:
        moderation.withdraw(sheet.KIND, sheet, actor=actor)
    record(f"{verbs(sheet)}.suspended", sheet, actor=actor)
    notifications.tell(sheet, "refused")
    return sheet


@transaction.atomic
def apply_edit(sheet: S, *, actor: User | None, diff: Mapping[str, Any]) -> S:
    """The brigade's yes to the waiting words of a published sheet."""
    sheet = locked(sheet)
    if not sheet.is_out:
        raise RuleBroken("Cette fiche n’est plus publiée.", code="state")
    for name in sheet.WORDED:
        if name in diff:
            setattr(sheet, name, diff[name]["value"])
    sheet.reworded(diff)
    _require_whole(sheet)
    sheet.reviewed_at = now()
    _save(sheet)
    keep(sheet, actor, ", ".join(entry["label"] for entry in diff.values()))
    record(f"{verbs(sheet)}.changed", sheet, actor=actor, fields=sorted(diff))
    notifications.tell(sheet, "edit_accepted")
    return sheet


@transaction.atomic
def refuse_edit(sheet: S, *, actor: User | None, reason: str) -> S:
    """The published words stay; the author reads why."""
    sheet = locked(sheet)
    _save(sheet)
    record(f"{verbs(sheet)}.edit_refused", sheet, actor=actor)
    notifications.tell(sheet, "edit_refused", reason=clean(reason))
    return sheet


# --- the law of time ------------------------------------------------------------------------------------------


def old(model: type[Sheet], moment: datetime.datetime) -> Any:
    """Drafts that nobody sent, and what was withdrawn without ever having been public."""
    before = moment - datetime.timedelta(days=KEPT_DAYS)
    never = model._default_manager.filter(published_at__isnull=True, external_id="")
    return never.filter(state__in=[State.DRAFT, State.ARCHIVED], state_changed_at__lt=before)


def erase_rows(rows: Any) -> int:
    """With their history and the words that the queue kept of them."""
    keys = list(rows.values_list("pk", flat=True))
    model = rows.model
    items = ModerationItem.objects.filter(subject_type=model._meta.label, subject_id__in=keys)
    items.update(title="Fiche effacée", diff={})
    Revision.objects.filter(subject_type=model._meta.label, subject_id__in=keys).delete()
    return model._default_manager.filter(pk__in=keys).delete()[0]


@transaction.atomic
def forget_person(model: type[Sheet], person: Person) -> None:
    """What is or was public, and what is an organisation's, stays without its author; the rest goes."""
    mine = model._default_manager.filter(person=person)
    for sheet in lock_all(mine.filter(state=State.REVIEW, organisation=None)):
        moderation.withdraw(sheet.KIND, sheet)
    erase_rows(mine.filter(organisation=None, published_at__isnull=True))
    mine.update(person=None)


# --- for the shelves ------------------------------------------------------------------------------------------


def locked(sheet: S) -> S:
    rows: Any = type(sheet)._default_manager.select_related("organisation", "person", "department")
    found: S = lock(rows, pk=sheet.pk)
    return found


def verbs(sheet: Sheet) -> str:
    """The first word of its events: « method.published »."""
    return str(sheet._meta.model_name)


def keep(sheet: Sheet, actor: User | None, what: str) -> Revision:
    """Its words of now enter its history. The sheet is locked."""
    mine = Revision.objects.of_sheet(sheet)
    number = (mine.aggregate(last=Max("number"))["last"] or 0) + 1
    return Revision.objects.create(
        subject_type=sheet._meta.label,
        subject_id=sheet.pk,
        number=number,
        values=sheet.worded(),
        what=what[:200],
        by=actor,
    )


def diff_of(sheet: Sheet, values: Mapping[str, Any]) -> dict[str, Any]:
    """The words that differ from the present ones, as a moderation item keeps them."""
    diff = {}
    for name, label in sheet.WORDED.items():
        if name not in values:
            continue
        before, after = getattr(sheet, name), values[name]
        after = clean(after) if isinstance(after, str) else after
        if before != after:
            diff[name] = {
                "label": label,
                "before": sheet.in_words(name, before),
                "after": sheet.in_words(name, after),
                "value": after,
            }
    return diff


def open_item(sheet: Sheet, cause: str, actor: User | None, diff: dict[str, Any] | None = None) -> None:
    moderation.open_item(
        sheet.KIND,
        sheet,
        title=sheet.title,
        department=sheet.department,
        cause=cause,
        diff=diff,
        actor=actor,
    )


# --- inside ---------------------------------------------------------------------------------------------------


def _wait_for_brigade(sheet: Sheet, diff: dict[str, Any], actor: User) -> None:
    """The new words wait; none any more, and nothing does; the same as before, and nobody is disturbed."""
    waiting = moderation.open_items(sheet.KIND, sheet).first()
    if waiting is not None and diff == waiting.diff:
        return
    if diff:
        open_item(sheet, Cause.EDIT, actor, diff)
    else:
        moderation.withdraw(sheet.KIND, sheet, actor=actor)


def _require_whole(sheet: Sheet) -> None:
    missing = sheet.missing()
    if missing:
        raise RuleBroken(" ".join(missing), code="missing")


def _move(sheet: Sheet, verb: str) -> None:
    sheet.state = TRANSITIONS.target(verb, sheet.state, label=sheet.get_state_display())
    sheet.state_changed_at = now()


def _save(sheet: Sheet) -> None:
    sheet.version += 1
    sheet.updated_at = now()
    with refusals():
        sheet.save()
