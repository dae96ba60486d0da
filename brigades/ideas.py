"""The ideas that people bring: each is answered within ten days, by one of four outcomes."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from alliances.ideas import services
from alliances.ideas.moderation import idea_of
from jeveuxagir.accounts.models import User
from jeveuxagir.accounts.reads import Page
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.moderation.clocks import DAYS_TO_TRIAGE
from jeveuxagir.moderation.models import ModerationItem
from organisations.enums import Kind

from . import cells, filters
from .forms import BULK_VERBS, DecisionForm
from .models import IdeaCase
from .queues import Queue
from .site import Act, register

Decision = ModerationItem.Decision

OUTCOMES = [
    (Decision.ACCEPT.value, "Garder comme problème commun"),
    (Decision.REFUSE.value, "Classer, avec la raison"),
]


class IdeaDecisionForm(DecisionForm):
    """Two of the outcomes; the others have a form of their own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outcomes: Any = self.fields["decision"]
        outcomes.choices = OUTCOMES
        self.fields["reason"].label = "Réponse"
        self.fields["reason"].help_text = "La personne la lira. Obligatoire pour classer."


class ExampleForm(forms.Form):
    """The draft that the author will complete."""

    answer = forms.CharField(
        label="Un mot pour la personne",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": "3"}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class OrganisationForm(ExampleForm):
    name = forms.CharField(label="Nom de l’organisation", max_length=150)
    kind = forms.ChoiceField(label="Type", choices=Kind.choices, initial=Kind.ASSOCIATION)

    field_order = ("name", "kind", "answer", "version")


@register(IdeaCase)
class IdeaQueue(Queue):
    path = "idees"
    menu_label = "Idées à trier"
    short_label = "Idées"
    lead = (
        f"« Notre idée, notre commune ». Les plus anciennes d’abord : {DAYS_TO_TRIAGE} jours pour répondre."
    )
    empty = "Aucune idée n’attend de réponse."
    page_template = "brigades/idea.html"
    kinds = (ModerationItem.Kind.IDEA,)
    list_filter = (filters.View, filters.territory("department"))
    decision_form = IdeaDecisionForm
    bulk_verbs = [*BULK_VERBS[:2], *OUTCOMES]
    told = "La personne est prévenue."

    def acts(self) -> list[Act]:
        return [
            *super().acts(),
            Act("organisation", self._organisation),
            Act("exemple", self._example),
        ]

    def _organisation(self, request: HttpRequest, item: ModerationItem) -> str | HttpResponse:
        form = OrganisationForm(request.POST, auto_id="id_org_%s")
        if not form.is_valid():
            return self.page(request, item, status=422, organisation_form=form)
        try:
            services.make_organisation(item, actor=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except RuleBroken as broken:
            form.add_error(None, broken.message)
            item = self.get_or_404(request, item.pk)
            return self.page(request, item, status=409, organisation_form=form)
        messages.success(request, f"« {item.title} » devient une organisation. La personne est prévenue.")
        return redirect(self.list_url())

    def _example(self, request: HttpRequest, item: ModerationItem) -> str | HttpResponse:
        form = ExampleForm(request.POST, auto_id="id_ex_%s")
        if not form.is_valid():
            return self.page(request, item, status=422, example_form=form)
        try:
            services.make_example(item, actor=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except RuleBroken as broken:
            form.add_error(None, broken.message)
            item = self.get_or_404(request, item.pk)
            return self.page(request, item, status=409, example_form=form)
        messages.success(
            request, f"Un brouillon d’exemple est prêt pour « {item.title} ». La personne est prévenue."
        )
        return redirect(self.list_url())

    def people(self, request: HttpRequest, obj: Any) -> tuple[str, list[int | None]]:
        idea = idea_of(obj)
        return Page.IDEA, [idea.person_id] if idea else []

    def describe(self, request: HttpRequest, item: ModerationItem) -> dict[str, Any]:
        idea = idea_of(item)
        has_account = bool(idea and User.objects.filter(person=idea.person_id).exists())
        initial = {"name": item.title, "kind": Kind.ASSOCIATION, "version": item.version}
        return {
            **super().describe(request, item),
            "clock": cells.clock(item),
            "has_account": has_account,
            "example_form": ExampleForm(initial={"version": item.version}, auto_id="id_ex_%s"),
            "organisation_form": OrganisationForm(initial=initial, auto_id="id_org_%s"),
        }
