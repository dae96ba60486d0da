"""Who may do what to a sheet: who wrote it looks after it; the brigade decides through moderation."""

from typing import Any

from jeveuxagir.accounts import roles
from jeveuxagir.accounts.models import actor_person_id
from jeveuxagir.common.text import fold
from organisations.models import Membership
from organisations.policies import HANDLERS, can_handle_missions

from .sheets import Sheet


def looks_after(actor: Any, sheet: Sheet) -> bool:
    """Edit, send, take back, withdraw: who handles its organisation; its author when it has none."""
    if sheet.organisation is not None:
        return can_handle_missions(actor, sheet.organisation)
    return is_author(actor, sheet)


def may_correct(actor: Any, sheet: Sheet) -> bool:
    """Propose other words of what is public: who looks after it; of a network, its own members and the leads of the
    brigade too. Somebody else decides."""
    if looks_after(actor, sheet):
        return True
    if not sheet.KEPT_BY_STAFF or not sheet.is_out:
        return False
    return roles.in_scope(actor, sheet.department_id, None, *roles.LEAD_ROLES) or _is_of_it(actor, sheet)


def _is_of_it(actor: Any, sheet: Sheet) -> bool:
    """Handles a validated organisation that bears the network's name."""
    person = actor_person_id(actor)
    if person is None:
        return False
    mine = Membership.objects.live().filter(person=person, role__in=HANDLERS).select_related("organisation")
    name = fold(sheet.title)
    return any(fold(one.organisation.name) == name and one.organisation.is_verified for one in mine)


def is_author(actor: Any, sheet: Sheet) -> bool:
    """Who wrote it, even for an organisation they have left since: they do not decide on it."""
    person = actor_person_id(actor)
    return person is not None and sheet.person_id == person
