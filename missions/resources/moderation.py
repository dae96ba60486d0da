"""What a decision of the brigade does to a need of means, and what its case shows."""

from typing import Any

from jeveuxagir.accounts.models import User
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.moderation import registry
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.ui.dates import exact
from organisations import policies as organisation_policies

from . import services
from .models import Need

ERASED = "Ce brouillon a été supprimé par l’organisation."


def need_of(item: ModerationItem) -> Need | None:
    """The need behind a case; None once it is gone."""
    rows = Need.objects.select_related("organisation", "commune", "domain")
    return rows.filter(pk=item.subject_id).first()


def _need(item: ModerationItem) -> Need:
    need = need_of(item)
    if need is None:
        raise RuleBroken(ERASED, code="erased")
    return need


def accept(item: ModerationItem, actor: User | None) -> None:
    if item.diff:
        services.apply_edit(_need(item), actor=actor, diff=item.diff)
    else:
        services.publish(_need(item), actor=actor)


def ask(item: ModerationItem, actor: User | None) -> None:
    if item.diff:
        services.refuse_edit(_need(item), actor=actor, reason=item.reason)
    else:
        services.send_back(_need(item), actor=actor, reason=item.reason)


def refuse(item: ModerationItem, actor: User | None) -> None:
    if item.diff:
        services.refuse_edit(_need(item), actor=actor, reason=item.reason)
    else:
        services.refuse(_need(item), actor=actor, reason=item.reason)


def facts_of(need: Need) -> list[tuple[str, Any]]:
    return [
        ("Organisation", need.organisation.name),
        ("Type", need.organisation.get_kind_display()),
        ("Demandé", f"{need.get_kind_display()}, {need.asked}"),
        ("Jusqu’au", exact(need.deadline)),
        ("Où", need.commune.label),
        ("Domaine", need.domain.name),
        ("État", need.get_state_display()),
    ]


def texts_of(need: Need) -> list[tuple[str, str]]:
    return [("Titre", need.title), ("Pour quoi faire", need.purpose)]


def describe(item: ModerationItem) -> dict[str, Any]:
    need = need_of(item)
    if need is None:
        return {"warnings": [ERASED]}
    warnings = []
    if not need.organisation.is_verified:
        warnings.append(f"L’organisation est {need.organisation.get_state_display()}.")
    if need.is_past:
        warnings.append("La date limite est passée.")
    links = [("L’organisation", need.organisation.get_absolute_url())]
    if need.is_public:
        links.append(("La page publique", need.get_absolute_url()))
    return {"facts": facts_of(need), "texts": texts_of(need), "warnings": warnings, "links": links}


def conflict(item: ModerationItem, actor: User) -> str:
    need = need_of(item)
    return conflict_of(need, actor) if need else ""


def conflict_of(need: Need, actor: User) -> str:
    return organisation_policies.conflict(actor, need.organisation)


def register() -> None:
    registry.register(
        ModerationItem.Kind.RESOURCE_NEED.value,
        registry.Handler(accept=accept, ask=ask, refuse=refuse, describe=describe, conflict=conflict),
    )
