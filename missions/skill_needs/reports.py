"""A need's page may be reported: what the brigade reads of it, and what it may do."""

from typing import Any

from jeveuxagir.accounts.models import User
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.moderation.reports import Reportable, reportables
from organisations import policies as organisation_policies

from . import moderation, services
from .enums import State
from .models import SkillNeed


def _find(pk: int) -> SkillNeed | None:
    rows = SkillNeed.objects.select_related("organisation", "commune__department", "department", "domain")
    return rows.filter(pk=pk).first()


def _require_waiting(need: SkillNeed) -> None:
    if need.state in (State.AGREED, State.DELIVERED):
        raise RuleBroken(
            "Une mise à disposition est convenue ou rendue : écrivez à l’association, ou à l’équipe nationale.",
            code="agreed",
        )


def _ask(need: SkillNeed, actor: User | None, reason: str) -> None:
    _require_waiting(need)
    services.send_back(need, actor=actor, reason=reason)


def _suspend(need: SkillNeed, actor: User | None, reason: str) -> None:
    """What is no longer public is already out of sight."""
    _require_waiting(need)
    if need.has_page:
        services.suspend(need, actor=actor, reason=reason)


def _describe(need: SkillNeed) -> dict[str, Any]:
    return {"facts": moderation.facts_of(need), "texts": moderation.texts_of(need)}


def register() -> None:
    reportables.register(
        "skill_needs:public",
        Reportable(
            model="skill_needs.SkillNeed",
            find=_find,
            is_public=lambda n: n.has_page and n.organisation.is_verified,
            title=lambda n: n.title,
            place=lambda n: (n.department_id, n.domain_id),
            ask=_ask,
            suspend=_suspend,
            describe=_describe,
            conflict=lambda n, actor: organisation_policies.conflict(actor, n.organisation),
        ),
    )
