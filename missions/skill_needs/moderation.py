"""What a decision of the brigade does to a skill need, and what its case shows."""

from typing import Any

from jeveuxagir.accounts.models import User
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import NBSP
from jeveuxagir.moderation import registry
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.ui.dates import day_of
from organisations import policies as organisation_policies

from . import scoping, services
from .durations import in_words
from .models import SkillNeed

ERASED = "Ce besoin a été effacé."


def need_of(item: ModerationItem) -> SkillNeed | None:
    rows = SkillNeed.objects.select_related(
        "organisation", "commune__department", "department", "domain", "contact"
    )
    return rows.filter(pk=item.subject_id).first()


def _need(item: ModerationItem) -> SkillNeed:
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
        services.ask_correction(_need(item), actor=actor, reason=item.reason)


def refuse(item: ModerationItem, actor: User | None) -> None:
    if item.diff:
        services.refuse_edit(_need(item), actor=actor, reason=item.reason)
    else:
        services.refuse(_need(item), actor=actor, reason=item.reason)


def facts_of(need: SkillNeed) -> list[tuple[str, Any]]:
    kind = scoping.type_of(need.project_type)
    return [
        ("Association", need.organisation.name),
        ("Type de projet", kind.name if kind else "autre"),
        ("Volume", in_words(need.minutes) or "non dit"),
        ("Format", need.get_format_display()),
        ("Pour le", day_of(need.deadline) if need.deadline else "non dit"),
        ("Où", _where(need)),
        ("Domaine", need.domain.name if need.domain else ""),
        ("Compétences", ", ".join(map(str, need.skills.all()))),
        ("Objectifs de développement durable", ", ".join(map(str, need.sdgs.all()))),
        ("État", need.get_state_display()),
    ]


def _where(need: SkillNeed) -> str:
    place = need.place
    label = getattr(place, "label", "") or (str(place) if place else "")
    return ", ".join(filter(None, [need.get_mode_display(), label]))


def texts_of(need: SkillNeed) -> list[tuple[str, str]]:
    return [("Ce qui sera rendu", need.deliverable), ("À quoi cela servira", need.context)]


def describe(item: ModerationItem) -> dict[str, Any]:
    need = need_of(item)
    if need is None:
        return {"warnings": [ERASED]}
    warnings = []
    if not need.organisation.is_verified:
        warnings.append(f"L’association est {need.organisation.get_state_display()}.")
    warnings += [f"Il manque{NBSP}: {lack.sentence}" for lack in services.missing(services.data_of(need))]
    kind = scoping.type_of(need.project_type)
    if kind and need.minutes is not None and not kind.minutes / 4 <= need.minutes <= kind.minutes * 4:
        warnings.append(
            f"Le volume surprend{NBSP}: pour « {kind.name} », comptez d’ordinaire {in_words(kind.minutes)}."
        )
    if pressing := scoping.pressed(need.minutes, need.deadline):
        warnings.append(pressing)
    links = [("L’association", need.organisation.get_absolute_url())]
    if need.has_page:
        links.insert(0, ("La page publique", need.get_absolute_url()))
    return {"facts": facts_of(need), "texts": texts_of(need), "warnings": warnings, "links": links}


def conflict(item: ModerationItem, actor: User) -> str:
    need = need_of(item)
    return organisation_policies.conflict(actor, need.organisation) if need else ""


def register() -> None:
    registry.register(
        ModerationItem.Kind.SKILL_NEED.value,
        registry.Handler(accept=accept, ask=ask, refuse=refuse, describe=describe, conflict=conflict),
    )
