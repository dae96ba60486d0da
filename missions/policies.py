"""Who may do what to a mission. `None` as actor is the platform itself (a job, a feed)."""

from typing import TYPE_CHECKING

from jeveuxagir.accounts import roles
from jeveuxagir.accounts.models import User
from organisations import policies as organisation_policies
from organisations.models import Organisation

if TYPE_CHECKING:
    from .models import Mission, MissionQuerySet

#: The members who write missions and answer applications.
HANDLERS = organisation_policies.HANDLERS


def can_handle(actor: User | None, organisation: Organisation) -> bool:
    """Write missions of this organisation: its owners and managers, and the platform."""
    return actor is None or organisation_policies.can_handle_missions(actor, organisation)


def can_see_in_space(actor: User | None, mission: "Mission") -> bool:
    """Every member, readers included, sees the missions and their counts."""
    return organisation_policies.is_member(actor, mission.organisation)


def can_close(actor: User | None, mission: "Mission") -> bool:
    """Members who handle it, and staff of its territory."""
    return can_handle(actor, mission.organisation) or roles.in_scope(
        actor, mission.department_id, mission.domain_id
    )


def can_suspend(actor: User | None, mission: "Mission") -> bool:
    """Staff of its territory, and the platform."""
    return actor is None or roles.in_scope(actor, mission.department_id, mission.domain_id)


def public(missions: "MissionQuerySet") -> "MissionQuerySet":
    """What anybody may read: what was published and is not withdrawn by staff."""
    return missions.filter(state__in=["open", "closed", "done"], organisation__state="validated")
