"""The page of a common problem may be reported: what the brigade reads of it, and what it may do."""

from typing import Any

from jeveuxagir.accounts.models import User
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.moderation.reports import Reportable, reportables

from . import moderation, services
from .enums import State
from .models import Challenge


def _find(pk: int) -> Challenge | None:
    rows = Challenge.objects.select_related("commune", "department", "domain", "organisation")
    return rows.filter(pk=pk).first()


def _require_open(challenge: Challenge) -> None:
    if challenge.state == State.IN_ALLIANCE:
        raise RuleBroken(
            "Une alliance porte déjà ce problème : écrivez à la partie qui l’anime, ou à l’équipe nationale.",
            code="in_alliance",
        )


def _ask(challenge: Challenge, actor: User | None, reason: str) -> None:
    _require_open(challenge)
    services.send_back(challenge, actor=actor, reason=reason)


def _suspend(challenge: Challenge, actor: User | None, reason: str) -> None:
    _require_open(challenge)
    services.suspend(challenge, actor=actor, reason=reason)


def _describe(challenge: Challenge) -> dict[str, Any]:
    """With what supporters wrote, which is public too; those words alone are taken away from the page itself."""
    words = moderation.words_of(challenge)
    warnings = []
    if words:
        warnings.append(
            "Si ce sont les mots d’un seul soutien qui ne vont pas, retirez-les depuis la page publique : le problème "
            "reste."
        )
    return {
        "facts": moderation.facts_of(challenge),
        "texts": [*moderation.texts_of(challenge), *words],
        "warnings": warnings,
    }


def register() -> None:
    reportables.register(
        "challenges:public",
        Reportable(
            model="challenges.Challenge",
            find=_find,
            is_public=lambda c: c.is_public,
            title=lambda c: c.statement,
            place=lambda c: (c.department_id, c.domain_id),
            ask=_ask,
            suspend=_suspend,
            describe=_describe,
            conflict=moderation.conflict_of,
        ),
    )
