"""What charters and agreements tell in the activity of their alliance."""

from django.urls import reverse

from alliances import activity
from alliances.activity import Named, Sort
from alliances.models import Alliance


def _texts(alliance: Alliance, numbers: set[int]) -> Named:
    return {
        text.pk: (text.title, reverse("texts:text", args=[alliance.pk, alliance.slug, text.pk]))
        for text in alliance.texts.filter(pk__in=numbers)
    }


def register() -> None:
    activity.sorts.register(
        "texts",
        Sort(
            "Charte et conventions",
            {
                "text.begun": "Un texte est commencé",
                "text.new_version": "Une nouvelle version se prépare",
                "text.written": "Un texte est modifié",
                "text.abandoned": "Une version est abandonnée",
                "text.open_to_comment": "Un texte est ouvert aux commentaires",
                "text.commented": "Un article est commenté",
                "text.comment_resolved": "Un commentaire est traité",
                "text.open_to_adoption": "Un texte est ouvert à l’adoption",
                "text.adopted": "Une partie adopte un texte",
                "text.in_force": "Un texte entre en vigueur",
                "text.document_made": "Le PDF d’un texte est prêt",
                "text.obligation_added": "Une obligation est ajoutée",
                "text.obligation_removed": "Une obligation est retirée",
                "text.obligation_settled": "Une obligation change d’état",
            },
            order=30,
            key="text",
            named=_texts,
        ),
    )
