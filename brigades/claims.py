"""Organisations to follow: who asks to be responsible for one, those without anybody, those a registry says closed."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from jeveuxagir.accounts.reads import Page
from jeveuxagir.moderation.models import ModerationItem
from organisations.models import JoinRequest, Membership

from . import filters, scopes
from .forms import DecisionForm
from .models import FollowUpCase
from .queues import Queue
from .site import register

Kind, Decision = ModerationItem.Kind, ModerationItem.Decision


class ClaimDecisionForm(DecisionForm):
    """Yes or no: there is nothing to correct."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        decision: Any = self.fields["decision"]
        decision.choices = [
            (Decision.ACCEPT.value, "Accepter, ou classer : c’est réglé"),
            (Decision.REFUSE.value, "Refuser, avec la raison"),
        ]


@register(FollowUpCase)
class FollowUpQueue(Queue):
    path = "organisations-a-suivre"
    menu_label = "Organisations à suivre"
    lead = "Qui demande à en être responsable, celles qui n’ont plus personne, celles qu’un registre dit fermées."
    empty = "Aucune organisation n’est à suivre."
    kinds = (Kind.CLAIM, Kind.CHECK)
    list_filter = (filters.View, filters.territory("department"))
    decision_form = ClaimDecisionForm
    told = "C’est fait."

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """One by one: each needs a look, or a call."""
        return super().changelist_view(request, {"bulk": None, **(extra_context or {})})

    def subject_link(self, request: HttpRequest, item: ModerationItem) -> list[tuple[str, str]]:
        pk: int | None = item.subject_id
        if item.kind == Kind.CLAIM:
            pk = JoinRequest.objects.filter(pk=item.subject_id).values_list("organisation", flat=True).first()
        if pk is None or not scopes.organisations(request.user).filter(pk=pk).exists():
            return []
        return [("Sa fiche", reverse("brigade:organisations_organisation_change", args=[pk]))]

    def people(self, request: HttpRequest, obj: Any) -> tuple[str, list[int | None]]:
        """Who asks, with their address; on a check, those responsible."""
        if obj.kind == Kind.CLAIM:
            asking = JoinRequest.objects.filter(pk=obj.subject_id).values_list("person", flat=True)
            return Page.CLAIM, list(asking)
        owners = Membership.objects.owners().filter(organisation=obj.subject_id)
        return Page.ORGANISATION, list(owners.values_list("person", flat=True))
