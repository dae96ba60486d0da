"""The words of a need of means and of what is promised for it, and how each moves."""

from collections.abc import Iterable

from django.db.models import TextChoices

from jeveuxagir.common.transitions import Transitions
from organisations.enums import Kind as OrganisationKind

#: whom an instrument is for, inside a sentence: « ouvert aux associations »
_TO = {
    OrganisationKind.ASSOCIATION: "aux associations",
    OrganisationKind.FOUNDATION: "aux fondations",
    OrganisationKind.COMPANY: "aux entreprises",
    OrganisationKind.LOCAL_AUTHORITY: "aux collectivités",
    OrganisationKind.STATE_SERVICE: "aux services de l’État",
    OrganisationKind.PUBLIC_BODY: "aux établissements publics",
    OrganisationKind.OTHER: "aux autres organisations",
}


def to_whom(kinds: Iterable[str]) -> str:
    """« aux associations, aux fondations et aux collectivités »."""
    *first, last = [_TO[OrganisationKind(kind)] for kind in kinds]
    return f"{', '.join(first)} et {last}" if first else last


class Kind(TextChoices):
    """What a need asks for, and what an instrument gives."""

    MONEY = "money", "argent"
    GOODS = "goods", "biens"


class State(TextChoices):
    DRAFT = "draft", "brouillon"
    PENDING = "pending", "en attente de la brigade"
    OPEN = "open", "ouvert"
    MET = "met", "satisfait"
    CLOSED = "closed", "fermé"


#: what anybody may read; a need that is met keeps its page
PUBLIC = (State.OPEN, State.MET)
#: what its organisation may write whole
UNSENT = (State.DRAFT,)

TRANSITIONS = Transitions(
    {
        "submit": ([State.DRAFT], State.PENDING),
        "take_up": ([State.PENDING, State.CLOSED], State.DRAFT),
        "open": ([State.PENDING], State.OPEN),
        "send_back": ([State.PENDING], State.DRAFT),
        "refuse": ([State.PENDING], State.CLOSED),
        "meet": ([State.OPEN], State.MET),
        "close": ([State.PENDING, State.OPEN], State.CLOSED),
        "remove": ([State.OPEN, State.MET], State.CLOSED),
    }
)


class Means(TextChoices):
    """What an organisation promises: each is counted in its own unit."""

    MONEY = "money", "argent"
    DAYS = "days", "jours de travail"
    GOODS = "goods", "biens"
    LOGISTICS = "logistics", "logistique"


#: the unit of what has only one
FIXED_UNITS = {Means.MONEY: "€", Means.DAYS: "jours"}


class Per(TextChoices):
    """How often: 200 meals a week are not 200 meals."""

    ONCE = "once", "en une fois"
    WEEK = "week", "par semaine"
    MONTH = "month", "par mois"
    YEAR = "year", "par an"


class Promised(TextChoices):
    PLANNED = "planned", "promis"
    RECEIVED = "received", "reçu"
    DROPPED = "dropped", "abandonné"


PROMISES = Transitions(
    {
        # said again, the quantity is corrected
        "receive": ([Promised.PLANNED, Promised.RECEIVED], Promised.RECEIVED),
        "drop": ([Promised.PLANNED], Promised.DROPPED),
    }
)
