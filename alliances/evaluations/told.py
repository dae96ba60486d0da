"""What evaluations tell in the activity of their alliance: never what anybody answered."""

from alliances import activity
from alliances.activity import Named, Sort
from alliances.models import Alliance


def _rounds(alliance: Alliance, numbers: set[int]) -> Named:
    found = {}
    for row in alliance.evaluations.filter(pk__in=numbers):
        row.alliance = alliance
        found[row.pk] = (row.label, row.page_url)
    return found


def register() -> None:
    activity.sorts.register(
        "evaluations",
        Sort(
            "Évaluation",
            {
                "evaluation.opened": "Une évaluation est ouverte",
                "evaluation.answered": "Une partie répond à une évaluation",
                "evaluation.revealed": "Une évaluation est révélée",
                "evaluation.abandoned": "Une évaluation est abandonnée",
            },
            order=55,
            key="round",
            named=_rounds,
        ),
    )
    activity.sorts.register(
        "axes",
        Sort(
            "Preuves",
            {"evidence.given": "Une preuve est ajoutée", "evidence.withdrawn": "Une preuve est retirée"},
            order=56,
        ),
    )
