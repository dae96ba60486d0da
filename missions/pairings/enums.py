"""The words of a need and an offer brought together, and how that moves."""

from django.db.models import TextChoices

from jeveuxagir.common.transitions import Transitions
from missions.sponsorships.enums import Side

__all__ = ["TRANSITIONS", "Answer", "DeclineReason", "Origin", "Side", "State", "WithdrawnBecause"]


class State(TextChoices):
    PROPOSED = "proposed", "en attente de réponse"
    AGREED = "agreed", "oui des deux côtés"
    DECLINED = "declined", "sans suite"
    EXPIRED = "expired", "sans réponse à temps"
    WITHDRAWN = "withdrawn", "retirée"
    #: both said yes; the time lent came to nothing, or stopped before its end
    ENDED = "ended", "arrêtée"


class Origin(TextChoices):
    """Who thought of it."""

    ENGINE = "engine", "le rapprochement automatique"
    BRIGADE = "brigade", "la brigade"
    COMPANY = "company", "l’employeur"
    ASSOCIATION = "association", "l’association"


class Answer(TextChoices):
    WAITING = "waiting", "sans réponse"
    YES = "yes", "oui"
    NO = "no", "non"


class DeclineReason(TextChoices):
    SUBJECT = "subject", "ce n’est pas ce que nous cherchons"
    DATES = "dates", "les dates ne conviennent pas"
    TIME = "time", "trop de temps, ou pas assez"
    PLACE = "place", "le lieu ne convient pas"
    ELSEWHERE = "elsewhere", "c’est déjà réglé autrement"
    OTHER = "other", "autre raison"


class WithdrawnBecause(TextChoices):
    NEED = "need", "le besoin n’attend plus d’offre"
    OFFER = "offer", "l’offre n’est plus ouverte, ou n’a plus de temps"
    PERSON = "person", "retirée par qui l’a proposée"


TRANSITIONS = Transitions(
    {
        "agree": ([State.PROPOSED], State.AGREED),
        "decline": ([State.PROPOSED], State.DECLINED),
        "expire": ([State.PROPOSED], State.EXPIRED),
        "withdraw": ([State.PROPOSED], State.WITHDRAWN),
        "end": ([State.AGREED], State.ENDED),
    }
)
