"""Who steers. Animators and facilitators call meetings and write minutes; who acts for a party votes for it.

A facilitator proposes to the vote like any party: proposing is not deciding, and the count sees to it that its voice
alone never decides (tally.py).
"""

from typing import Any

from alliances import policies
from alliances.models import Alliance, Party

from .models import Task


def can_convene(actor: Any, alliance: Alliance) -> bool:
    """Call, move and cancel meetings, write minutes: who animates or facilitates."""
    return any(
        party.is_animator or party.is_facilitator for party in policies.acting_parties(actor, alliance)
    )


def can_propose(actor: Any, alliance: Alliance) -> bool:
    """Bring a decision to the vote: any party."""
    return policies.can_act(actor, alliance)


def can_vote(actor: Any, party: Party) -> bool:
    """A party's voice; the trusted third party, who is independent, has none."""
    return policies.acts_for(actor, party) and not party.is_trusted_third


def can_move_task(actor: Any, task: Task) -> bool:
    """Who has it, who acts for its party, who animates."""
    if policies.can_animate(actor, task.alliance):
        return True
    if task.party is None:
        return policies.can_act(actor, task.alliance)
    return policies.acts_for(actor, task.party)
