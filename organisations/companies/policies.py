"""Who may do what for an employer: its coordinators (owners and managers); its people act for themselves alone."""

from typing import Any

from organisations import policies as organisation_policies
from organisations.enums import EMPLOYERS
from organisations.models import Organisation

#: the members who are « coordinateur ou coordinatrice »
HANDLERS = organisation_policies.HANDLERS


def is_employer(organisation: Organisation) -> bool:
    return organisation.kind in EMPLOYERS


def can_coordinate(actor: Any, organisation: Organisation) -> bool:
    """Its sites, its domains, its codes, its people and its offers."""
    return is_employer(organisation) and organisation_policies.can_handle_missions(actor, organisation)
