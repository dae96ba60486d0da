"""What will be due, written ahead as rows: an answer and a signature, then the time given back without them; a day to
note within 30 days, one to validate within 7, an end that comes near, the debriefs.

Each is looked at once when its date has come, however late the job runs; it is recalled only if it is still to do.
"""

import datetime
from collections.abc import Callable, Sequence

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from jeveuxagir.common.clock import now, today
from jeveuxagir.common.locks import lock

from . import notifications as mails
from .enums import ENDED, WORKING, DayState, DueKind, Side, State
from .models import DayEntry, Due, Sponsorship

LOG_WITHIN = datetime.timedelta(days=30)
VALIDATE_WITHIN = datetime.timedelta(days=7)
END_NEAR = datetime.timedelta(days=14)
#: to answer an employer that committed time: recalled, then the time is given back
ANSWER_WITHIN = datetime.timedelta(days=7)
ANSWER_AT_MOST = datetime.timedelta(days=21)
#: to write and sign the convention once both agreed
SIGN_WITHIN = datetime.timedelta(days=21)
SIGN_AT_MOST = datetime.timedelta(days=60)
BATCH = 500
logger = structlog.get_logger(__name__)


def plan_answer(sponsorship: Sponsorship) -> None:
    """The employer committed time: the association answers, or it is given back. Safe to run twice."""
    state = str(State.EMPLOYER_AGREED)
    _write(
        sponsorship,
        (DueKind.ANSWER, state, today() + ANSWER_WITHIN),
        (DueKind.LAPSE, state, today() + ANSWER_AT_MOST),
    )


def plan_signing(sponsorship: Sponsorship) -> None:
    """Both agreed: the convention is signed, or the time is given back. Safe to run twice."""
    state = str(State.ASSOCIATION_AGREED)
    _write(
        sponsorship,
        (DueKind.SIGNING, state, today() + SIGN_WITHIN),
        (DueKind.LAPSE, state, today() + SIGN_AT_MOST),
    )


def plan_missing() -> None:
    """What was agreed before there were such dates counts from today."""
    said = Due.objects.filter(sponsorship=OuterRef("pk"), kind=DueKind.LAPSE, about=OuterRef("state"))
    waiting = Sponsorship.objects.filter(state__in=[State.EMPLOYER_AGREED, State.ASSOCIATION_AGREED])
    for row in waiting.exclude(Exists(said)).order_by("pk")[:BATCH]:
        plan_answer(row) if row.state == State.EMPLOYER_AGREED else plan_signing(row)


def plan(sponsorship: Sponsorship) -> None:
    """A convention entered into force: its first day, its end, its debriefs. Safe to run twice."""
    begun = sponsorship.days.counted().order_by("-on").values_list("on", flat=True).first()
    since = max(begun, sponsorship.starts_on) if begun else sponsorship.starts_on
    end = sponsorship.ends_on
    _write(
        sponsorship,
        (DueKind.DAY, since.isoformat(), min(since + LOG_WITHIN, end)),
        (DueKind.END, end.isoformat(), end - END_NEAR),
        (DueKind.DEBRIEF, end.isoformat(), end),
    )


def plan_day(day: DayEntry) -> None:
    """A day was noted: it waits for a validation, and the next one is due."""
    sponsorship = day.sponsorship
    _write(
        sponsorship,
        (DueKind.VALIDATION, str(day.pk), today() + VALIDATE_WITHIN),
        (DueKind.DAY, day.on.isoformat(), min(day.on + LOG_WITHIN, sponsorship.ends_on)),
    )


def forget(sponsorship: Sponsorship) -> None:
    """It ended: nothing is due any more, but the days that still wait."""
    open_ones = Due.objects.filter(sponsorship=sponsorship, settled_at=None)
    open_ones.exclude(kind=DueKind.VALIDATION).update(settled_at=now())


def run() -> dict[str, int]:
    """Settle what is due by today, the oldest first. Returns how many were looked at and recalled."""
    due = Due.objects.filter(settled_at=None, due_on__lte=today()).exclude(kind=DueKind.LAPSE)
    pks = list(due.order_by("due_on", "pk").values_list("pk", flat=True)[:BATCH])
    return {"looked": len(pks), "told": each(pks, settle)}


def each(rows: "Sequence[int] | QuerySet[Due]", act: Callable[[int], bool]) -> int:
    """How many were acted upon. One that cannot be is logged, looked at again next time, and stops no other."""
    pks = (
        list(rows.order_by("due_on", "pk").values_list("pk", flat=True)[:BATCH])
        if isinstance(rows, QuerySet)
        else rows
    )
    done = 0
    for pk in pks:
        try:
            with transaction.atomic():
                done += act(pk)
        except Exception:
            logger.exception("due_failed", pk=pk, act=act.__name__)
    return done


@transaction.atomic
def settle(pk: int) -> bool:
    """Whether somebody was told. A second run finds it settled."""
    due = lock(
        Due.objects.select_related("sponsorship__need__organisation", "sponsorship__offer__organisation"),
        pk=pk,
    )
    if due.settled_at is not None:
        return False
    sides = _still_to_do(due)
    for side in sides:
        mails.remind(due, side)
    due.settled_at, due.told = now(), bool(sides)
    due.save(update_fields=["settled_at", "told"])
    return due.told


def _still_to_do(due: Due) -> list[Side]:
    """Which sides have it to do, today."""
    sponsorship = due.sponsorship
    if due.kind == DueKind.VALIDATION:
        day = DayEntry.objects.filter(pk=int(due.about)).first()
        if day is None or day.state != DayState.WAITING:
            return []
        return [side for side in Side if not day.validated_at(side)]
    if sponsorship.state in ENDED:
        return []
    if due.kind == DueKind.ANSWER:
        return [Side.ASSOCIATION] if sponsorship.state == due.about else []
    if due.kind == DueKind.SIGNING:
        return _still_to_sign(sponsorship) if sponsorship.state == due.about else []
    if due.kind == DueKind.DAY:
        later = sponsorship.days.counted().filter(on__gt=datetime.date.fromisoformat(due.about))
        done = sponsorship.state not in WORKING or not sponsorship.left_minutes or later.exists()
        return [] if done else [Side.COMPANY]
    if sponsorship.ends_on.isoformat() != due.about:
        return []  # an amendment moved the end: another row waits for it
    if due.kind == DueKind.END:
        return list(Side)
    said = set(sponsorship.debriefs.values_list("side", flat=True))
    return [side for side in Side if side not in said] if sponsorship.state == State.RUNNING else []


def _still_to_sign(sponsorship: Sponsorship) -> list[Side]:
    """Who has to write the convention, or to sign it."""
    proposed = sponsorship.conventions.proposed().first()
    if proposed is None:
        return [Side.COMPANY]
    return [side for side in Side if not proposed.signed_at(side)]


def _write(sponsorship: Sponsorship, *several: tuple[DueKind, str, datetime.date]) -> None:
    Due.objects.bulk_create(
        [Due(sponsorship=sponsorship, kind=kind, about=about, due_on=on) for kind, about, on in several],
        ignore_conflicts=True,
    )
