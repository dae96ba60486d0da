"""The words of an evaluation: its states, and the questions that every party answers."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import TextChoices

from jeveuxagir.common.transitions import Transitions


class RoundState(TextChoices):
    OPEN = "open", "en cours"
    REVEALED = "revealed", "révélée"
    ABANDONED = "abandoned", "abandonnée"


class AnswerState(TextChoices):
    """`gone`: the party left before the answers were shown; what it wrote is destroyed."""

    AWAITED = "awaited", "attendue"
    DRAFT = "draft", "commencée"
    SENT = "sent", "envoyée"
    GONE = "gone", "n’est plus attendue"


ROUNDS = Transitions(
    {
        "reveal": ([RoundState.OPEN], RoundState.REVEALED),
        "abandon": ([RoundState.OPEN], RoundState.ABANDONED),
    }
)
#: the parties still waited for
SILENT = (AnswerState.AWAITED, AnswerState.DRAFT)


class Question(TextChoices):
    """Product, balance, and value on the three axes of the founding report."""

    PRODUCT = "product", "ce qui est produit"
    BALANCE = "balance", "équilibre"
    INNOVATION = "innovation", "innovation"
    PERFORMANCE = "performance", "performance"
    TRUST = "trust", "confiance"


@dataclass(frozen=True)
class Asked:
    title: str
    ask: str


ASKED: Mapping[str, Asked] = {
    Question.PRODUCT: Asked("Ce qui est produit", "L’alliance produit-elle ce qu’elle s’était donné ?"),
    Question.BALANCE: Asked(
        "L’équilibre", "Les efforts et les bénéfices sont-ils partagés de façon juste entre les parties ?"
    ),
    Question.INNOVATION: Asked("L’innovation", "L’alliance fait-elle ce qui ne se faisait pas avant elle ?"),
    Question.PERFORMANCE: Asked(
        "La performance", "Chacun fait-il mieux, ou plus, grâce à l’alliance, avec autant de moyens ?"
    ),
    Question.TRUST: Asked(
        "La confiance", "Les parties se disent-elles les choses, et tiennent-elles parole ?"
    ),
}
#: from one to five, in words
SCALE: Mapping[int, str] = {1: "pas du tout", 2: "peu", 3: "en partie", 4: "bien", 5: "pleinement"}
