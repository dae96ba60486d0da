"""What people write on the shared words and on the measures; what national staff note of a measure."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from alliances.glossary import services as glossary
from alliances.glossary.models import DEFINITION
from alliances.glossary.moderation import contest_of
from alliances.programme import policies, services
from alliances.programme.enums import Dimension
from alliances.programme.forms import EvidenceForm, WithdrawForm
from alliances.programme.models import Evidence, Measure
from jeveuxagir.common.differences import words
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.moderation.models import ModerationItem

from . import cells, filters
from .forms import DecisionForm
from .models import ProgrammeCase
from .queues import Queue
from .site import Act, BrigadeAdmin, register

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


class RewordForm(forms.Form):
    """The same idea in better words, before it is published."""

    wording = forms.CharField(
        label="La définition telle qu’elle sera publiée",
        max_length=DEFINITION,
        widget=forms.Textarea(attrs={"rows": "7"}),
        help_text="Rien n’est publié avant votre décision. La personne lira vos mots avec la réponse.",
        error_messages={"required": "Écrivez la définition entière."},
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


@register(ProgrammeCase)
class ProgrammeQueue(Queue):
    path = "glossaire-et-programme"
    menu_label = "Glossaire et programme"
    short_label = "Programme"
    lead = (
        "Les engagements à relire avant qu’ils soient publics, et les termes contestés : ceux-là n’ont pas de "
        "territoire, l’équipe nationale décide."
    )
    empty = "Personne n’attend de réponse."
    kinds = (Kind.TERM, Kind.PLEDGE)
    list_filter = (filters.View, filters.territory("department"))
    decision_form = ProgrammeDecisionForm
    told = "La personne est prévenue."
    page_template = "brigades/programme_case.html"

    def acts(self) -> list[Act]:
        return [*super().acts(), Act("reformuler", self._reword)]

    def _reword(self, request: HttpRequest, item: ModerationItem) -> str | HttpResponse:
        if item.kind != Kind.TERM:
            raise Http404
        form = RewordForm(request.POST, auto_id="id_mots_%s")
        if not form.is_valid():
            return self.page(request, item, status=422, reword_form=form)
        try:
            glossary.reword(item, actor=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        except RuleBroken as broken:
            form.add_error("wording" if broken.code == "same" else None, broken.message)
            item = self.get_or_404(request, item.pk)
            form.data = form.data.copy()  # type: ignore[attr-defined]
            form.data["version"] = str(item.version)  # type: ignore[index]
            return self.page(request, item, status=409, reword_form=form)
        return "Vos mots sont gardés : relisez ce qui change, puis décidez."

    def describe(self, request: HttpRequest, item: ModerationItem) -> dict[str, Any]:
        described = super().describe(request, item)
        made = contest_of(item) if item.kind == Kind.TERM else None
        if made is None or not made.is_pending:
            return described
        initial = {"wording": made.wording, "version": item.version}
        return {
            **described,
            "pieces": words(made.term.definition, made.wording),
            "reworded": bool(made.reworded),
            "reword_form": RewordForm(initial=initial, auto_id="id_mots_%s"),
        }

    def what(self, item: ModerationItem) -> SafeString | str:
        place = item.department.label if item.department else "sans territoire"
        return format_html(
            "{}<span class='br-sub'>{} · {}</span>", item.title, place, item.get_kind_display()
        )

    what.short_description = "Quoi"  # type: ignore[attr-defined]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """One by one: each is to be read."""
        return super().changelist_view(request, {"bulk": None, **(extra_context or {})})


@register(Measure)
class Measures(BrigadeAdmin):
    """The 21 rows of the programme: national staff note what sources say; the history says who."""

    path = "mesures"
    menu_label = "Les 21 mesures"
    short_label = "Mesures"
    lead = "Notez ce que des sources disent de chaque mesure. Rien ne s’affiche sans source ni date."
    page_template = "brigades/measure.html"
    ordering = ("number",)
    search_words = ("name", "facilitators")
    search_hint = "Chercher une mesure"
    list_display = ("named", "standing", "proof", "due")
    list_filter = (filters.choices("Dimension", "dimension", "dimension", Dimension.choices),)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return super().has_module_permission(request) and policies.writes_evidence(request.user)

    def scoped(self, user: Any) -> "QuerySet[Any]":
        rows = Measure.objects.public()
        return rows if policies.writes_evidence(user) else rows.none()

    def named(self, row: Measure) -> str:
        return str(row)

    named.short_description = "Mesure"  # type: ignore[attr-defined]

    def standing(self, row: Measure) -> SafeString:
        return cells.state(str(row.status.label), "neutral")

    standing.short_description = "Avancement"  # type: ignore[attr-defined]

    def proof(self, row: Measure) -> str:
        last = row.last_evidence
        return f"{last.on:%d/%m/%Y}, {last.source}" if last else "aucune"

    proof.short_description = "Dernière preuve"  # type: ignore[attr-defined]

    def due(self, row: Measure) -> SafeString | str:
        return cells.state("Dépassée", "warning") if row.is_overdue else row.horizon_words

    due.short_description = "Échéance"  # type: ignore[attr-defined]

    def acts(self) -> list[Act]:
        return [Act("noter", self._note), Act("retirer", self._withdraw)]

    def _note(self, request: HttpRequest, row: Measure) -> str | HttpResponse:
        form = EvidenceForm(request.POST)
        if not form.is_valid():
            return self.page(request, row, status=422, evidence_form=form)
        try:
            services.add_evidence(row, actor=request.user, data=form.data_typed())  # type: ignore[arg-type]
        except RuleBroken as broken:
            form.add_error(None, broken.message)
            return self.page(request, row, status=409, evidence_form=form)
        return "La preuve est notée, et publique."

    def _withdraw(self, request: HttpRequest, row: Measure) -> str | HttpResponse:
        wanted = request.POST.get("preuve", "")
        number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 19 else 0
        proof = Evidence.objects.public().filter(measure=row, pk=number).first()
        if proof is None:
            raise RuleBroken("Cette preuve est déjà retirée.", code="gone")
        form = WithdrawForm(request.POST, auto_id=f"id_{proof.pk}_%s")
        if not form.is_valid():
            return self.page(request, row, status=422, withdrawing=(proof.pk, form))
        because = form.cleaned_data["because"]
        services.withdraw_evidence(proof, actor=request.user, because=because)  # type: ignore[arg-type]
        return "La preuve est retirée : l’historique garde pourquoi."

    def links(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        return [("La page publique", obj.get_absolute_url())]

    def page(self, request: HttpRequest, obj: Any, status: int = 200, **extra: Any) -> Any:
        wrong, form = extra.pop("withdrawing", (0, None))
        proofs = [
            (proof, form if proof.pk == wrong else WithdrawForm(auto_id=f"id_{proof.pk}_%s"))
            for proof in obj.proofs
        ]
        return super().page(request, obj, status, **{"proofs": proofs, **extra})

    def describe(self, request: HttpRequest, row: Measure) -> dict[str, Any]:
        return {
            "facts": [
                ("Avancement", row.status.label),
                ("Dimension", row.get_dimension_display()),
                ("Échéance", row.horizon_words + (" (dépassée)" if row.is_overdue else "")),
                ("Facilitateurs pressentis", row.facilitators),
                ("Résultat attendu", row.expected),
            ],
            "texts": [("Objectif", row.objective)],
            "evidence_form": EvidenceForm(),
            "urls": {act.path: self.act_url(row.pk, act.path) for act in self.acts()},
        }
