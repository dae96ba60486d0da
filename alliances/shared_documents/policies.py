"""Who reads and who brings documents. Every member of a party reads; who acts for a party brings."""

from typing import Any

from alliances import policies
from alliances.models import Party
from jeveuxagir.moderation import services as moderation
from jeveuxagir.moderation.models import ModerationItem

from .models import SharedDocument


def can_add(actor: Any, party: Party) -> bool:
    return policies.acts_for(actor, party)


def can_change(actor: Any, document: SharedDocument) -> bool:
    """Its party, or who animates: rename it, bring a new version, remove it, ask for it to be public."""
    return policies.acts_for(actor, document.party) or policies.can_animate(actor, document.alliance)


def can_review(actor: Any, document: SharedDocument) -> bool:
    """Staff of the territory, while they are asked to read it: never before, never after."""
    return (
        policies.is_staff_for(actor, document.alliance)
        and moderation.open_items(ModerationItem.Kind.DOCUMENT, document).exists()
    )
