"""The words of a sheet of the library, and how it moves."""

from django.db.models import TextChoices

from jeveuxagir.common.transitions import Transitions


class Shelf(TextChoices):
    """M.E.D.O.C.: the five shelves of the library. The value is the word of the address."""

    METHODS = "methodes", "Méthodes"
    EXAMPLES = "exemples", "Exemples"
    DATA = "donnees", "Données"
    TOOLS = "outils", "Outils"
    SKILLS = "competences", "Compétences"


class State(TextChoices):
    DRAFT = "draft", "brouillon"
    REVIEW = "review", "en relecture"
    PUBLISHED = "published", "publiée"
    TO_CONFIRM = "to_confirm", "à confirmer"
    ARCHIVED = "archived", "retirée"


#: what anybody may read
PUBLIC = (State.PUBLISHED, State.TO_CONFIRM)

TRANSITIONS = Transitions(
    {
        "submit": ([State.DRAFT], State.REVIEW),
        "take_back": ([State.REVIEW], State.DRAFT),
        "publish": ([State.REVIEW], State.PUBLISHED),
        "send_back": ([State.REVIEW, *PUBLIC], State.DRAFT),
        "refuse": ([State.REVIEW], State.ARCHIVED),
        "ask_again": ([State.PUBLISHED], State.TO_CONFIRM),
        "confirm": (PUBLIC, State.PUBLISHED),
        "withdraw": ([State.DRAFT, State.REVIEW, *PUBLIC], State.ARCHIVED),
        "resume": ([State.ARCHIVED], State.DRAFT),
    }
)


class Need(TextChoices):
    """What a reader comes for (measure 2: the three uses that tools converge on)."""

    LEARN_ABOUT = "s-informer", "s’informer"
    TRAIN = "se-former", "se former"
    ACT = "agir", "agir"


class Interest(TextChoices):
    """The five interests that tools are presented by (K91); each has its page."""

    CO_CONSTRUCTION = "co-construction", "co-construction"
    INNOVATION = "innovation", "innovation"
    PERFORMANCE = "performance", "performance"
    HYBRID = "modeles-hybrides", "modèles hybrides"
    EMPLOYEES = "engagement-des-salaries", "engagement des salariés"


class Moment(TextChoices):
    """When in the life of an alliance: the three needs that the founding report names."""

    SPARK = "envie", "faire naître l’envie"
    STRUCTURE = "structurer", "structurer"
    ANIMATE = "animer", "animer dans la durée"


class Level(TextChoices):
    """How far a reader is (K10); the maturity self-assessment gives one."""

    DISCOVER = "1", "1. Découvrir"
    BEGIN = "2", "2. Commencer"
    BUILD = "3", "3. Construire"
    SPREAD = "4", "4. Transmettre"


class Mode(TextChoices):
    """The four modes of cooperation that networks are filed under (measure 2, K92)."""

    SPONSORSHIP = "mecenat", "mécénat"
    RESPONSIBILITY = "rse", "responsabilité des entreprises"
    INNOVATION = "innovation", "innovation sociétale"
    CO_CONSTRUCTION = "co-construction", "co-construction territoriale"
