"""Who may do what to a common problem: who stated it looks after it, anybody with an account supports it."""

from typing import Any

from jeveuxagir.accounts import roles
from jeveuxagir.accounts.models import User, actor_person_id
from organisations.policies import can_handle_missions

from .models import Challenge, Support


def looks_after(actor: Any, challenge: Challenge) -> bool:
    """Edit, send, take back, close: who handles the organisation that states it; its author when none does."""
    if challenge.organisation is not None:
        return can_handle_missions(actor, challenge.organisation)
    return is_author(actor, challenge)


def is_author(actor: Any, challenge: Challenge) -> bool:
    """Who wrote it, even for an organisation they have left since."""
    person = actor_person_id(actor)
    return person is not None and challenge.person_id == person


def owns(actor: Any, support: Support) -> bool:
    if support.organisation is not None:
        return can_handle_missions(actor, support.organisation)
    person = actor_person_id(actor)
    return person is not None and support.person_id == person


def is_staff_for(actor: Any, challenge: Challenge) -> bool:
    """The brigade of its department (and theme), who may start the alliance without being a party."""
    return isinstance(actor, User) and roles.in_scope(actor, challenge.department_id, challenge.domain_id)
