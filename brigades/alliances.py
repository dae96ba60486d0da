"""Alliances to follow: a page or a common problem to read before it is public, a silence, a problem that is ready."""

from typing import Any

from django.http import HttpRequest

from jeveuxagir.moderation.models import ModerationItem

from . import filters
from .forms import DecisionForm
from .models import AllianceCase
from .queues import Queue
from .site import register

Kind, Decision = ModerationItem.Kind, ModerationItem.Decision


#: what needs a call, and no decision
CALLS = {
    Kind.SILENCE: "Classer : j’ai pris des nouvelles",
    Kind.READY: "Classer : j’ai pris contact",
}


class AllianceDecisionForm(DecisionForm):
    """A page is published, corrected or refused; a silence or what is ready is followed up, and that is all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = kwargs["item"].kind
        if kind in CALLS:
            decision: Any = self.fields["decision"]
            decision.choices = [(Decision.ACCEPT.value, CALLS[kind])]
            self.fields["reason"].help_text = "Facultatif : gardé avec le dossier, personne ne le reçoit."
        else:
            self.fields[
                "reason"
            ].help_text = (
                "Obligatoire pour demander une correction ou refuser : les personnes concernées la liront."
            )


@register(AllianceCase)
class AllianceQueue(Queue):
    path = "alliances-a-suivre"
    menu_label = "Alliances à suivre"
    short_label = "Alliances à suivre"
    lead = (
        "Les pages et les problèmes communs à relire avant qu’ils soient publics, les problèmes prêts pour une "
        "alliance, et les alliances qui ne donnent plus de nouvelles."
    )
    empty = "Aucune alliance n’attend quelque chose de vous."
    kinds = (Kind.ALLIANCE, Kind.DOCUMENT, Kind.SILENCE, Kind.CHALLENGE, Kind.READY)
    list_filter = (filters.View, filters.territory("department"))
    decision_form = AllianceDecisionForm
    told = "C’est fait."

    def history_subjects(self, obj: Any) -> list[Any]:
        """The case alone: what the parties do inside is theirs."""
        return [("moderation.ModerationItem", obj.pk)]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """One by one: each page is to be read, each silence needs a call."""
        return super().changelist_view(request, {"bulk": None, **(extra_context or {})})
