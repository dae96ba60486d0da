"""How somebody’s objection to a definition moves."""

from django.db.models import TextChoices

from jeveuxagir.common.transitions import Transitions


class State(TextChoices):
    PENDING = "pending", "en attente de l’équipe nationale"
    ACCEPTED = "accepted", "retenue : la définition a changé"
    REFUSED = "refused", "non retenue"
    WITHDRAWN = "withdrawn", "retirée"


TRANSITIONS = Transitions(
    {
        "accept": ([State.PENDING], State.ACCEPTED),
        "refuse": ([State.PENDING], State.REFUSED),
        "withdraw": ([State.PENDING], State.WITHDRAWN),
    }
)
