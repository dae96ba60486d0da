"""What evaluations show of the journey of their alliance."""

from django.db.models import Exists, OuterRef

from alliances.spaces import Sign, signs

from .enums import RoundState
from .models import Round


def register() -> None:
    rounds = Round.objects.filter(alliance=OuterRef("pk"))
    signs.register(
        "evaluation",
        Sign(
            "Une évaluation est révélée.",
            Exists(rounds.filter(state=RoundState.REVEALED)),
            "Une évaluation est en cours.",
            Exists(rounds.filter(state=RoundState.OPEN)),
        ),
    )
