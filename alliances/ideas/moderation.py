"""What a decision of the brigade does to an idea, and what its case shows."""

from typing import Any

from jeveuxagir.accounts.models import User
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.moderation import registry
from jeveuxagir.moderation.models import ModerationItem

from . import services
from .models import Idea


def idea_of(item: ModerationItem) -> Idea | None:
    """The idea behind a case; None once it is erased."""
    ideas = Idea.objects.select_related("commune", "person", "organisation", "challenge", "example")
    return ideas.filter(pk=item.subject_id).first()


def _idea(item: ModerationItem) -> Idea:
    idea = idea_of(item)
    if idea is None:
        raise RuleBroken("Cette idée a été effacée par la personne qui l’avait déposée.", code="erased")
    return idea


def accept(item: ModerationItem, actor: User | None) -> None:
    services.accepted(_idea(item), actor=actor, answer=item.reason)


def ask(item: ModerationItem, actor: User | None) -> None:
    raise RuleBroken(
        "Une idée ne se corrige pas : gardez-la comme problème commun, ou classez-la avec une raison.",
        code="decision",
    )


def refuse(item: ModerationItem, actor: User | None) -> None:
    services.close(_idea(item), actor=actor, answer=item.reason)


def describe(item: ModerationItem) -> dict[str, Any]:
    idea = idea_of(item)
    if idea is None:
        return {"warnings": ["Cette idée a été effacée par la personne qui l’avait déposée."]}
    links = []
    if idea.organisation is not None:
        links.append(("L’organisation", idea.organisation.get_absolute_url()))
    if idea.challenge is not None and idea.challenge.is_public:
        links.append(("Le problème commun", idea.challenge.get_absolute_url()))
    if idea.example is not None and idea.example.is_public:
        links.append(("L’exemple", idea.example.get_absolute_url()))
    return {
        "facts": [
            ("Commune", idea.commune.label),
            ("Déposée par", idea.person.first_name if idea.person else "une personne effacée"),
            ("État", idea.get_state_display()),
        ],
        "texts": [("L’idée", idea.what), ("Pour qui, pourquoi", idea.why), ("Réponse donnée", idea.answer)],
        "links": links,
    }


def conflict(item: ModerationItem, actor: User) -> str:
    idea = idea_of(item)
    if idea is not None and idea.person_id == actor.person_id:
        return "C’est votre propre idée : une autre personne de la brigade y répond."
    return ""


def register() -> None:
    registry.register(
        ModerationItem.Kind.IDEA.value,
        registry.Handler(
            accept=accept,
            ask=ask,
            refuse=refuse,
            describe=describe,
            conflict=conflict,
            outcomes={"accept": "idée retenue", "refuse": "idée classée"},
        ),
    )
