"""The words of an idea, and how it moves."""

from django.db.models import TextChoices

from jeveuxagir.common.transitions import Transitions


class State(TextChoices):
    TO_CONFIRM = "to_confirm", "à confirmer"
    RECEIVED = "received", "reçue"
    ORGANISATION = "organisation", "devenue une organisation"
    PROBLEM = "problem", "gardée comme problème commun"
    EXAMPLE = "example", "devenue un exemple"
    CLOSED = "closed", "classée"
    WITHDRAWN = "withdrawn", "retirée"


TRANSITIONS = Transitions(
    {
        "confirm": ([State.TO_CONFIRM], State.RECEIVED),
        "make_organisation": ([State.RECEIVED], State.ORGANISATION),
        "keep": ([State.RECEIVED], State.PROBLEM),
        "make_example": ([State.RECEIVED], State.EXAMPLE),
        "close": ([State.RECEIVED], State.CLOSED),
        "withdraw": ([State.RECEIVED], State.WITHDRAWN),
    }
)
