"""The one mail of the day: what a person asked to receive "une fois par jour", grouped by kind.

What waits is a message in the state `grouped`. From 7 in the morning of Paris, what was written before that hour
becomes lines of one digest: the mail and the marks of its lines are one transaction a person, so that a process that
dies loses nothing and two at once do nothing twice. A morning that was missed is caught up when beat comes back.
"""

import time
from collections.abc import Iterable
from datetime import date, datetime
from datetime import time as clock_time
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse

from jeveuxagir.common.clock import PARIS, now

from . import catalogue, selectors, services
from .catalogue import DIGEST, Kind
from .models import Message

HOUR = 7
SHOWN_LINES = 10


def register() -> None:
    catalogue.register(
        Kind(
            code=DIGEST,
            label="Mon récapitulatif du jour",
            why="Vous avez choisi de recevoir ces nouvelles une fois par jour.",
            template="emails/notifications/digest.txt",
        )
    )


def opening(moment: datetime) -> datetime:
    """Seven o'clock of Paris on the day of this moment, whatever its clock does that night."""
    day = moment.astimezone(PARIS).date()
    return datetime.combine(day, clock_time(HOUR), tzinfo=PARIS)


def send_due(*, seconds: float = 240) -> int:
    """Write the digests of the day; returns how many. Before seven, nothing."""
    moment = now()
    before = opening(moment)
    if moment < before:
        return 0
    waiting = Message.objects.filter(
        state=Message.State.GROUPED, created_at__lt=before, not_before__lte=Now()
    )
    end = time.monotonic() + seconds
    written = 0
    for person_id in waiting.order_by("person_id").values_list("person_id", flat=True).distinct():
        if time.monotonic() > end:
            break  # the next beat goes on
        written += write(person_id, before)
    return written


@transaction.atomic
def write(person_id: int, before: datetime) -> bool:
    """One person's digest of what was written before this moment; False when nothing waits or it was written."""
    lines = list(
        Message.objects.filter(
            person_id=person_id, state=Message.State.GROUPED, created_at__lt=before, not_before__lte=Now()
        )
        .select_related("person__merged_into")
        .select_for_update(of=("self",), no_key=True)
        .order_by("created_at", "pk")
    )
    if not lines or lines[0].person is None:
        return False
    person: Any = lines[0].person.merged_into or lines[0].person
    choices = selectors.rhythms_of(person.pk)
    unwanted = [line.pk for line in lines if choices.of_code(line.kind) == catalogue.Rhythm.NEVER]
    if not person.email or person.erased_at:
        unwanted = [line.pk for line in lines]
    services.cancel(Message.objects.filter(pk__in=unwanted))
    lines = [line for line in lines if line.pk not in unwanted]
    if not lines:
        return False
    digest = services.send(
        DIGEST, to=person, dedupe_key=key(person.pk, before.date()), context=words(lines, before.date())
    )
    if digest is None:
        return False  # there was one today: these wait for tomorrow
    Message.objects.filter(pk__in=[line.pk for line in lines]).update(state=Message.State.TOLD, digest=digest)
    return True


def key(person_id: int, day: date) -> str:
    return f"{DIGEST}:{person_id}:{day.isoformat()}"


def words(lines: Iterable[Message], day: date) -> dict[str, Any]:
    """What the mail says: its lines by kind, in the order they came."""
    lines = list(lines)
    groups: dict[str, list[Message]] = {}
    for line in lines:
        groups.setdefault(line.kind, []).append(line)
    elsewhere = reverse("notifications:history")
    return {
        "first": lines[0].subject,
        "others": len(lines) - 1,
        "day": day,
        "groups": [
            {
                "label": label_of(code),
                "lines": [
                    {"subject": line.subject, "url": line.link or elsewhere} for line in found[:SHOWN_LINES]
                ],
                "more": len(found) - SHOWN_LINES,
            }
            for code, found in groups.items()
        ],
        "url": elsewhere,
    }


def label_of(code: str) -> str:
    kind = catalogue.find(code)
    return kind.label if kind else "Autres nouvelles"
