"""What requests and proposals add to a person's space."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Count, Min, Q

from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.clock import now, today
from jeveuxagir.common.registries import Panel, ToDo, panels, to_do
from jeveuxagir.common.text import NBSP, plural
from jeveuxagir.ui.spaces import MyPage, my_pages
from missions.words import day
from volunteers.requests.enums import LIVE_STATES, MATCHED_STATES
from volunteers.requests.enums import State as RequestState
from volunteers.requests.models import EngagementRequest
from volunteers.requests.services import EXPIRY_NOTICE_DAYS, expires_on

from . import services
from .models import State


def _my_space(http: Any, person: Any) -> dict[str, Any]:
    rows = (
        EngagementRequest.objects.of_person(person)
        .filter(state__in=LIVE_STATES)
        .select_related("commune")
        .prefetch_related("domains")
        .order_by("-filed_at")
    )
    return {"requests": list(services.with_open_counts(rows))}


def _to_answer(http: Any) -> Iterator[ToDo]:
    """A line for each request with proposals to look at: one query."""
    waiting = Q(proposals__state=State.PROPOSED, proposals__expires_at__gt=now())
    rows = (
        EngagementRequest.objects.of_person(user_of(http).person)
        .filter(waiting)
        .select_related("commune")
        .annotate(open_count=Count("proposals"), since=Min("proposals__proposed_at"))
        .order_by("pk")
    )
    for row in rows:
        text = (
            f"{plural(row.open_count, 'proposition')} à regarder, pour votre demande {row.commune.at_label}"
        )
        yield ToDo(text, row.get_absolute_url(), row.since, "Répondre")


def _requests(http: Any) -> Iterator[ToDo]:
    """The requests that stop within a week, and those for which nothing was found: one query."""
    silent = now() - timedelta(days=EXPIRY_NOTICE_DAYS)
    rows = (
        EngagementRequest.objects.of_person(user_of(http).person)
        .filter(state__in=MATCHED_STATES)
        .filter(Q(alive_at__lte=silent) | Q(state=RequestState.UNSERVED))
        .exclude(paused_until__gte=today())
        .select_related("commune")
        .order_by("pk")
    )
    for row in rows:
        where = row.commune.at_label
        if row.alive_at <= silent:
            since = row.alive_at + timedelta(days=EXPIRY_NOTICE_DAYS)
            text = f"Votre demande {where} s’arrête le {day(expires_on(row))}{NBSP}: cherchez-vous toujours{NBSP}?"
            yield ToDo(text, row.get_absolute_url(), since, "Répondre")
        else:
            text = f"Rien trouvé pour votre demande {where}{NBSP}: élargissez-la pour avoir plus de choix"
            yield ToDo(text, row.get_absolute_url(), row.state_changed_at, "Élargir")


def register() -> None:
    my_pages.register("requests", MyPage("Mes demandes", "proposals:mine", order=10))
    to_do.register("proposals", _to_answer)
    to_do.register("requests", _requests)
    panels.register("my_space", Panel("proposals/_my_space.html", _my_space, order=10))
