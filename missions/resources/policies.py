"""Who may do what: an organisation looks after its needs, whoever handles another promises in its name."""

from typing import Any

from jeveuxagir.accounts import roles
from jeveuxagir.accounts.models import RoleGrant, User
from organisations.enums import HOSTING_KINDS
from organisations.models import Membership, Organisation
from organisations.policies import HANDLERS, can_handle_missions

#: the kinds that may say a need: a company, never, not even in an association's name
OWNERS = HOSTING_KINDS


def can_handle(actor: Any, organisation: Organisation) -> bool:
    """Write its needs, answer what is promised, promise for others. `None` is the platform itself."""
    return actor is None or can_handle_missions(actor, organisation)


def may_own(organisation: Organisation) -> bool:
    return organisation.kind in OWNERS


def checks_instruments(actor: Any) -> bool:
    """National staff of every theme."""
    return roles.in_scope(actor, None, None, RoleGrant.RoleName.NATIONAL)


def handled_by(user: Any) -> list[Organisation]:
    """The organisations that an account handles, by name."""
    if not isinstance(user, User):
        return []
    mine = Membership.objects.live().filter(person=user.person_id, role__in=HANDLERS)
    return [row.organisation for row in mine.select_related("organisation").order_by("organisation__name")]
