"""The words of an offer of skills, and how it moves."""

from django.db.models import TextChoices

from jeveuxagir.common.transitions import Transitions
from missions.skill_needs.enums import Format
from organisations.enums import EMPLOYERS, PUBLIC_EMPLOYERS

__all__ = ["OFFERING", "PUBLIC_EMPLOYERS", "TRANSITIONS", "Format", "State"]

#: who may offer the time of its people
OFFERING = EMPLOYERS


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
        "exhaust": ([State.OPEN], State.EXHAUSTED),
        "refill": ([State.EXHAUSTED], State.OPEN),
        "expire": ([State.OPEN, State.PAUSED, State.EXHAUSTED], State.EXPIRED),
        # its employer ends it, or closes
        "end": (
            [State.DRAFT, State.PENDING, State.OPEN, State.PAUSED, State.EXHAUSTED, State.SUSPENDED],
            State.EXPIRED,
        ),
        # a paused or exhausted one is not shown: only an open one is taken off
        "suspend": ([State.OPEN, State.EXHAUSTED], State.SUSPENDED),
        "lift": ([State.SUSPENDED], State.OPEN),
    }
)
