"""What a decision of the brigade does to a pledge, and what its case shows."""

from typing import Any

from jeveuxagir.accounts.models import User
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.moderation import registry
from jeveuxagir.moderation.models import ModerationItem
from organisations import policies as organisations

from . import services
from .models import Pledge

GONE = "Cet engagement a été effacé."


def pledge_of(item: ModerationItem) -> Pledge | None:
    """The pledge behind a case; None once it is erased."""
    return Pledge.objects.select_related("measure", "organisation").filter(pk=item.subject_id).first()


def _pledge(item: ModerationItem) -> Pledge:
    pledge = pledge_of(item)
    if pledge is None:
        raise RuleBroken(GONE, code="erased")
    return pledge


def accept(item: ModerationItem, actor: User | None) -> None:
    services.publish(_pledge(item), actor=actor)


def ask(item: ModerationItem, actor: User | None) -> None:
    services.send_back(_pledge(item), actor=actor, reason=item.reason)


def refuse(item: ModerationItem, actor: User | None) -> None:
    services.refuse(_pledge(item), actor=actor, reason=item.reason)


def describe_pledge(pledge: Pledge) -> dict[str, Any]:
    return {
        "facts": [
            ("Mesure", str(pledge.measure)),
            ("Organisation", pledge.organisation.name),
            ("Jusqu’au", pledge.until),
            ("État", pledge.get_state_display()),
        ],
        "texts": [
            ("Ce qu’elle fera", pledge.what),
            ("Nouvelles", pledge.news),
            ("Pour finir", pledge.outcome),
        ],
        "links": [("La mesure", pledge.measure.get_absolute_url())],
    }


def describe(item: ModerationItem) -> dict[str, Any]:
    pledge = pledge_of(item)
    return describe_pledge(pledge) if pledge else {"warnings": [GONE]}


def conflict_of(pledge: Pledge, actor: User) -> str:
    return organisations.conflict(actor, pledge.organisation)


def conflict(item: ModerationItem, actor: User) -> str:
    pledge = pledge_of(item)
    return conflict_of(pledge, actor) if pledge else ""


def register() -> None:
    registry.register(
        ModerationItem.Kind.PLEDGE.value,
        registry.Handler(
            accept=accept,
            ask=ask,
            refuse=refuse,
            describe=describe,
            conflict=conflict,
            outcomes={"accept": "engagement publié", "refuse": "engagement non retenu"},
        ),
    )
