"""States of a participation: one object from applying to done."""

from django.db.models import TextChoices

from jeveuxagir.common.transitions import Transitions


class State(TextChoices):
    TO_CONFIRM = "to_confirm", "à confirmer"
    APPLIED = "applied", "envoyée"
    IN_TALK = "in_talk", "en discussion"
    ACCEPTED = "accepted", "acceptée"
    REALISED = "realised", "réalisée"
    ABSENT = "absent", "absence"
    DECLINED = "declined", "refusée"
    CANCELLED = "cancelled", "annulée"


#: States that hold a seat of the slot; the database trigger uses the same list.
SEAT_STATES = (State.APPLIED, State.IN_TALK, State.ACCEPTED, State.REALISED, State.ABSENT)
#: States in which the organisation owes an answer.
WAITING_STATES = (State.APPLIED, State.IN_TALK)
LIVE_STATES = (State.APPLIED, State.IN_TALK, State.ACCEPTED)

TRANSITIONS = Transitions(
    {
        "confirm": ([State.TO_CONFIRM], State.APPLIED),
        "talk": ([State.APPLIED], State.IN_TALK),
        "accept": ([State.APPLIED, State.IN_TALK], State.ACCEPTED),
        "decline": ([State.APPLIED, State.IN_TALK], State.DECLINED),
        "cancel": ([State.TO_CONFIRM, State.APPLIED, State.IN_TALK, State.ACCEPTED], State.CANCELLED),
        "realise": ([State.ACCEPTED], State.REALISED),
        "mark_absent": ([State.ACCEPTED], State.ABSENT),
    }
)


class DeclineReason(TextChoices):
    FULL = "full", "il n’y a plus de place"
    PROFILE = "profile", "le profil ne correspond pas à la mission"
    DATES = "dates", "les disponibilités ne correspondent pas"
    UNREACHABLE = "unreachable", "la personne n’a pas répondu"
    MISSION_OFF = "mission_off", "la mission n’a pas lieu"
    CLOSED = "closed", "la mission est fermée"
    UNANSWERED = "unanswered", "l’organisation n’a pas répondu"
    OTHER = "other", "autre raison"


#: said by the platform, chosen by nobody
UNCHOSEN = (DeclineReason.CLOSED, DeclineReason.UNANSWERED)
