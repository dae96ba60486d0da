"""Who may do what to a mission. `None` as actor is the platform itself (a job, a feed)."""

from typing import TYPE_CHECKING

from jeveuxagir.accounts.models import User
from organisations.enums import MemberRole
from organisations.models import Membership, Organisation

if TYPE_CHECKING:
    from .models import Mission

HANDLERS = (MemberRole.OWNER, MemberRole.MANAGER)


def is_member(actor: User | None, organisation: Organisation, *roles: str) -> bool:
    """Whether the actor is a live member, with one of these roles if any is named."""
    if actor is None:
        return False
    members = Membership.objects.filter(
        organisation=organisation, person_id=actor.person_id, ended_at__isnull=True
    )
    return (members.filter(role__in=roles) if roles else members).exists()


def can_handle(actor: User | None, organisation: Organisation) -> bool:
    """Write missions of this organisation: its owners and managers, and the platform."""
    return actor is None or is_member(actor, organisation, *HANDLERS)


def can_see_in_space(actor: User | None, mission: "Mission") -> bool:
    """Every member, readers included, sees the missions and their counts."""
    return is_member(actor, mission.organisation)


def can_close(actor: User | None, mission: "Mission") -> bool:
    """Members who handle it, and staff of its department."""
    return can_handle(actor, mission.organisation) or is_staff_for(actor, mission.department_id)


def is_staff_for(actor: User | None, department_id: str | None) -> bool:
    from jeveuxagir.accounts import roles

    if actor is None:
        return False
    departments = roles.departments_of(actor)
    return departments is roles.EVERYWHERE or department_id in departments
