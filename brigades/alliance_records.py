"""The alliances of the territory, those in need of a call first; and one begun by the brigade (K18).

Staff read what an alliance is and how it goes, never what its parties say inside.
"""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods, require_safe

from alliances import services
from alliances.enums import Activity, InvitationState, Stage
from alliances.models import Alliance
from alliances.moderation import facts_of, texts_of
from jeveuxagir.accounts import nonces
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.moderation.models import ModerationItem

from . import beginnings, cells, filters, groups, scopes
from .alliance_forms import INVITED, PLACED, StartForm
from .site import BrigadeAdmin, register, site

#: of a regional or national member, those that the link to the problems that are ready names
MOST_DEPARTMENTS = 20
_ACTIVITY_KINDS = {Activity.ACTIVE: "success", Activity.ASLEEP: "warning", Activity.CLOSED: "neutral"}


def _headed(words: str) -> Any:
    """Give a column its header."""

    def decorate(function: Any) -> Any:
        function.short_description = words
        return function

    return decorate


@register(Alliance)
class Alliances(BrigadeAdmin):
    path = "alliances"
    menu_label = "Toutes les alliances"
    menu_order = 60
    lead = "Les endormies et les plus longtemps silencieuses d’abord. Ce que les parties se disent reste entre elles."
    empty = "Aucune alliance dans votre territoire."
    search_words = ("name",)
    search_hint = "Nom"
    list_display = ("name", "place", "stage_word", "activity_word", "silent", "around")
    list_filter = (
        filters.choices("Activité", "activite", "activity", Activity.choices),
        filters.choices("Étape", "etape", "stage", Stage.choices),
        filters.territory("department"),
    )

    def scoped(self, user: Any) -> "QuerySet[Any]":
        urgency = Case(
            When(activity=Activity.ASLEEP, then=Value(0)),
            When(activity=Activity.ACTIVE, then=Value(1)),
            default=Value(2),
            output_field=IntegerField(),
        )
        live = Count("parties", filter=Q(parties__left_at__isnull=True))
        rows = Alliance.objects.visible_to(user).select_related("department", "domain", "category")
        return rows.annotate(urgency=urgency, live=live).order_by("urgency", "last_acted_at", "pk")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        begin = {
            "begin_url": reverse("brigade:start_alliance"),
            "begin_label": "Commencer une alliance",
            "more_links": [(reverse("brigade:groups"), "Groupes repérés")],
        }
        return super().changelist_view(request, {**begin, **(extra_context or {})})

    @_headed("Département")
    def place(self, row: Alliance) -> str:
        return str(row.department.label)

    @_headed("Étape")
    def stage_word(self, row: Alliance) -> str:
        return row.get_stage_display()

    @_headed("Activité")
    def activity_word(self, row: Alliance) -> SafeString:
        return cells.state(row.get_activity_display(), _ACTIVITY_KINDS[Activity(row.activity)])

    @_headed("Dernière activité")
    def silent(self, row: Alliance) -> SafeString | str:
        return cells.when(row.last_acted_at)

    @_headed("Parties")
    def around(self, row: Any) -> str:
        return str(row.live)

    def title_of(self, obj: Any) -> str:
        return str(obj.name)

    def describe(self, request: HttpRequest, obj: Alliance) -> dict[str, Any]:
        """The answers to its invitations are counted, not read: they are for who animates."""
        asked = obj.invitations.values_list("state").annotate(count=Count("pk")).order_by("state")
        words = dict(InvitationState.choices)
        answers = ", ".join(f"{count} {words[state]}" for state, count in asked)
        return {
            "facts": [*facts_of(obj), ("Invitations", answers)],
            "texts": [(label, text) for label, text in texts_of(obj) if text],
        }

    def links(self, request: HttpRequest, obj: Alliance) -> list[tuple[str, str]]:
        return [("Page publique", obj.get_absolute_url())] if obj.is_public else []

    def history_subjects(self, obj: Alliance) -> list[Any]:
        """What the brigade did about it: what the parties do inside is theirs."""
        cases = ModerationItem.objects.filter(subject_type=obj._meta.label, subject_id=obj.pk)
        return [("moderation.ModerationItem", pk) for pk in cases.values_list("pk", flat=True)]


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """From one screen, the only one: what for, where, and whom to ask, prefilled by what it comes from."""
    user, status = user_of(request), 200
    beginning = beginnings.of(request, user)
    form = StartForm(request.POST if request.method == "POST" else None, user=user, beginning=beginning)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
                    if sent.first:
                        sent.outcome = _start(user, form)
            except NotAllowed:
                raise
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = 409
            else:
                messages.success(
                    request,
                    "L’alliance est commencée et les invitations sont parties. Chacun répond sans créer de compte ; "
                    "la première partie qui rejoint l’alliance l’anime.",
                )
                return redirect(sent.outcome)
    context = {
        **site.each_context(request),
        "title": "Commencer une alliance",
        "form": form,
        "beginning": beginning,
        "blocks": [(title, [form[f"{key}_name"], form[f"{key}_email"]]) for key, title, _ in INVITED],
        "fields": [form[name] for name in PLACED if name in form.fields],
        "departments": list(scopes.departments(user))[:MOST_DEPARTMENTS],
        "known": form["invited"] if "invited" in form.fields else None,
    }
    return TemplateResponse(request, "brigades/start_alliance.html", context, status=status)


@transaction.atomic
def _start(user: Any, form: StartForm) -> str:
    """All or nothing: a refused invitation leaves no alliance behind."""
    alliance = form.beginning.begin(user, form.cleaned_data, form.alliance())
    for name, college, email in form.named:
        services.invite(
            alliance,
            actor=user,
            name=name,
            college=college,
            email=email,
            message=form.cleaned_data["message"],
        )
    return reverse("brigade:alliances_alliance_change", args=[alliance.pk])


@require_safe
def detected(request: HttpRequest) -> HttpResponse:
    """Organisations that could begin together, with the reasons; one click prefills the screen above."""
    user = user_of(request)
    mine = list(scopes.departments(user))
    asked = request.GET.get("departement", "")
    chosen = next((one for one in mine if one.pk == asked), mine[0] if len(mine) == 1 else None)
    context = {
        **site.each_context(request),
        "title": "Groupes repérés",
        "departments": mine,
        "chosen": chosen,
        "groups": groups.detected(user, chosen.pk) if chosen else [],
    }
    return TemplateResponse(request, "brigades/groups.html", context)
