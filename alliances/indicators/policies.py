"""Who animates writes the dictionary; a party keeps what it is responsible for; any party counts, any other judges."""

from typing import Any

from alliances import policies
from alliances.models import Alliance, Party
from organisations.models import Organisation

from .models import Indicator, Value


def can_define(actor: Any, alliance: Alliance, owner: Party | None) -> bool:
    """Define, edit or stop an indicator: who animates, or who acts for the party responsible for it."""
    if policies.can_animate(actor, alliance):
        return True
    return owner is not None and policies.acts_for(actor, owner)


def can_edit(actor: Any, indicator: Indicator) -> bool:
    return can_define(actor, indicator.alliance, indicator.owner)


def can_claim(actor: Any, alliance: Alliance, organisation: Organisation) -> bool:
    """Count a part of a result for an alliance: its organisation is a party, and one acts for it or animates."""
    party = alliance.parties.live().filter(organisation=organisation).select_related("organisation").first()
    if party is None:
        return False
    return policies.acts_for(actor, party) or policies.can_animate(actor, alliance)


def can_unclaim(actor: Any, alliance: Alliance, organisation: Organisation) -> bool:
    """Take a part back: whose result it is, who animates; once the organisation has left, who facilitates too."""
    acting = policies.acting_parties(actor, alliance)
    if any(party.is_animator or party.organisation_id == organisation.pk for party in acting):
        return True
    gone = not alliance.parties.live().filter(organisation=organisation).exists()
    return gone and any(party.is_facilitator for party in acting)


def answers(value: Value) -> Party | None:
    """Who answers for a value: the party that counted; once it left, the one responsible for the indicator."""
    return value.party if value.party.is_live else value.indicator.owner
