"""What means tell in the activity of their alliance."""

from django.urls import reverse

from alliances import activity
from alliances.activity import Named, Sort
from alliances.models import Alliance


def _contributions(alliance: Alliance, numbers: set[int]) -> Named:
    return {
        row.pk: (row.what, reverse("contributions:contribution", args=[alliance.pk, alliance.slug, row.pk]))
        for row in alliance.contributions.filter(pk__in=numbers)
    }


def _lines(alliance: Alliance, numbers: set[int]) -> Named:
    return {
        row.pk: (row.funder, reverse("contributions:line", args=[alliance.pk, alliance.slug, row.pk]))
        for row in alliance.funding.filter(pk__in=numbers)
    }


def register() -> None:
    activity.sorts.register(
        "contributions",
        Sort(
            "Moyens",
            {
                "contribution.planned": "Une partie dit ce qu’elle apportera",
                "contribution.changed": "Une contribution change",
                "contribution.delivered": "Un apport est noté",
                "contribution.delivery_undone": "Un apport est retiré",
                "contribution.dropped": "Une contribution est abandonnée",
                "contribution.resumed": "Une contribution est reprise",
            },
            order=40,
            key="contribution",
            named=_contributions,
        ),
    )
    activity.sorts.register(
        "funding",
        Sort(
            "Financement",
            {
                "funding.asked": "Un financement est demandé",
                "funding.moved": "Un financement change d’état",
            },
            order=45,
            key="line",
            named=_lines,
        ),
    )
