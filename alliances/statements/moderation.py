"""What a decision of the brigade does to a lived statement, and what its case shows."""

from typing import Any

from jeveuxagir.accounts.models import User
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.moderation import registry
from jeveuxagir.moderation.models import ModerationItem

from . import policies, services
from .models import Statement

GONE = "Ce témoignage a été effacé par la personne qui l’avait écrit."
AS_IT_IS = (
    "On ne corrige pas ce que quelqu’un dit vivre : publiez-le tel quel, ou refusez-le avec la raison. La personne "
    "peut en écrire un autre."
)


def statement_of(item: ModerationItem) -> Statement | None:
    """The statement behind a case; None once it is erased."""
    return Statement.objects.select_related("commune", "person").filter(pk=item.subject_id).first()


def _statement(item: ModerationItem) -> Statement:
    statement = statement_of(item)
    if statement is None:
        raise RuleBroken(GONE, code="erased")
    return statement


def accept(item: ModerationItem, actor: User | None) -> None:
    services.publish(_statement(item), actor=actor)


def ask(item: ModerationItem, actor: User | None) -> None:
    raise RuleBroken(AS_IT_IS, code="decision")


def refuse(item: ModerationItem, actor: User | None) -> None:
    services.refuse(_statement(item), actor=actor, answer=item.reason)


def facts_of(statement: Statement) -> list[tuple[str, Any]]:
    return [
        ("Commune", statement.commune.label),
        ("Signé", statement.author if statement.signed else "sans prénom"),
        ("État", statement.get_state_display()),
    ]


def describe(item: ModerationItem) -> dict[str, Any]:
    statement = statement_of(item)
    if statement is None:
        return {"warnings": [GONE]}
    return {
        "facts": facts_of(statement),
        "texts": [("Ce que la personne dit", statement.text), ("Réponse donnée", statement.answer)],
        "warnings": [
            "Refusez ce qui nomme quelqu’un, accuse une personne ou parle de la santé ou de la vie privée d’un tiers."
        ],
        "links": [("Le témoignage publié", statement.get_absolute_url())] if statement.is_public else [],
    }


def conflict_of(statement: Statement, actor: User) -> str:
    if policies.is_author(actor, statement):
        return "C’est votre propre témoignage : une autre personne de la brigade décide."
    return ""


def conflict(item: ModerationItem, actor: User) -> str:
    statement = statement_of(item)
    return conflict_of(statement, actor) if statement is not None else ""


def register() -> None:
    registry.register(
        ModerationItem.Kind.STATEMENT.value,
        registry.Handler(
            accept=accept,
            ask=ask,
            refuse=refuse,
            describe=describe,
            conflict=conflict,
            outcomes={"accept": "témoignage publié", "refuse": "témoignage non publié"},
        ),
    )
