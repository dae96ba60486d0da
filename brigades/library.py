"""What people wrote for everybody, to read before it is public: sheets of the library, events, words, pledges."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from jeveuxagir.moderation.models import ModerationItem

from . import filters, scopes
from .forms import DecisionForm
from .models import LibraryCase
from .queues import Queue
from .site import register

Kind = ModerationItem.Kind


class TextDecisionForm(DecisionForm):
    reader = "la personne qui l’a écrit"


@register(LibraryCase)
class LibraryQueue(Queue):
    path = "textes-a-relire"
    menu_label = "Textes à relire"
    short_label = "Textes à relire"
    lead = (
        "Les exemples et les fiches de la bibliothèque, les événements, les besoins de moyens et les témoignages sur "
        "un territoire, à relire avant qu’ils soient publics."
    )
    empty = "Aucun texte n’attend votre relecture."
    kinds = (Kind.EXAMPLE, Kind.SHEET, Kind.EVENT, Kind.STATEMENT)
    list_filter = (filters.View, filters.KindOfText, filters.territory("department"))
    decision_form = TextDecisionForm
    told = "C’est fait : la personne qui l’a écrit est prévenue."

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """One by one: each text is to be read."""
        begin = {}
        if scopes.is_national(request.user):
            begin = {
                "begin_url": reverse("brigade:import_examples"),
                "begin_label": "Importer des exemples (CSV)",
            }
        return super().changelist_view(request, {"bulk": None, **begin, **(extra_context or {})})
