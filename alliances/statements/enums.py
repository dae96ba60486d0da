"""How a lived statement moves."""

from django.db.models import TextChoices

from jeveuxagir.common.transitions import Transitions


class State(TextChoices):
    PENDING = "pending", "en attente de relecture"
    PUBLISHED = "published", "publié"
    REFUSED = "refused", "non publié"
    WITHDRAWN = "withdrawn", "retiré"


TRANSITIONS = Transitions(
    {
        "publish": ([State.PENDING], State.PUBLISHED),
        "refuse": ([State.PENDING, State.PUBLISHED], State.REFUSED),
        "withdraw": ([State.PENDING, State.PUBLISHED], State.WITHDRAWN),
    }
)
