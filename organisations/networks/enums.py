"""How an organisation comes into a network, and leaves it."""

from django.db.models import TextChoices

from jeveuxagir.common.transitions import Transitions


class State(TextChoices):
    INVITED = "invited", "invitation envoyée"
    ACTIVE = "active", "membre"
    DECLINED = "declined", "invitation déclinée"
    CANCELLED = "cancelled", "invitation annulée"
    ENDED = "ended", "n’est plus membre"


#: one of these at most between a head and a member
LIVE = (State.INVITED, State.ACTIVE)

TRANSITIONS = Transitions(
    {
        "accept": ([State.INVITED], State.ACTIVE),
        "decline": ([State.INVITED], State.DECLINED),
        "cancel": ([State.INVITED], State.CANCELLED),
        "end": ([State.ACTIVE], State.ENDED),
    }
)
