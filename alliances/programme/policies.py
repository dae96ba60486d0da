"""Who may do what: national staff write evidence, those who handle an organisation look after its pledges."""

from typing import Any

from jeveuxagir.accounts import roles
from jeveuxagir.accounts.models import RoleGrant
from organisations.policies import can_handle_missions

from .models import Pledge


def writes_evidence(actor: Any) -> bool:
    """National staff of every theme."""
    return roles.in_scope(actor, None, None, RoleGrant.RoleName.NATIONAL)


def looks_after(actor: Any, pledge: Pledge) -> bool:
    """Edit, send, withdraw, give news, close: whoever handles the organisation."""
    return can_handle_missions(actor, pledge.organisation)
