"""An alliance's public page may be reported: what the brigade reads of it, and what it may do."""

from typing import Any

from jeveuxagir.accounts.models import User
from jeveuxagir.moderation.reports import Reportable, reportables

from . import moderation, services
from .models import Alliance


def _find(pk: int) -> Alliance | None:
    return Alliance.objects.select_related("department", "domain").filter(pk=pk).first()


def _ask(alliance: Alliance, actor: User | None, reason: str) -> None:
    services.ask_change(alliance, actor=actor, reason=reason)


def _suspend(alliance: Alliance, actor: User | None, reason: str) -> None:
    services.unpublish(alliance, actor=actor, reason=reason)


def _describe(alliance: Alliance) -> dict[str, Any]:
    return {
        "facts": [("Alliance", alliance.name), *moderation.facts_of(alliance)],
        "texts": moderation.texts_of(alliance),
    }


def register() -> None:
    reportables.register(
        "alliances:public",
        Reportable(
            model="alliances.Alliance",
            find=_find,
            is_public=lambda a: a.is_public,
            title=lambda a: a.name,
            place=lambda a: (a.department_id, a.domain_id),
            ask=_ask,
            suspend=_suspend,
            describe=_describe,
            conflict=moderation.conflict_of,
        ),
    )
