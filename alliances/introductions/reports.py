"""Why two organisations should meet, reported by one of them: the brigade reads it, and takes it away or leaves it."""

from typing import Any

from jeveuxagir.accounts.models import User, actor_person_id
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.moderation.reports import Reportable, reportables

from . import services
from .models import Introduction


def _find(pk: int) -> Introduction | None:
    rows = Introduction.objects.select_related(
        "first__commune", "second__commune", "host", "proposed_by__person"
    )
    return rows.filter(pk=pk).first()


def _ask(introduction: Introduction, actor: User | None, reason: str) -> None:
    raise RuleBroken(
        "Une mise en relation ne se corrige pas : retirez-la, ou répondez qu’il n’y a rien à signaler.",
        code="decision",
    )


def _suspend(introduction: Introduction, actor: User | None, reason: str) -> None:
    services.remove(introduction, actor=actor, reason=reason)


def _describe(introduction: Introduction) -> dict[str, Any]:
    return {
        "facts": [
            ("Entre", str(introduction)),
            ("Proposée par", introduction.proposer),
            ("Proposée le", f"{introduction.created_at:%d/%m/%Y}"),
            ("État", introduction.get_state_display()),
        ],
        "texts": [("Pourquoi elles", introduction.reason or "Ces mots sont retirés.")],
    }


def _conflict(introduction: Introduction, actor: User) -> str:
    if introduction.proposed_by is not None and introduction.proposed_by.person_id == actor_person_id(actor):
        return "Vous avez proposé cette mise en relation : une autre personne de la brigade doit décider."
    return ""


def register() -> None:
    # no page of its own: each side reports it from where it answers (services.report)
    reportables.register(
        "introductions.introduction",
        Reportable(
            model=services.MODEL,
            find=_find,
            is_public=lambda introduction: False,
            title=lambda introduction: f"une mise en relation : {introduction}",
            place=lambda introduction: (introduction.first.department_id, None),
            ask=_ask,
            suspend=_suspend,
            describe=_describe,
            conflict=_conflict,
        ),
    )
