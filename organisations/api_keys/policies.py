"""Who may make a key: those who read by the pages what it reads, owners and managers."""

from typing import Any

from organisations import policies as organisation_policies
from organisations.enums import Kind
from organisations.models import Membership, Organisation

#: the members who make, see and revoke keys: what a key reads, they read
HANDLERS = organisation_policies.HANDLERS


def may_have_keys(organisation: Organisation) -> bool:
    """Any that may give or receive people's time."""
    return organisation.kind != Kind.OTHER or organisation.may_host


def can_handle(actor: Any, organisation: Organisation) -> bool:
    return organisation_policies.can_handle_missions(actor, organisation)


def acting_for(organisation: Organisation) -> set[int]:
    """The persons who may, now. One query."""
    live = Membership.objects.live().filter(organisation=organisation, role__in=HANDLERS)
    return set(live.values_list("person", flat=True))
