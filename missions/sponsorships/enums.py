"""The words of a « mise à disposition », and how it, its conventions and its days move."""

from django.db.models import TextChoices

from jeveuxagir.common.transitions import Transitions
from missions.skill_needs.enums import Format as Format

#: the most one person works on one date, in minutes
MOST_A_DAY = 720
#: what stands for a name that was taken out
SOMEBODY = "une personne"
#: as long as days are kept after the end (personal_data.py); until then what counts is not deleted
KEPT_DAYS = 6 * 365


class Side(TextChoices):
    COMPANY = "company", "employeur"
    ASSOCIATION = "association", "association"

    @property
    def other(self) -> "Side":
        return Side.ASSOCIATION if self == Side.COMPANY else Side.COMPANY


class State(TextChoices):
    DRAFTED = "drafted", "en préparation"
    EMPLOYER_AGREED = "employer", "accord de l’employeur"
    ASSOCIATION_AGREED = "association", "accord des deux côtés"
    SIGNED = "signed", "convention signée"
    RUNNING = "running", "en cours"
    CLOSED = "closed", "terminée"
    BROKEN = "broken", "arrêtée avant la fin"
    DECLINED = "declined", "sans suite"


#: nothing is signed yet
BEFORE_SIGNING = (State.DRAFTED, State.EMPLOYER_AGREED, State.ASSOCIATION_AGREED)
#: days may be logged
WORKING = (State.SIGNED, State.RUNNING)
#: something is still to do
LIVE = (*BEFORE_SIGNING, *WORKING)
#: nothing moves any more, but the days that waited for a broken one
ENDED = (State.CLOSED, State.BROKEN, State.DECLINED)

TRANSITIONS = Transitions(
    {
        "employer_agree": ([State.DRAFTED], State.EMPLOYER_AGREED),
        "association_agree": ([State.EMPLOYER_AGREED], State.ASSOCIATION_AGREED),
        "sign": ([State.ASSOCIATION_AGREED], State.SIGNED),
        "begin": ([State.SIGNED], State.RUNNING),
        "close": ([State.RUNNING], State.CLOSED),
        "break": (WORKING, State.BROKEN),
        "decline": (BEFORE_SIGNING, State.DECLINED),
    }
)


class ConventionState(TextChoices):
    PROPOSED = "proposed", "à signer"
    IN_FORCE = "in_force", "en vigueur"
    SUPERSEDED = "superseded", "remplacée"
    DROPPED = "dropped", "abandonnée"


class Part(TextChoices):
    WHOLE = "whole", "journée entière"
    MORNING = "morning", "matin"
    AFTERNOON = "afternoon", "après-midi"
    HOURS = "hours", "quelques heures"


class DayState(TextChoices):
    WAITING = "waiting", "à valider"
    VALIDATED = "validated", "validée des deux côtés"
    REFUSED = "refused", "refusée"
    WITHDRAWN = "withdrawn", "retirée"


#: what counts against the convention
COUNTED = (DayState.WAITING, DayState.VALIDATED)

DAYS = Transitions(
    {
        "validate": ([DayState.WAITING], DayState.VALIDATED),
        "refuse": ([DayState.WAITING], DayState.REFUSED),
        "withdraw": ([DayState.WAITING], DayState.WITHDRAWN),
    }
)


class Outcome(TextChoices):
    """Whether what the need asked was done, as one side says it."""

    YES = "yes", "oui"
    PARTLY = "partly", "en partie"
    NO = "no", "non"


class DueKind(TextChoices):
    DAY = "day", "une journée est à noter"
    VALIDATION = "validation", "une journée est à valider"
    END = "end", "la convention finit bientôt"
    DEBRIEF = "debrief", "le bilan est à faire"
    ANSWER = "answer", "l’association a une réponse à donner"
    SIGNING = "signing", "la convention est à écrire et à signer"
    LAPSE = "lapse", "sans réponse ni signature, le temps est rendu"
