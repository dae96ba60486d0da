"""Who acts for a party writes what that party brings; who animates writes for any."""

from typing import Any

from alliances import policies
from alliances.models import Alliance, Party


def can_write(actor: Any, alliance: Alliance, party: Party | None) -> bool:
    """What a party brings, or money asked from it; without a party (an outside funder), who animates."""
    if policies.can_animate(actor, alliance):
        return True
    return party is not None and policies.acts_for(actor, party)
