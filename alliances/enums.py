"""The words of an alliance, and how it moves."""

from django.db.models import TextChoices

from jeveuxagir.common.transitions import Transitions


class Stage(TextChoices):
    """How far an alliance is: envie → structurer → animer, then its review and what spreads from it."""

    EMERGING = "emerging", "émergente"
    STRUCTURED = "structured", "structurée"
    ANIMATED = "animated", "animée"
    REVIEW = "review", "en bilan"
    SPREAD = "spread", "essaimée"


class Activity(TextChoices):
    ACTIVE = "active", "active"
    ASLEEP = "asleep", "endormie"
    CLOSED = "closed", "close"


class Publication(TextChoices):
    """Whether anybody may read the page of an alliance: the brigade reads it first."""

    PRIVATE = "private", "réservée aux parties"
    PENDING = "pending", "en attente de la brigade"
    PUBLIC = "public", "publique"


class College(TextChoices):
    """The world a party comes from. Given by the kind of an organisation; persons are citizens."""

    ASSOCIATIONS = "associations", "associations"
    COMPANIES = "companies", "entreprises"
    PUBLIC = "public", "acteurs publics"
    RESEARCH = "research", "recherche"
    CITIZENS = "citizens", "citoyens"


class Rule(TextChoices):
    """How the parties decide together."""

    CONSENT = "consent", "consentement : personne ne s’oppose"
    MAJORITY = "majority", "majorité des voix exprimées"
    UNANIMITY = "unanimity", "unanimité"
    PER_COLLEGE = "per_college", "majorité dans chaque collège"


class Section(TextChoices):
    """What the parties may show on the public page."""

    PARTIES = "parties", "les parties"
    CHARTER = "charter", "la charte en vigueur"
    CONTRIBUTIONS = "contributions", "ce que chacun apporte"
    DECISIONS = "decisions", "les décisions"
    INDICATORS = "indicators", "les indicateurs"
    AXES = "axes", "ce que l’alliance change, avec ses preuves"
    DOCUMENTS = "documents", "les documents publics"
    MISSIONS = "missions", "les missions de bénévolat"


class Condition(TextChoices):
    """The conditions of the bill of February 2021, never debated: a self-check without any legal effect."""

    BODIES = "bodies", "au moins un organisme d’intérêt général et une entreprise"
    SHARED_INTEREST = "shared_interest", "un intérêt partagé dans un projet commun"
    PARITY = "parity", "la parité dans la gouvernance"
    DISINTERESTED = "disinterested", "un partenariat désintéressé, fixé par contrat"
    NO_PROFIT = "no_profit", "aucun bénéfice distribué"


class InvitationState(TextChoices):
    SENT = "sent", "sans réponse"
    INTERESTED = "interested", "intéressée"
    DECLINED = "declined", "déclinée"
    JOINED = "joined", "devenue partie"
    CANCELLED = "cancelled", "retirée"


class StepState(TextChoices):
    DONE = "done", "faite"
    SKIPPED = "skipped", "passée"


#: An invitation whose answer is still awaited, or that may still lead to joining.
OPEN_INVITATIONS = (InvitationState.SENT, InvitationState.INTERESTED)
ANSWERS = Transitions(
    {
        # one may think better of a no, as long as the link lives
        "interest": (
            [InvitationState.SENT, InvitationState.INTERESTED, InvitationState.DECLINED],
            InvitationState.INTERESTED,
        ),
        "decline": (
            [InvitationState.SENT, InvitationState.INTERESTED, InvitationState.DECLINED],
            InvitationState.DECLINED,
        ),
        "join": ([InvitationState.SENT, InvitationState.INTERESTED], InvitationState.JOINED),
        "cancel": ([InvitationState.SENT, InvitationState.INTERESTED], InvitationState.CANCELLED),
    }
)

STAGES = Transitions(
    {
        "structure": ([Stage.EMERGING], Stage.STRUCTURED),
        "animate": ([Stage.STRUCTURED], Stage.ANIMATED),
        "review": ([Stage.ANIMATED], Stage.REVIEW),
        "spread": ([Stage.REVIEW], Stage.SPREAD),
        "resume": ([Stage.REVIEW, Stage.SPREAD], Stage.ANIMATED),
    }
)
ACTIVITIES = Transitions(
    {
        "fall_asleep": ([Activity.ACTIVE], Activity.ASLEEP),
        "wake": ([Activity.ASLEEP], Activity.ACTIVE),
        "close": ([Activity.ACTIVE, Activity.ASLEEP], Activity.CLOSED),
    }
)
PUBLICATIONS = Transitions(
    {
        "ask": ([Publication.PRIVATE], Publication.PENDING),
        "publish": ([Publication.PENDING], Publication.PUBLIC),
        "refuse": ([Publication.PENDING], Publication.PRIVATE),
        "withdraw": ([Publication.PENDING, Publication.PUBLIC], Publication.PRIVATE),
    }
)
