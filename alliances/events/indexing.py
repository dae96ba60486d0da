"""Public events to come, and past ones with something to see again, in the index of the whole site."""

import datetime
from typing import Any

from django.db.models import Q

from jeveuxagir.common.clock import now
from jeveuxagir.findable import registry
from jeveuxagir.findable.registry import Found, Source

from . import words
from .enums import MODES_OF, How, State
from .models import Event

#: past events stand lower than those to come
PAST_RANK = 1
#: what took place is looked for so long
PAST_FOR = datetime.timedelta(days=730)


def _rows() -> Any:
    kept = Q(ends_at__gt=now()) | Q(followed_at__isnull=False, ends_at__gt=now() - PAST_FOR)
    rows = Event.objects.public().exclude(state=State.CANCELLED).filter(kept)
    return rows.select_related("organisation__commune", "commune__department", "department").defer("search")


def _found(event: Any) -> Found:
    follows = event.followed_at is not None
    place = event.commune or event.department
    note = words.short(event)
    return Found(
        title=event.title,
        url=event.get_absolute_url(),
        summary=event.description,
        words=f"{event.search_extra} {event.report}",
        note=f"À revoir, {note}" if event.is_over else note[:1].upper() + note[1:],
        places=[place] if place is not None else [],
        everywhere=event.mode in MODES_OF[How.ONLINE],
        domains=[event.domain_id] if event.domain_id else [],
        sdgs=[sdg.pk for sdg in event.sdgs.all()],
        published_at=event.published_at,
        until=event.ends_at + PAST_FOR if follows else event.ends_at,
        rank=PAST_RANK if event.is_over else 0,
    )


def register() -> None:
    registry.register(
        Source(
            kind="event",
            model="events.Event",
            label="événement",
            plural="événements",
            order=50,
            rows=_rows,
            prefetch=("sdgs",),
            follows=("organisation",),
            found=_found,
            list_url="/evenements/",
            place_field="lieu",
            filters=("odd", "domaine"),
        )
    )
