"""The page of a pledge may be reported."""

from typing import Any

from jeveuxagir.accounts.models import User
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.moderation.reports import Reportable, reportables

from . import moderation, services
from .models import Pledge


def _find(pk: int) -> Pledge | None:
    rows = Pledge.objects.select_related("measure", "organisation__commune")
    return rows.filter(pk=pk).first()


def _require_open(pledge: Pledge) -> None:
    if not pledge.is_open:
        raise RuleBroken("Cet engagement est terminé : il ne se corrige plus.", code="closed")


def _ask(pledge: Pledge, actor: User | None, reason: str) -> None:
    _require_open(pledge)
    services.send_back(pledge, actor=actor, reason=reason)


def _suspend(pledge: Pledge, actor: User | None, reason: str) -> None:
    _require_open(pledge)
    services.refuse(pledge, actor=actor, reason=reason)


def _describe(pledge: Pledge) -> dict[str, Any]:
    return moderation.describe_pledge(pledge)


def register() -> None:
    reportables.register(
        "programme:pledge",
        Reportable(
            model="programme.Pledge",
            find=_find,
            is_public=lambda pledge: pledge.is_public,
            title=lambda pledge: pledge.what,
            place=lambda pledge: (pledge.organisation.department_id, None),
            ask=_ask,
            suspend=_suspend,
            describe=_describe,
            conflict=moderation.conflict_of,
        ),
    )
