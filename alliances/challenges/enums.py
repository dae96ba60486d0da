"""The words of a common problem, and how it moves."""

from django.db.models import TextChoices

from jeveuxagir.common.transitions import Transitions


class State(TextChoices):
    DRAFT = "draft", "brouillon"
    PENDING = "pending", "en attente de la brigade"
    OPEN = "open", "ouvert"
    IN_ALLIANCE = "in_alliance", "porté par une alliance"
    CLOSED = "closed", "fermé"


#: what anybody may read
PUBLIC = (State.OPEN, State.IN_ALLIANCE)


class Standing(TextChoices):
    """Where a public problem stands, for who looks for one."""

    SEEKING = "seeking", "cherche des soutiens"
    READY = "ready", "prêt pour une alliance"
    IN_ALLIANCE = "in_alliance", "porté par une alliance"


TRANSITIONS = Transitions(
    {
        "submit": ([State.DRAFT], State.PENDING),
        "take_back": ([State.PENDING], State.DRAFT),
        "open": ([State.PENDING], State.OPEN),
        "send_back": ([State.PENDING, State.OPEN], State.DRAFT),
        "refuse": ([State.PENDING], State.CLOSED),
        "close": ([State.DRAFT, State.PENDING, State.OPEN], State.CLOSED),
        "ally": ([State.OPEN], State.IN_ALLIANCE),
    }
)
