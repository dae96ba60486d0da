"""The words of a charter or an agreement, and how one of its versions moves."""

from django.db.models import TextChoices

from jeveuxagir.common.transitions import Transitions


class Kind(TextChoices):
    CHARTER = "charter", "charte"
    AGREEMENT = "agreement", "convention"


class State(TextChoices):
    DRAFT = "draft", "brouillon"
    COMMENT = "comment", "ouverte aux commentaires"
    ADOPTING = "adopting", "en cours d’adoption"
    IN_FORCE = "in_force", "en vigueur"
    SUPERSEDED = "superseded", "remplacée"
    ABANDONED = "abandoned", "abandonnée avant adoption"


class ObligationState(TextChoices):
    OPEN = "open", "à tenir"
    DONE = "done", "tenue"
    DROPPED = "dropped", "levée"


#: One version of a text at most is in one of these.
UNDER_WAY = (State.DRAFT, State.COMMENT, State.ADOPTING)
#: From here on, not a letter changes.
FIXED = (State.ADOPTING, State.IN_FORCE, State.SUPERSEDED, State.ABANDONED)

TRANSITIONS = Transitions(
    {
        "open_to_comment": ([State.DRAFT], State.COMMENT),
        "open_to_adoption": ([State.DRAFT, State.COMMENT], State.ADOPTING),
        "enter_into_force": ([State.ADOPTING], State.IN_FORCE),
        "supersede": ([State.IN_FORCE], State.SUPERSEDED),
        "abandon": ([State.DRAFT, State.COMMENT, State.ADOPTING], State.ABANDONED),
    }
)
