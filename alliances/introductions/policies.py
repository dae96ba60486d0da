"""Who proposes an introduction, who answers for a side, who takes it back. What a side gives of itself is for the
handlers of the other one, once both accepted: no staff reads it."""

from typing import Any

from jeveuxagir.accounts import roles
from jeveuxagir.accounts.models import User
from organisations.models import Organisation
from organisations.policies import can_handle_missions

from .models import Introduction, Side


def is_staff_of(actor: Any, *organisations: Organisation) -> bool:
    """Brigade, regional or national staff of the territory of one of them."""
    return isinstance(actor, User) and any(roles.in_scope(actor, one.department_id) for one in organisations)


def can_propose(actor: Any, host: Organisation | None, first: Organisation, second: Organisation) -> bool:
    """For an organisation one handles; the brigade when one of the two is in its territory."""
    if host is not None:
        return can_handle_missions(actor, host)
    return is_staff_of(actor, first, second)


def speaks_for(actor: Any, side: Side) -> bool:
    return can_handle_missions(actor, side.organisation)


def is_staff_for(actor: Any, introduction: Introduction) -> bool:
    return is_staff_of(actor, introduction.first, introduction.second)


def may_withdraw(actor: Any, introduction: Introduction) -> bool:
    """Who proposed it: the brigade of either territory, or who handles the organisation that proposed."""
    if introduction.by_brigade or introduction.host is None:
        return is_staff_for(actor, introduction)
    return can_handle_missions(actor, introduction.host) or is_staff_for(actor, introduction)
