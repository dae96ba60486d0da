"""What a decision of the brigade does to a mission, and what its case shows."""

from typing import Any

from django.urls import reverse

from jeveuxagir.accounts.models import User
from jeveuxagir.common.text import plural
from jeveuxagir.moderation import registry
from jeveuxagir.moderation.models import ModerationItem
from organisations import policies as organisation_policies

from . import services
from .models import Mission
from .words import teams_asked, when_in_words

SHOWN_SLOTS = 12


def _mission(item: ModerationItem) -> Mission:
    return Mission.objects.select_related("organisation", "domain", "department").get(pk=item.subject_id)


def _is_edit(item: ModerationItem) -> bool:
    """New values of something published; else the mission itself waits."""
    return bool(item.diff)


def accept(item: ModerationItem, actor: User | None) -> None:
    if _is_edit(item):
        services.apply_edit(_mission(item), actor=actor, diff=item.diff)
    else:
        services.publish(_mission(item), actor=actor)


def ask(item: ModerationItem, actor: User | None) -> None:
    if _is_edit(item):
        services.refuse_edit(_mission(item), actor=actor, reason=item.reason)
    else:
        services.ask_correction(_mission(item), actor=actor, reason=item.reason)


def refuse(item: ModerationItem, actor: User | None) -> None:
    if _is_edit(item):
        services.refuse_edit(_mission(item), actor=actor, reason=item.reason)
    else:
        services.refuse(_mission(item), actor=actor, reason=item.reason)


def describe(item: ModerationItem) -> dict[str, Any]:
    mission = _mission(item)
    addresses = mission.addresses.select_related("commune")
    slots = list(mission.slots.filter(cancelled_at__isnull=True)[: SHOWN_SLOTS + 1])
    times = [f"{when_in_words(slot)} ({plural(slot.capacity, 'place')})" for slot in slots[:SHOWN_SLOTS]]
    if len(slots) > SHOWN_SLOTS:
        times.append("…")
    warnings = []
    if not mission.organisation.is_verified:
        warnings.append(f"L’organisation est {mission.organisation.get_state_display()}.")
    warnings += mission.source_values.get("hints", [])
    return {
        "facts": [
            ("Organisation", mission.organisation.name),
            ("Domaine", mission.domain.name if mission.domain else "non renseigné"),
            ("Où", " · ".join(address.in_words for address in addresses) or mission.get_mode_display()),
            ("Sur place ou à distance", mission.get_mode_display()),
            ("Âge minimum", f"{mission.minimum_age} ans"),
            ("Rythme", mission.get_commitment_display()),
            ("Équipes", teams_asked(mission)),
            ("Source", mission.source_name),
        ],
        "texts": [
            ("Ce que fera la personne", mission.description),
            ("Conditions d’accueil", mission.hosting_conditions),
            ("Ce qui est demandé", mission.prerequisites),
            ("Ce qui est prévu pour une équipe", mission.team_preparation),
            ("Créneaux", "\n".join(times)),
        ],
        "warnings": warnings,
        "links": [("L’organisation", mission.organisation.get_absolute_url())],
    }


def conflict(item: ModerationItem, actor: User) -> str:
    return organisation_policies.conflict(actor, _mission(item).organisation)


def url(item: ModerationItem) -> str:
    mission = _mission(item)
    return reverse("missions:page", args=[mission.pk, mission.slug])


def register() -> None:
    registry.register(
        ModerationItem.Kind.MISSION.value,
        registry.Handler(
            accept=accept, ask=ask, refuse=refuse, describe=describe, url=url, conflict=conflict
        ),
    )
