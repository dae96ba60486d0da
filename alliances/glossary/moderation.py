"""What a decision of the national team does to a contested word, and what its case shows."""

from typing import Any

from jeveuxagir.accounts.models import User
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.moderation import registry
from jeveuxagir.moderation.models import ModerationItem

from . import policies, services
from .models import Contest

GONE = "Cette contestation a été effacée par la personne qui l’avait écrite."


def contest_of(item: ModerationItem) -> Contest | None:
    """The contest behind a case; None once it is erased."""
    return Contest.objects.select_related("term").filter(pk=item.subject_id).first()


def _contest(item: ModerationItem) -> Contest:
    made = contest_of(item)
    if made is None:
        raise RuleBroken(GONE, code="erased")
    return made


def accept(item: ModerationItem, actor: User | None) -> None:
    services.accept(_contest(item), actor=actor, answer=item.reason)


def ask(item: ModerationItem, actor: User | None) -> None:
    raise RuleBroken("Une contestation est retenue telle quelle, ou refusée avec la raison.", code="decision")


def refuse(item: ModerationItem, actor: User | None) -> None:
    services.refuse(_contest(item), actor=actor, answer=item.reason)


def describe(item: ModerationItem) -> dict[str, Any]:
    made = contest_of(item)
    if made is None:
        return {"warnings": [GONE]}
    warnings = []
    if made.is_pending and made.number != made.term.number:
        warnings.append("Ce terme a été révisé depuis : la personne n’a pas lu la définition actuelle.")
    return {
        "facts": [
            ("Terme", made.term.name),
            ("Révision contestée", made.number),
            ("Source", made.source),
            ("État", made.get_state_display()),
        ],
        "texts": [
            ("Ce qui ne va pas", made.why),
            ("Définition actuelle", made.term.definition),
            ("Définition proposée", made.proposed),
            *([("Reformulée par l’équipe", made.reworded)] if made.reworded else []),
        ],
        "warnings": warnings,
        "links": [("La page du terme", made.term.get_absolute_url())],
    }


def conflict(item: ModerationItem, actor: User) -> str:
    made = contest_of(item)
    if made is not None and policies.is_author(actor, made):
        return "Vous avez écrit cette contestation : une autre personne doit décider."
    return ""


def register() -> None:
    registry.register(
        ModerationItem.Kind.TERM.value,
        registry.Handler(
            accept=accept,
            ask=ask,
            refuse=refuse,
            describe=describe,
            conflict=conflict,
            outcomes={"accept": "définition révisée", "refuse": "définition inchangée"},
        ),
    )
