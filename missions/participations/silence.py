"""An organisation that does not answer: reminded, then the place goes back and the person is told, never in silence.

    5 days: shown as late (services.ANSWER_DAYS) → 10: its members are reminded → 15: released, with other missions

An application whose day is over is released too. One "en discussion" has its answer on the way: it is left alone.
"""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from jeveuxagir.common.clock import now

from . import notifications
from .enums import DeclineReason, State
from .models import Participation
from .services import _leave, _locked

REMINDED_AFTER_DAYS = 10
RELEASED_AFTER_DAYS = 15
#: A yes may still be written the day after.
_AFTER_THE_SLOT = timedelta(days=1)
_BATCH = 1000


def unanswered(moment: datetime) -> "QuerySet[Participation]":
    """The applications to release: nobody answered in time, or the day is over."""
    too_long = Q(applied_at__lte=moment - timedelta(days=RELEASED_AFTER_DAYS))
    day_is_over = Q(slot__ends_at__lte=moment - _AFTER_THE_SLOT)
    return Participation.objects.filter(too_long | day_is_over, state=State.APPLIED, person__isnull=False)


def release() -> int:
    """Free the places of what nobody answered; each person is told once of theirs, each organisation once a day."""
    due = unanswered(now()).order_by("mission__organisation", "pk")
    by_organisation: dict[int, list[int]] = defaultdict(list)
    for organisation, pk in due.values_list("mission__organisation", "pk")[:_BATCH]:
        by_organisation[organisation].append(pk)
    return sum(_release(organisation, ids) for organisation, ids in by_organisation.items())


@transaction.atomic
def _release(organisation_id: int, ids: list[int]) -> int:
    released: list[Participation] = []
    for row in Participation.objects.filter(pk__in=ids).order_by("slot_id", "pk"):
        participation = _locked(row)
        if participation.state != State.APPLIED:
            continue  # answered meanwhile
        participation.decline_reason = DeclineReason.UNANSWERED
        _leave(participation, State.CANCELLED, None, reason=_why(participation))
        released.append(participation)
    notifications.tell_released(released)
    notifications.tell_organisation_of_silence(organisation_id, released, released=True)
    return len(released)


def _why(participation: Participation) -> str:
    waited = now() - (participation.applied_at or participation.created_at)
    if waited >= timedelta(days=RELEASED_AFTER_DAYS):
        return f"l’organisation n’a pas répondu en {RELEASED_AFTER_DAYS}\u00a0jours"
    return "le créneau est passé sans réponse de l’organisation"


def remind() -> int:
    """Members are told, at most once a day, which applications are about to be lost. Returns how many of these."""
    late = (
        Participation.objects.filter(
            state=State.APPLIED,
            person__isnull=False,
            applied_at__lte=now() - timedelta(days=REMINDED_AFTER_DAYS),
        )
        .select_related("mission__organisation", "slot")
        .order_by("applied_at", "pk")
    )
    by_organisation: dict[int, list[Participation]] = defaultdict(list)
    for row in late[:_BATCH]:
        by_organisation[row.mission.organisation_id].append(row)
    with transaction.atomic():
        for organisation_id, rows in by_organisation.items():
            notifications.tell_organisation_of_silence(organisation_id, rows, released=False)
    return sum(map(len, by_organisation.values()))
