"""The sheets of instruments: national staff compare them with their source, correct them, hide what ended."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.ui.dates import exact
from missions.resources import policies, services
from missions.resources.forms import InstrumentForm
from missions.resources.models import Instrument

from . import cells
from .site import Act, BrigadeAdmin, register


@register(Instrument)
class Instruments(BrigadeAdmin):
    path = "instruments"
    menu_label = "Instruments de financement et de don"
    short_label = "Instruments"
    lead = (
        "Comparez chaque fiche à sa source, au moins une fois par an. Une fiche que personne n’a vérifiée le dit, "
        "une fiche de plus de 12 mois prévient."
    )
    page_template = "brigades/instrument.html"
    ordering = ("checked_on", "name")
    search_words = ("name", "operator")
    search_hint = "Chercher un instrument"
    list_display = ("named", "standing", "seen")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return super().has_module_permission(request) and policies.checks_instruments(request.user)

    def scoped(self, user: Any) -> "QuerySet[Any]":
        rows = Instrument.objects.order_by("name")
        return rows if policies.checks_instruments(user) else rows.none()

    def named(self, row: Instrument) -> str:
        return row.name

    named.short_description = "Instrument"  # type: ignore[attr-defined]

    def standing(self, row: Instrument) -> SafeString:
        if not row.active:
            return cells.state("Cachée", "neutral")
        if row.is_stale:
            return cells.state("Plus de 12 mois", "warning")
        return cells.state("Vérifiée", "success") if row.is_checked else cells.state("À vérifier", "warning")

    standing.short_description = "Fiche"  # type: ignore[attr-defined]

    def seen(self, row: Instrument) -> str:
        return exact(row.checked_on) if row.checked_on else f"écrite le {exact(row.written_on)}"

    seen.short_description = "Vérifiée le"  # type: ignore[attr-defined]

    def acts(self) -> list[Act]:
        return [
            Act("verifier", self._check),
            Act("corriger", self._edit),
            Act("cacher", self._hide),
            Act("montrer", self._show),
        ]

    def _check(self, request: HttpRequest, row: Instrument) -> str:
        services.check_instrument(row, actor=request.user)  # type: ignore[arg-type]
        return "La fiche est vérifiée à la date d’aujourd’hui."

    def _edit(self, request: HttpRequest, row: Instrument) -> str | HttpResponse:
        form = InstrumentForm(request.POST)
        if not form.is_valid():
            return self.page(request, row, status=422, edit_form=form)
        try:
            services.edit_instrument(
                row,
                actor=request.user,  # type: ignore[arg-type]
                data=form.data_typed(),
                version=form.cleaned_data["version"],
            )
        except RuleBroken as broken:
            form.add_error(None, broken.message)
            return self.page(request, row, status=409, edit_form=form)
        return "La fiche est corrigée, et vérifiée à la date d’aujourd’hui."

    def _hide(self, request: HttpRequest, row: Instrument) -> str:
        services.show_instrument(row, actor=request.user, shown=False)  # type: ignore[arg-type]
        return "La fiche est cachée : elle n’est plus proposée."

    def _show(self, request: HttpRequest, row: Instrument) -> str:
        services.show_instrument(row, actor=request.user, shown=True)  # type: ignore[arg-type]
        return "La fiche est de nouveau montrée."

    def links(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        links = [("La source", obj.link)]
        return [*links, ("La page publique", obj.get_absolute_url())] if obj.active else links

    def describe(self, request: HttpRequest, row: Instrument) -> dict[str, Any]:
        return {
            "facts": [
                ("Porté par", row.operator),
                ("Donne", row.gives_words),
                ("Pour qui", row.audience_words),
                ("Combien", row.amount_words or "aucun montant fixé"),
                ("Vérifiée le", exact(row.checked_on) if row.checked_on else "jamais"),
                ("Écrite le", exact(row.written_on)),
                ("Source", row.source),
            ],
            "texts": [("Ce que c’est", row.summary)],
            "edit_form": InstrumentForm(initial=InstrumentForm.initial_of(row)),
            "urls": {act.path: self.act_url(row.pk, act.path) for act in self.acts()},
            "instrument": row,
        }
