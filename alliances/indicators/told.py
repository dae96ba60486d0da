"""What indicators tell in the activity of their alliance."""

from django.urls import reverse

from alliances import activity
from alliances.activity import Named, Sort
from alliances.models import Alliance


def _indicators(alliance: Alliance, numbers: set[int]) -> Named:
    return {
        row.pk: (row.name, reverse("indicators:indicator", args=[alliance.pk, alliance.slug, row.pk]))
        for row in alliance.indicators.filter(pk__in=numbers)
    }


def register() -> None:
    activity.sorts.register(
        "indicators",
        Sort(
            "Indicateurs",
            {
                "indicator.defined": "Un indicateur est ajouté",
                "indicator.edited": "Un indicateur est modifié",
                "indicator.archived": "Un indicateur est arrêté",
                "indicator.taken_up": "Un indicateur est repris",
                "indicator.taken_over": "Un indicateur change de responsable",
                "indicator.value_entered": "Une valeur est saisie",
                "indicator.value_corrected": "Une valeur est corrigée",
                "indicator.value_reviewed": "Une valeur a un avis",
                "result.noted": "Un résultat est noté",
                "result.claimed": "La part d’un résultat est comptée",
                "result.unclaimed": "La part d’un résultat n’est plus comptée",
            },
            order=50,
            key="indicator",
            named=_indicators,
        ),
    )
