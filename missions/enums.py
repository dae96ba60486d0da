"""States and words of missions and slots."""

from django.db.models import TextChoices

from jeveuxagir.common.transitions import Transitions
from volunteers.requests.enums import Commitment

__all__ = ["TRANSITIONS", "CloseReason", "Commitment", "MissionMode", "SlotKind", "State", "Waiting"]


class State(TextChoices):
    DRAFT = "draft", "brouillon"
    PENDING = "pending", "en attente de validation"
    OPEN = "open", "ouverte"
    CLOSED = "closed", "fermée"
    DONE = "done", "terminée"
    REFUSED = "refused", "refusée"
    SUSPENDED = "suspended", "suspendue"
    CANCELLED = "cancelled", "annulée"


class CloseReason(TextChoices):
    ORGANISATION = "organisation", "fermée par l’organisation"
    DATES_PAST = "dates_past", "dates passées"
    GONE_FROM_FEED = "gone_from_feed", "retirée par le partenaire"
    STAFF = "staff", "fermée par la brigade"


class Waiting(TextChoices):
    """What an organisation that closes a mission does with the applications that wait."""

    KEEP = "keep", "J’y réponds encore, une par une"
    DECLINE = "decline", "Je les refuse toutes, avec un même message"


class MissionMode(TextChoices):
    ON_SITE = "on_site", "sur place"
    REMOTE = "remote", "à distance"
    HYBRID = "hybrid", "sur place ou à distance"


#: may be done from anywhere, if one wants
REMOTE_MODES = (MissionMode.REMOTE, MissionMode.HYBRID)


class SlotKind(TextChoices):
    DATED = "dated", "à une date"
    WEEKLY = "weekly", "chaque semaine"
    UNDATED = "undated", "horaires à convenir"


TRANSITIONS = Transitions(
    {
        "submit": ([State.DRAFT, State.REFUSED], State.PENDING),
        "ask_correction": ([State.PENDING], State.DRAFT),
        "publish": ([State.PENDING], State.OPEN),
        "refuse": ([State.PENDING], State.REFUSED),
        "close": ([State.OPEN, State.SUSPENDED], State.CLOSED),
        "reopen": ([State.CLOSED], State.OPEN),
        "suspend": ([State.OPEN], State.SUSPENDED),
        "lift": ([State.SUSPENDED], State.OPEN),
        # what a partner's feed does to what was never published: gone, then back
        "withdraw": ([State.DRAFT, State.PENDING], State.CLOSED),
        "return": ([State.CLOSED, State.DRAFT], State.PENDING),
        "finish": ([State.CLOSED], State.DONE),
        "cancel": ([State.DRAFT, State.PENDING, State.OPEN, State.SUSPENDED], State.CANCELLED),
    }
)
