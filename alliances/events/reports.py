"""The page of an event may be reported: what the brigade reads of it, and what it may do."""

from typing import Any

from jeveuxagir.accounts.models import User
from jeveuxagir.moderation.reports import Reportable, reportables

from . import moderation, services
from .models import Event


def _find(pk: int) -> Event | None:
    rows = Event.objects.select_related("organisation", "commune", "domain", "alliance", "series")
    return rows.filter(pk=pk).first()


def _ask(event: Event, actor: User | None, reason: str) -> None:
    services.ask_to_mend(event, actor=actor, reason=reason)


def _suspend(event: Event, actor: User | None, reason: str) -> None:
    services.remove(event, actor=actor, reason=reason)


def _describe(event: Event) -> dict[str, Any]:
    return {"facts": moderation.facts_of(event), "texts": moderation.texts_of(event)}


def register() -> None:
    reportables.register(
        "events:public",
        Reportable(
            model="events.Event",
            find=_find,
            is_public=lambda e: e.is_public,
            title=lambda e: e.title,
            place=lambda e: (e.department_id, e.domain_id),
            ask=_ask,
            suspend=_suspend,
            describe=_describe,
            conflict=moderation.conflict_of,
        ),
    )
