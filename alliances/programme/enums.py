"""The words of the programme: its dimensions, how far a measure is, and how a pledge moves."""

from django.db.models import TextChoices

from jeveuxagir.common.transitions import Transitions


class Dimension(TextChoices):
    OPERATIONAL = "operational", "opérationnelle"
    STRATEGIC = "strategic", "stratégique"
    POLITICAL = "political", "politique"


#: what each dimension is for, in the words of the page
AIMS = {
    Dimension.OPERATIONAL: "Outiller et inciter les organisations et les territoires.",
    Dimension.STRATEGIC: "Faire de la recherche et du développement sociétal, avec les pionniers.",
    Dimension.POLITICAL: "Créer un cadre souple qui rend légitimes les démarches partenariales.",
}


class Status(TextChoices):
    """How far a measure is, as a source says it. Nobody says anything: `UNKNOWN`, which is never stored."""

    UNKNOWN = "", "non renseigné"
    NOT_STARTED = "not_started", "pas commencée"
    STARTED = "started", "engagée"
    PARTLY = "partly", "réalisée en partie"
    DONE = "done", "réalisée"
    DROPPED = "dropped", "abandonnée"


#: a measure that is no longer waited for
SETTLED = (Status.DONE, Status.DROPPED)


class State(TextChoices):
    """Of a pledge."""

    DRAFT = "draft", "à corriger"
    PENDING = "pending", "en attente de la brigade"
    OPEN = "open", "en cours"
    KEPT = "kept", "tenu"
    ABANDONED = "abandoned", "abandonné"
    REFUSED = "refused", "non retenu"
    WITHDRAWN = "withdrawn", "retiré"


#: what anybody may read
PUBLIC = (State.OPEN, State.KEPT, State.ABANDONED)
#: ended, with a word
CLOSED = (State.KEPT, State.ABANDONED)

TRANSITIONS = Transitions(
    {
        "send": ([State.DRAFT], State.PENDING),
        "open": ([State.PENDING], State.OPEN),
        "send_back": ([State.PENDING, State.OPEN], State.DRAFT),
        "refuse": ([State.PENDING, State.OPEN], State.REFUSED),
        "withdraw": ([State.DRAFT, State.PENDING], State.WITHDRAWN),
        "keep": ([State.OPEN], State.KEPT),
        "abandon": ([State.OPEN], State.ABANDONED),
    }
)
