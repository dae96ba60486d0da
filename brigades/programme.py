"""What people write on the shared words: a definition contested, read by the national team."""

from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jeveuxagir.moderation.models import ModerationItem

from . import filters
from .forms import DecisionForm
from .models import ProgrammeCase
from .queues import Queue
from .site import register

Kind, Decision = ModerationItem.Kind, ModerationItem.Decision

#: a definition is revised with the words proposed, or stays as it is
OF_TERM = [
    (Decision.ACCEPT.value, "Retenir : ces mots deviennent la définition"),
    (Decision.REFUSE.value, "Garder la définition actuelle, avec la raison"),
]


class ProgrammeDecisionForm(DecisionForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kwargs["item"].kind == Kind.TERM:
            decision: Any = self.fields["decision"]
            decision.choices = OF_TERM
            self.fields["reason"].label = "Réponse"
        self.fields["reason"].help_text = "Obligatoire pour refuser : la personne la lira."


@register(ProgrammeCase)
class ProgrammeQueue(Queue):
    path = "glossaire-et-programme"
    menu_label = "Glossaire et programme"
    short_label = "Programme"
    lead = (
        "Ce que l’on vous propose pour les mots partagés. Un terme contesté n’a pas de territoire : l’équipe "
        "nationale décide."
    )
    empty = "Personne n’attend de réponse."
    kinds = (Kind.TERM, Kind.PLEDGE)
    list_filter = (filters.View, filters.territory("department"))
    decision_form = ProgrammeDecisionForm
    told = "La personne est prévenue."

    def what(self, item: ModerationItem) -> SafeString | str:
        place = item.department.label if item.department else "sans territoire"
        return format_html(
            "{}<span class='br-sub'>{} · {}</span>", item.title, place, item.get_kind_display()
        )

    what.short_description = "Quoi"  # type: ignore[attr-defined]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """One by one: each is to be read."""
        return super().changelist_view(request, {"bulk": None, **(extra_context or {})})
