"""What associations need and what employers give, to read before others see it."""

from typing import Any

from django.http import HttpRequest

from jeveuxagir.moderation.models import ModerationItem

from . import filters
from .models import NeedCase
from .queues import Queue
from .site import register

Kind = ModerationItem.Kind


@register(NeedCase)
class NeedQueue(Queue):
    path = "besoins-et-offres"
    menu_label = "Besoins et offres"
    short_label = "Besoins et offres"
    lead = (
        "Les besoins de compétences et de moyens des associations, et le temps que proposent des employeurs, à relire "
        "avant que les autres les voient."
    )
    empty = "Aucun besoin et aucune offre n’attend votre relecture."
    kinds = (Kind.SKILL_NEED, Kind.OFFER, Kind.RESOURCE_NEED)
    list_filter = (filters.View, filters.KindOfNeed, filters.territory("department"))
    told = "C’est fait : l’organisation est prévenue."

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """One by one: each is to be read."""
        return super().changelist_view(request, {"bulk": None, **(extra_context or {})})
