"""Introductions of the territory: how far each is, what came of it, and how many end well.

Staff read who was asked and what was answered, never whom a side gave as its contact: that is for the other side.
"""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from alliances.colleges import college_of
from alliances.introductions import policies, services
from alliances.introductions.enums import Answer, GoesOn, State
from alliances.introductions.models import Introduction, Side
from jeveuxagir.common.text import plural

from . import cells, filters
from .site import Act, BrigadeAdmin, register

_KINDS = {State.PROPOSED: "info", State.ACCEPTED: "success"}


def _headed(words: str) -> Any:
    """Give a column its header."""

    def decorate(function: Any) -> Any:
        function.short_description = words
        return function

    return decorate


@register(Introduction)
class Introductions(BrigadeAdmin):
    path = "mises-en-relation"
    menu_label = "Mises en relation"
    menu_order = 61
    lead = (
        "Deux organisations de deux mondes, qui répondent chacune par oui ou par non. Leurs coordonnées ne sont "
        "échangées qu’entre elles, et seulement après deux oui."
    )
    empty = "Aucune mise en relation dans votre territoire."
    page_template = "brigades/introduction.html"
    search_words = ("first__name", "second__name")
    search_hint = "Nom d’une organisation"
    list_display = ("pair", "proposed", "state_word", "answers", "outcome", "since")
    list_filter = (
        filters.choices("État", "etat", "state", State.choices),
        filters.territory("first__commune__department", "second__commune__department"),
    )

    def scoped(self, user: Any) -> "QuerySet[Any]":
        yes = Count("sides", filter=Q(sides__answer=Answer.ACCEPTED))
        met = Count("sides", filter=Q(sides__met=True))
        told = Count("sides", filter=Q(sides__told_at__isnull=False))
        rows = Introduction.objects.visible_to(user).select_related(
            "first__commune__department", "second__commune__department", "host", "alliance"
        )
        return rows.annotate(yes=yes, met=met, told=told)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        counted = {"lead": f"{self.lead} {self.results(request)}", "tabs": self.states(request)}
        begin = {"begin_url": reverse("introductions:new"), "begin_label": "Proposer une mise en relation"}
        return super().changelist_view(request, {**begin, **counted, **(extra_context or {})})

    def states(self, request: HttpRequest) -> list[dict[str, Any]]:
        """One tab per state, with how many."""
        rows = Introduction.objects.visible_to(request.user).order_by()
        counts = dict(rows.values_list("state").annotate(n=Count("pk")))
        here = request.GET.get("etat", "")
        tabs = [{"url": "?q=", "label": "Toutes", "count": sum(counts.values()), "current": not here}]
        tabs += [
            {
                "url": f"?etat={state.value}",
                "label": str(state.label).capitalize(),
                "count": counts.get(state.value, 0),
                "current": here == state.value,
            }
            for state in State
        ]
        return tabs

    def results(self, request: HttpRequest) -> str:
        """What came of those that were made, in one sentence."""
        made = Introduction.objects.visible_to(request.user).filter(state=State.ACCEPTED)
        number = made.count()
        if not number:
            return "Aucune n’a encore abouti."
        counts = made.aggregate(
            met=Count("pk", filter=Q(sides__met=True), distinct=True),
            goes_on=Count("pk", filter=Q(sides__goes_on=GoesOn.YES), distinct=True),
            allied=Count("pk", filter=Q(alliance__isnull=False), distinct=True),
        )
        return (
            f"Sur {plural(number, 'mise en relation faite', 'mises en relation faites')} : "
            f"{plural(counts['met'], 'rencontre')}, {counts['goes_on']} qui {_continue(counts['goes_on'])}, "
            f"{plural(counts['allied'], 'alliance')}."
        )

    @_headed("Entre")
    def pair(self, row: Introduction) -> str:
        return str(row)

    @_headed("Proposée par")
    def proposed(self, row: Introduction) -> str:
        return row.proposer

    @_headed("État")
    def state_word(self, row: Introduction) -> SafeString:
        return cells.state(row.get_state_display(), _KINDS.get(State(row.state), "neutral"))

    @_headed("Oui")
    def answers(self, row: Any) -> str:
        return f"{row.yes} sur 2"

    @_headed("Suite")
    def outcome(self, row: Any) -> str:
        if row.alliance_id:
            return "alliance"
        if row.outcome_asked_at is None:
            return "–"
        return "demandée" if not row.told else "rencontre" if row.met else "pas de rencontre"

    @_headed("Depuis")
    def since(self, row: Introduction) -> SafeString | str:
        return cells.when(row.state_changed_at)

    def acts(self) -> list[Act]:
        return [Act("retirer", self._withdraw)]

    def _withdraw(self, request: HttpRequest, obj: Introduction) -> str:
        services.withdraw(obj, actor=request.user)  # type: ignore[arg-type]
        return "La mise en relation est retirée. Les organisations qui devaient répondre sont prévenues."

    def describe(self, request: HttpRequest, obj: Introduction) -> dict[str, Any]:
        sides = list(
            Side.objects.visible_to(request.user).filter(introduction=obj).with_pair().order_by("pk")
        )
        texts = [("Pourquoi elles", obj.reason)]
        for side in sides:
            texts += [
                (f"Pourquoi {side.organisation.name} dit non", side.reason),
                (f"Ce que dit {side.organisation.name}, un mois après", side.note),
            ]
        return {
            "facts": [
                ("État", obj.get_state_display()),
                ("Proposée par", obj.proposer),
                ("Proposée le", f"{obj.created_at:%d/%m/%Y}"),
                ("Répondre avant le", f"{obj.expires_at:%d/%m/%Y}" if obj.is_waiting else ""),
                *((side.organisation.name, _answer(side)) for side in sides),
                ("Alliance", obj.alliance.name if obj.alliance else ""),
            ],
            "texts": [(label, text) for label, text in texts if text],
            "can_withdraw": obj.is_waiting and policies.may_withdraw(request.user, obj),
            "withdraw_url": self.act_url(obj.pk, "retirer"),
            "start_url": f"{reverse('brigade:start_alliance')}?mise={obj.pk}"
            if obj.is_accepted and obj.alliance_id is None
            else "",
        }

    def links(self, request: HttpRequest, obj: Introduction) -> list[tuple[str, str]]:
        return [(one.name, one.get_absolute_url()) for one in (obj.first, obj.second) if one.is_verified]


def _continue(number: int) -> str:
    return "continue" if number < 2 else "continuent"


def _answer(side: Side) -> str:
    """« oui (entreprises) ; rencontre, continuent ensemble, veut une alliance »."""
    words = f"{side.get_answer_display()} ({college_of(side.organisation).label})"
    if side.told_at is None:
        return words
    said = [
        "rencontre" if side.met else "pas de rencontre",
        f"continue : {side.get_goes_on_display()}",
        "veut une alliance" if side.wants_alliance else "pas d’alliance",
    ]
    return f"{words} ; {', '.join(said)}"
