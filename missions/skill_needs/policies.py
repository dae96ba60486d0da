"""Who may do what to a skill need. `None` as actor is the platform itself."""

from typing import TYPE_CHECKING, Any

from jeveuxagir.accounts import roles
from jeveuxagir.accounts.models import User
from organisations import policies as organisation_policies
from organisations.enums import Kind
from organisations.models import Organisation

if TYPE_CHECKING:
    from .models import SkillNeed

HANDLERS = organisation_policies.HANDLERS


def can_handle(actor: Any, organisation: Organisation) -> bool:
    """Write the needs of this association: its owners and managers, and the platform."""
    return actor is None or organisation_policies.can_handle_missions(actor, organisation)


def may_state(organisation: Organisation) -> bool:
    """An association states its needs, like whoever may host volunteers; a company never does, for nobody (K57)."""
    return organisation.may_host and organisation.kind != Kind.COMPANY


def can_moderate(actor: User | None, need: "SkillNeed") -> bool:
    """Staff of its territory and theme, and the platform."""
    return actor is None or roles.in_scope(actor, need.department_id, need.domain_id)


def is_staff_for(actor: Any, need: "SkillNeed") -> bool:
    return isinstance(actor, User) and roles.in_scope(actor, need.department_id, need.domain_id)
