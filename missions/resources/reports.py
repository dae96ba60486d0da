"""The page of a need may be reported: what the brigade reads of it, and what it may do."""

from typing import Any

from jeveuxagir.accounts.models import User
from jeveuxagir.moderation.reports import Reportable, reportables

from . import moderation, services
from .models import Need


def _find(pk: int) -> Need | None:
    return Need.objects.select_related("organisation", "commune", "domain").filter(pk=pk).first()


def _ask(need: Need, actor: User | None, reason: str) -> None:
    services.ask_to_mend(need, actor=actor, reason=reason)


def _suspend(need: Need, actor: User | None, reason: str) -> None:
    services.remove(need, actor=actor, reason=reason)


def _describe(need: Need) -> dict[str, Any]:
    return {"facts": moderation.facts_of(need), "texts": moderation.texts_of(need)}


def register() -> None:
    reportables.register(
        "resources:public",
        Reportable(
            model="resources.Need",
            find=_find,
            is_public=lambda need: need.is_public,
            title=lambda need: need.title,
            place=lambda need: (need.department_id, need.domain_id),
            ask=_ask,
            suspend=_suspend,
            describe=_describe,
            conflict=moderation.conflict_of,
        ),
    )
