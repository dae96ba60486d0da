"""Needs and offers of skills brought together in the territory: how far each is, and proposing one."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from missions.pairings import policies, services
from missions.pairings.enums import Answer, Origin, Side, State
from missions.pairings.models import Pairing

from . import cells, filters
from .site import Act, BrigadeAdmin, register

_KINDS = {State.PROPOSED: "info", State.AGREED: "success"}


def _headed(words: str) -> Any:
    """Give a column its header."""

    def decorate(function: Any) -> Any:
        function.short_description = words
        return function

    return decorate


@register(Pairing)
class Pairings(BrigadeAdmin):
    path = "rapprochements"
    menu_label = "Besoins et offres rapprochés"
    menu_order = 63
    lead = (
        "Un besoin d’association et une offre d’employeur, qui répondent chacun par oui ou par non. Après deux oui, "
        "l’employeur décrit la mise à disposition."
    )
    empty = "Aucun rapprochement dans votre territoire."
    page_template = "brigades/pairing.html"
    search_words = ("need__title", "need__organisation__name", "offer__organisation__name")
    search_hint = "Besoin ou organisation"
    list_display = ("need_title", "from_whom", "proposed", "state_word", "answers", "since")
    list_filter = (
        filters.choices("État", "etat", "state", State.choices),
        filters.choices("Proposé par", "origine", "origin", Origin.choices),
        filters.territory("need__department", "offer__organisation__commune__department"),
    )

    def scoped(self, user: Any) -> "QuerySet[Any]":
        return Pairing.objects.visible_to(user).with_both()

    @_headed("Besoin")
    def need_title(self, row: Pairing) -> str:
        return f"{row.need.title} ({row.need.organisation.name})"

    @_headed("Offre de")
    def from_whom(self, row: Pairing) -> str:
        return row.offer.organisation.name

    @_headed("Proposé par")
    def proposed(self, row: Pairing) -> str:
        return row.get_origin_display()

    @_headed("État")
    def state_word(self, row: Pairing) -> SafeString:
        return cells.state(row.get_state_display(), _KINDS.get(State(row.state), "neutral"))

    @_headed("Oui")
    def answers(self, row: Pairing) -> str:
        return f"{sum(row.answer_of(side) == Answer.YES for side in Side)} sur 2"

    @_headed("Depuis")
    def since(self, row: Pairing) -> SafeString | str:
        return cells.when(row.state_changed_at)

    def acts(self) -> list[Act]:
        return [Act("retirer", self._withdraw)]

    def _withdraw(self, request: HttpRequest, obj: Pairing) -> str:
        services.withdraw(obj, actor=request.user)  # type: ignore[arg-type]
        return "Le rapprochement est retiré. Qui avait dit oui est prévenu."

    def describe(self, request: HttpRequest, obj: Pairing) -> dict[str, Any]:
        reasons = "\n".join(reason["text"] for reason in obj.reasons)
        texts = [
            ("Pourquoi les deux vont ensemble", reasons),
            ("À savoir", (obj.reservation or {}).get("text", "")),
            ("Ce qui ne correspond pas", "\n".join(obj.obstacles)),
            ("Un mot de qui le propose", obj.note),
            ("Pourquoi non, pour la brigade", obj.decline_note),
        ]
        return {
            "facts": [
                ("État", obj.get_state_display()),
                ("Proposé par", obj.get_origin_display()),
                ("Employeur", obj.get_company_answer_display()),
                ("Association", obj.get_association_answer_display()),
                ("Raison du non", obj.get_decline_reason_display()),
                ("Répondre avant le", f"{obj.expires_at:%d/%m/%Y}" if obj.is_waiting else ""),
                ("Version du calcul", obj.engine_version),
            ],
            "texts": [(label, text) for label, text in texts if text],
            "can_withdraw": obj.is_waiting and policies.is_staff_of(request.user, obj.need, obj.offer),
            "withdraw_url": self.act_url(obj.pk, "retirer"),
        }

    def links(self, request: HttpRequest, obj: Pairing) -> list[tuple[str, str]]:
        found = [(obj.need.title, obj.need.get_absolute_url())] if obj.need.is_seeking else []
        both = (obj.need.organisation, obj.offer.organisation)
        return [*found, *((one.name, one.get_absolute_url()) for one in both if one.is_verified)]
