"""States of an engagement request, and the words of what a person can give."""

from django.db.models import TextChoices

from jeveuxagir.common.transitions import Transitions


class State(TextChoices):
    RECEIVED = "received", "à confirmer"
    QUALIFIED = "qualified", "en recherche"
    PROPOSED = "proposed", "mission proposée"
    ACCEPTED = "accepted", "acceptée"
    REALISED = "realised", "réalisée"
    REFUSED = "refused", "refusée"
    WITHDRAWN = "withdrawn", "retirée"
    UNSERVED = "unserved", "sans proposition"


#: States in which the engine still looks for missions.
MATCHED_STATES = frozenset({State.QUALIFIED, State.PROPOSED, State.UNSERVED})
#: States in which the person may still edit, pause or withdraw.
LIVE_STATES = frozenset({State.RECEIVED, State.QUALIFIED, State.PROPOSED, State.ACCEPTED, State.UNSERVED})

TRANSITIONS = Transitions(
    {
        "confirm": ([State.RECEIVED], State.QUALIFIED),
        "propose": ([State.QUALIFIED, State.UNSERVED, State.PROPOSED], State.PROPOSED),
        "back_to_search": ([State.PROPOSED, State.ACCEPTED], State.QUALIFIED),
        "accept": ([State.QUALIFIED, State.PROPOSED, State.UNSERVED], State.ACCEPTED),
        "realise": ([State.ACCEPTED], State.REALISED),
        "leave_unserved": ([State.QUALIFIED], State.UNSERVED),
        "refuse": (
            [State.RECEIVED, State.QUALIFIED, State.PROPOSED, State.ACCEPTED, State.UNSERVED],
            State.REFUSED,
        ),
        "withdraw": (
            [State.RECEIVED, State.QUALIFIED, State.PROPOSED, State.ACCEPTED, State.UNSERVED],
            State.WITHDRAWN,
        ),
        "renew": ([State.WITHDRAWN], State.QUALIFIED),
    }
)


class Mode(TextChoices):
    ON_SITE = "on_site", "sur place"
    REMOTE = "remote", "à distance"
    BOTH = "both", "peu importe"


class Commitment(TextChoices):
    """How often; the same words for a request and a mission."""

    ONCE = "once", "ponctuel"
    MONTHLY = "monthly", "une fois par mois"
    WEEKLY = "weekly", "chaque semaine"
    MORE = "more", "plusieurs fois par semaine"


class GroupKind(TextChoices):
    """Whom a person brings along; blank for nobody."""

    FAMILY = "family", "famille"
    ASSOCIATION = "association", "association"
    COMPANY = "company", "entreprise"
    #: a local authority, a service of the State, a public body…
    OTHER = "other", "organisation"


class Channel(TextChoices):
    WEB = "web", "site"
    PHONE = "phone", "téléphone"
    STAFF = "staff", "brigade"
