"""What always holds of evaluations; `manage.py check_invariants` asks it."""

from jeveuxagir.common.registries import Invariant, invariants

from . import sealed
from .enums import AnswerState, RoundState
from .models import Answer


def register() -> None:
    invariants.register(
        "evaluations.destroyed",
        Invariant("Une évaluation abandonnée ne garde aucune réponse.", sealed.left_in_abandoned),
    )
    invariants.register(
        "evaluations.whole",
        Invariant("Une évaluation n’est révélée qu’avec des réponses entières.", sealed.incomplete_revealed),
    )
    invariants.register(
        "evaluations.revealed",
        Invariant(
            "Une évaluation n’est révélée que lorsque chaque partie attendue a répondu.",
            lambda: Answer.objects.filter(round__state=RoundState.REVEALED).exclude(
                state__in=[AnswerState.SENT, AnswerState.GONE]
            ),
        ),
    )
