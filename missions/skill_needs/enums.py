"""The words of a skill need, and how it moves."""

from django.db.models import TextChoices

from jeveuxagir.common.transitions import Transitions


class State(TextChoices):
    DRAFT = "draft", "brouillon"
    PENDING = "pending", "en attente de la brigade"
    OPEN = "open", "ouvert"
    IN_TALK = "in_talk", "en discussion"
    AGREED = "agreed", "convenu"
    DELIVERED = "delivered", "rendu"
    NO_TAKER = "no_taker", "sans preneur"
    REFUSED = "refused", "refusé"
    SUSPENDED = "suspended", "suspendu"


#: what anybody may read
PUBLIC = (State.OPEN, State.IN_TALK, State.AGREED, State.DELIVERED)
#: what may still be met by an offer
SEEKING = (State.OPEN, State.IN_TALK)


class Format(TextChoices):
    """How the work is shared out: what a need asks, what an offer gives."""

    FLASH = "flash", "séance flash d’une heure"
    SPLIT = "split", "quelques jours répartis"
    FULL_TIME = "full_time", "temps plein sur une période"
    SECONDMENT = "secondment", "mise à disposition longue"
    END_OF_CAREER = "end_of_career", "fin de carrière"
    #: last: who has it is known by its place in the engine's stored inputs
    IMMERSION = "immersion", "immersion, pour apprendre de l’association"


class ContactConsent(TextChoices):
    """When a company reads whom to write to."""

    AFTER_AGREEMENT = "after_agreement", "quand nous avons dit oui à sa proposition"
    AFTER_INTEREST = "after_interest", "dès qu’elle se dit intéressée"


TRANSITIONS = Transitions(
    {
        "submit": ([State.DRAFT, State.REFUSED], State.PENDING),
        "take_back": ([State.PENDING], State.DRAFT),
        "ask_correction": ([State.PENDING], State.DRAFT),
        "publish": ([State.PENDING], State.OPEN),
        "refuse": ([State.PENDING], State.REFUSED),
        "talk": ([State.OPEN], State.IN_TALK),
        "resume": ([State.IN_TALK, State.AGREED, State.NO_TAKER], State.OPEN),
        "agree": ([State.OPEN, State.IN_TALK], State.AGREED),
        "deliver": ([State.AGREED, State.OPEN, State.IN_TALK], State.DELIVERED),
        "give_up": ([State.OPEN, State.IN_TALK], State.NO_TAKER),
        "send_back": ([State.OPEN, State.IN_TALK], State.DRAFT),
        "suspend": ([State.OPEN, State.IN_TALK], State.SUSPENDED),
        "lift": ([State.SUSPENDED], State.OPEN),
    }
)
