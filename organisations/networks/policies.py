"""Who may act for a network: owners and managers of its head; who answers for a member: its own."""

from typing import Any

from organisations.models import Organisation
from organisations.policies import can_handle_missions


def can_head(actor: Any, organisation: Organisation) -> bool:
    """Invite, end, write templates."""
    return organisation.is_verified and can_handle_missions(actor, organisation)


def speaks_for(actor: Any, organisation: Organisation) -> bool:
    """Join and leave networks."""
    return can_handle_missions(actor, organisation)
