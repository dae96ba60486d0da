"""Who animates or facilitates opens and abandons a round; who acts for a party answers for it, and reads no other."""

from typing import Any

from alliances import policies
from alliances.models import Alliance, Party


def can_run(actor: Any, alliance: Alliance) -> bool:
    """Open a round, or abandon it. Neither shows anything: only the last answer does."""
    return any(
        party.is_animator or party.is_facilitator for party in policies.acting_parties(actor, alliance)
    )


def can_answer(actor: Any, party: Party) -> bool:
    return policies.acts_for(actor, party)
