"""A mission's page may be reported: what the brigade reads of it, and what it may do."""

from typing import Any

from django.db import transaction

from jeveuxagir.accounts.models import User
from jeveuxagir.audit.services import record
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.common.locks import lock
from jeveuxagir.common.text import clean, of
from jeveuxagir.moderation.reports import Reportable, reportables
from organisations import policies as organisation_policies

from . import notifications, policies, services
from .enums import State
from .models import Mission


@transaction.atomic
def ask_change(mission: Mission, *, actor: User | None, reason: str) -> Mission:
    """The page stays; the organisation is asked, in the brigade's words, to correct it."""
    mission = lock(Mission.objects.select_related("organisation"), pk=mission.pk)
    if not policies.can_close(actor, mission):
        raise NotAllowed()
    if not clean(reason):
        raise RuleBroken("Dites ce qu’il faut corriger : l’organisation le lira.", code="reason")
    if mission.is_imported:
        raise RuleBroken(
            f"Cette mission vient {of(mission.source_name)} : l’organisation ne peut pas la corriger ici. "
            "Suspendez-la, ou écrivez au partenaire.",
            code="imported",
        )
    mission.version += 1
    mission.save(update_fields=["version", "updated_at"])
    record("mission.change_asked", mission, actor=actor, organisation=mission.organisation_id)
    notifications.tell_members(mission, "to_mend", reason=clean(reason))
    return mission


def _find(pk: int) -> Mission | None:
    return Mission.objects.select_related("organisation", "domain", "department").filter(pk=pk).first()


def _ask(mission: Mission, actor: User | None, reason: str) -> None:
    ask_change(mission, actor=actor, reason=reason)


def _suspend(mission: Mission, actor: User | None, reason: str) -> None:
    """What is no longer open is already out of sight of who looks for a mission."""
    if mission.state == State.SUSPENDED:
        return
    services.suspend(mission, actor=actor, reason=reason)


def _describe(mission: Mission) -> dict[str, Any]:
    return {
        "facts": [
            ("Mission", mission.title),
            ("Organisation", mission.organisation.name),
            ("État", mission.get_state_display()),
            ("Domaine", mission.domain.name if mission.domain else ""),
            ("Source", mission.source_name),
        ],
        "texts": [
            ("Ce que fera la personne", mission.description),
            ("Conditions d’accueil", mission.hosting_conditions),
            ("Ce qui est demandé", mission.prerequisites),
        ],
    }


def register() -> None:
    reportables.register(
        "missions:page",
        Reportable(
            model="missions.Mission",
            find=_find,
            is_public=lambda m: m.state in ("open", "closed", "done") and m.organisation.is_verified,
            title=lambda m: m.title,
            place=lambda m: (m.department_id, m.domain_id),
            ask=_ask,
            suspend=_suspend,
            describe=_describe,
            conflict=lambda m, actor: organisation_policies.conflict(actor, m.organisation),
        ),
    )
