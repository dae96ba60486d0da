"""A published statement may be reported: what the brigade reads of it, and what it may do."""

from typing import Any

from jeveuxagir.accounts.models import User
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.moderation.reports import Reportable, reportables

from . import moderation, services
from .models import Statement


def _find(pk: int) -> Statement | None:
    return Statement.objects.select_related("commune", "person").filter(pk=pk).first()


def _ask(statement: Statement, actor: User | None, reason: str) -> None:
    raise RuleBroken(moderation.AS_IT_IS, code="decision")


def _suspend(statement: Statement, actor: User | None, reason: str) -> None:
    services.refuse(statement, actor=actor, answer=reason)


def _describe(statement: Statement) -> dict[str, Any]:
    return {"facts": moderation.facts_of(statement), "texts": [("Ce que la personne dit", statement.text)]}


def register() -> None:
    reportables.register(
        "statements:public",
        Reportable(
            model="statements.Statement",
            find=_find,
            is_public=lambda s: s.is_public,
            title=str,
            place=lambda s: (s.commune.department_id, None),
            ask=_ask,
            suspend=_suspend,
            describe=_describe,
            conflict=moderation.conflict_of,
        ),
    )
