"""The words of meetings, decisions, tasks and roles."""

from django.db.models import TextChoices

from jeveuxagir.common.transitions import Transitions


class MeetingState(TextChoices):
    PLANNED = "planned", "prévue"
    HELD = "held", "tenue"
    CANCELLED = "cancelled", "annulée"


class Coming(TextChoices):
    YES = "yes", "je viens"
    MAYBE = "maybe", "je ne sais pas encore"
    NO = "no", "je ne viens pas"


class DecisionState(TextChoices):
    OPEN = "open", "ouverte au vote"
    ADOPTED = "adopted", "adoptée"
    REJECTED = "rejected", "rejetée"
    WITHDRAWN = "withdrawn", "retirée"


class Effect(TextChoices):
    """What an adopted decision does by itself."""

    NONE = "none", "aucun effet automatique"
    CLOSE = "close", "clore l’alliance"
    THIRD = "third", "reconnaître un tiers de confiance"
    NO_THIRD = "no_third", "mettre fin au rôle de tiers de confiance"


class Choice(TextChoices):
    FOR = "for", "pour"
    AGAINST = "against", "contre (objection)"
    ABSTAIN = "abstain", "abstention"


class TaskState(TextChoices):
    """Honest words: a task is never « rien à signaler » by default."""

    TO_DO = "to_do", "à faire"
    DOING = "doing", "en cours"
    BLOCKED = "blocked", "bloquée"
    DONE = "done", "faite"
    DROPPED = "dropped", "abandonnée"


class Level(TextChoices):
    """What a party is in a function of the alliance."""

    DECIDES = "decides", "décide"
    DOES = "does", "fait"
    BRINGS = "brings", "apporte"
    INFORMED = "informed", "est informée"


ACTIVE_TASKS = (TaskState.TO_DO, TaskState.DOING, TaskState.BLOCKED)

MEETINGS = Transitions(
    {
        "hold": ([MeetingState.PLANNED], MeetingState.HELD),
        "cancel": ([MeetingState.PLANNED], MeetingState.CANCELLED),
    }
)
DECISIONS = Transitions(
    {
        "adopt": ([DecisionState.OPEN], DecisionState.ADOPTED),
        "reject": ([DecisionState.OPEN], DecisionState.REJECTED),
        "withdraw": ([DecisionState.OPEN], DecisionState.WITHDRAWN),
    }
)
