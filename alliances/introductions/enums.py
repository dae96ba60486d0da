"""The words of an introduction, and how it moves."""

from django.db.models import TextChoices

from jeveuxagir.common.transitions import Transitions


class State(TextChoices):
    PROPOSED = "proposed", "en attente de réponse"
    ACCEPTED = "accepted", "acceptée des deux côtés"
    DECLINED = "declined", "sans suite"
    WITHDRAWN = "withdrawn", "retirée"
    EXPIRED = "expired", "sans réponse à temps"


class Answer(TextChoices):
    """What one side says."""

    WAITING = "waiting", "sans réponse"
    ACCEPTED = "accepted", "oui"
    DECLINED = "declined", "non"


class GoesOn(TextChoices):
    """A month later: whether they go on together."""

    YES = "yes", "oui, nous continuons"
    LATER = "later", "pas encore, peut-être plus tard"
    NO = "no", "non"


#: over without the two being presented
ENDED = (State.DECLINED, State.WITHDRAWN, State.EXPIRED)

TRANSITIONS = Transitions(
    {
        "accept": ([State.PROPOSED], State.ACCEPTED),
        "decline": ([State.PROPOSED], State.DECLINED),
        "withdraw": ([State.PROPOSED], State.WITHDRAWN),
        "expire": ([State.PROPOSED], State.EXPIRED),
    }
)
