"""Who may bring a need and an offer together, and who answers for a side."""

from typing import Any

from jeveuxagir.accounts import roles
from missions.offers.models import Offer
from missions.skill_needs.models import SkillNeed
from organisations.models import Organisation
from organisations.policies import can_handle_missions, is_member, is_staff_for

from .enums import Origin, Side
from .models import Pairing


def can_propose(actor: Any, need: SkillNeed, offer: Offer, origin: str) -> bool:
    """A member who handles the side it says; for the brigade, staff of either territory who belong to neither."""
    if origin == Origin.COMPANY:
        return can_handle_missions(actor, offer.organisation)
    if origin == Origin.ASSOCIATION:
        return can_handle_missions(actor, need.organisation)
    if origin == Origin.BRIGADE:
        return is_staff_of(actor, need, offer) and not (
            is_member(actor, need.organisation) or is_member(actor, offer.organisation)
        )
    return False


def is_staff_of(actor: Any, need: SkillNeed, offer: Offer) -> bool:
    return roles.is_brigade(actor) and (
        roles.in_scope(actor, need.department_id) or is_staff_for(actor, offer.organisation)
    )


def may_bring(actor: Any, need: SkillNeed) -> bool:
    """The brigade of the need's territory, who do not belong to its association."""
    return (
        roles.is_brigade(actor)
        and roles.in_scope(actor, need.department_id)
        and not is_member(actor, need.organisation)
    )


def answers_for(actor: Any, pairing: Pairing, side: str) -> bool:
    return can_handle_missions(actor, pairing.organisation_of(side))


def side_of_member(pairing: Pairing, organisation: Organisation) -> Side | None:
    """Which side this organisation is; None when it is neither."""
    if organisation.pk == pairing.offer.organisation_id:
        return Side.COMPANY
    return Side.ASSOCIATION if organisation.pk == pairing.need.organisation_id else None
