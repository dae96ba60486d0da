"""An account nobody uses is erased after two years, never without three notices; a sign-in starts the time again."""

import datetime
from typing import Any

from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.urls import reverse

from jeveuxagir.audit import services as audit
from jeveuxagir.audit.models import Event
from jeveuxagir.common.clock import now
from jeveuxagir.common.locks import lock
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send

from . import privacy
from .models import Person

KEPT_FOR = datetime.timedelta(days=730)
#: so many days before the end, a notice
NOTICES = (60, 30, 7)
TOLD = "person.inactivity_told"
BATCH = 500


def expired(moment: datetime.datetime) -> "QuerySet[Person]":
    """Two years without an action; whoever has an address was told a week ago at least, since that action."""
    last_notice = _told(NOTICES[-1]).filter(
        created_at__lte=moment - datetime.timedelta(days=NOTICES[-1]),
        created_at__gt=OuterRef("last_action_at"),
    )
    return _asleep(moment - KEPT_FOR).filter(Q(email="") | Exists(last_notice))


def forget(people: "QuerySet[Person]") -> None:
    for person in people:
        privacy.erase(person, actor=None, why="inactive")


def to_tell(days: int, moment: datetime.datetime) -> "QuerySet[Person]":
    """Those whose end comes in so many days or fewer, and who were not told so since their last action."""
    end = moment - KEPT_FOR + datetime.timedelta(days=days)
    told = _told(days).filter(created_at__gt=OuterRef("last_action_at"))
    return _asleep(end).exclude(email="").filter(~Exists(told))


def send_notices(moment: datetime.datetime | None = None) -> int:
    """One notice each at most in a run, the nearest to the end first: a job that slept does not send three at once."""
    at = moment or now()
    sent = 0
    seen: set[int] = set()
    for days in sorted(NOTICES):
        for pk in to_tell(days, at).order_by("pk").values_list("pk", flat=True)[:BATCH]:
            if pk not in seen:
                seen.add(pk)
                sent += _tell(pk, days, at)
    return sent


@transaction.atomic
def _tell(person_id: int, days: int, at: datetime.datetime) -> bool:
    person = lock(Person.objects.all(), pk=person_id)
    if not to_tell(days, at).filter(pk=person_id).exists():  # acted, or told, meanwhile
        return False
    # told late, the end waits for the last notice: at least a week
    ends_on = max(person.last_action_at + KEPT_FOR, at + datetime.timedelta(days=NOTICES[-1]))
    for passed in NOTICES:
        if (
            passed >= days and to_tell(passed, at).filter(pk=person_id).exists()
        ):  # the earlier say nothing more
            audit.record(TOLD, person, actor=None, days=passed)
    send(
        "accounts.inactive",
        to=person,
        dedupe_key=f"accounts.inactive:{days}:{person.pk}:{person.last_action_at:%Y%m%d%H%M%S}",
        context={"ends_on": ends_on, "days": days, "url": absolute(reverse("account_login"))},
    )
    return True


def _asleep(before: datetime.datetime) -> "QuerySet[Person]":
    return Person.objects.filter(
        erased_at__isnull=True, merged_into__isnull=True, last_action_at__lte=before
    ).annotate(key=Cast(F("pk"), CharField()))


def _told(days: int) -> Any:
    return Event.objects.filter(
        verb=TOLD, subject_type=Person._meta.label, subject_id=OuterRef("key"), data__days=days
    )
