"""The words of an offer of skills, and how it moves."""

from django.db.models import TextChoices

from jeveuxagir.common.transitions import Transitions
from missions.skill_needs.enums import Format
from organisations.enums import Kind

__all__ = ["OFFERING", "PUBLIC_EMPLOYERS", "TRANSITIONS", "Format", "State"]

#: public employers: their agents are lent within the legal experiment only
PUBLIC_EMPLOYERS = frozenset({Kind.LOCAL_AUTHORITY, Kind.STATE_SERVICE, Kind.PUBLIC_BODY})
#: who may offer the time of its people
OFFERING = frozenset({Kind.COMPANY, *PUBLIC_EMPLOYERS})


class State(TextChoices):
    DRAFT = "draft", "brouillon"
    PENDING = "pending", "en attente de la brigade"
    OPEN = "open", "ouverte"
    PAUSED = "paused", "en pause"
    EXHAUSTED = "exhausted", "épuisée"
    EXPIRED = "expired", "terminée"
    REFUSED = "refused", "refusée"
    SUSPENDED = "suspended", "suspendue"


TRANSITIONS = Transitions(
    {
        "submit": ([State.DRAFT, State.REFUSED], State.PENDING),
        "take_back": ([State.PENDING], State.DRAFT),
        "ask_correction": ([State.PENDING], State.DRAFT),
        "open": ([State.PENDING], State.OPEN),
        "refuse": ([State.PENDING], State.REFUSED),
        "pause": ([State.OPEN], State.PAUSED),
        "resume": ([State.PAUSED], State.OPEN),
        # days left came to nothing, or came back
        "exhaust": ([State.OPEN, State.PAUSED], State.EXHAUSTED),
        "refill": ([State.EXHAUSTED], State.OPEN),
        "expire": ([State.OPEN, State.PAUSED, State.EXHAUSTED], State.EXPIRED),
        "suspend": ([State.OPEN, State.PAUSED], State.SUSPENDED),
        "lift": ([State.SUSPENDED], State.OPEN),
    }
)
