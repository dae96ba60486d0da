"""The queues: organisations and missions that await a decision, and requests without a proposal."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_POST

from jeveuxagir.common.errors import RuleBroken, Stale
from jeveuxagir.common.text import plural
from jeveuxagir.moderation import policies, services
from jeveuxagir.moderation.models import ModerationItem
from jeveuxagir.moderation.registry import handlers
from missions.models import Mission
from missions.proposals.models import Proposal
from missions.proposals.services import candidates, propose_by_staff
from organisations import services as organisations
from organisations.models import Organisation
from volunteers.requests.models import EngagementRequest
from volunteers.requests.services import refuse as refuse_request

from . import cells, cockpit, filters, forms, history, request_words, scopes
from .models import MissionCase, OrganisationCase, WaitingRequest
from .site import Act, BrigadeAdmin, register

MAX_BULK = 100
_BULK = "brigade_bulk"
State = ModerationItem.State


class Queue(BrigadeAdmin):
    """Items of some kinds, oldest first, with their owner, their clocks and the next action."""

    kinds: tuple[str, ...] = ()
    page_template = "brigades/case.html"
    decision_form: type[forms.DecisionForm] = forms.DecisionForm
    #: said to whoever decided
    told = "L’organisation est prévenue."
    ordering = ("created_at", "pk")
    search_words = ("title",)
    search_hint = "Chercher un intitulé"
    list_display = ("what", "since", "owned_by", "next_action")

    def scoped(self, user: Any) -> "QuerySet[Any]":
        return (
            self.model.objects.visible_to(user)
            .filter(kind__in=self.kinds)
            .select_related("department", "domain", "owner__person", "decided_by__person")
        )

    # --- the list

    def what(self, item: ModerationItem) -> SafeString | str:
        place = item.department.label if item.department else "sans territoire"
        cause = item.get_cause_display()
        if item.kind == ModerationItem.Kind.ATTACHMENT:
            cause = item.get_kind_display()
        return format_html("{}<span class='br-sub'>{} · {}</span>", item.title, place, cause)

    what.short_description = "Quoi"  # type: ignore[attr-defined]

    def since(self, item: ModerationItem) -> SafeString | str:
        if item.state == State.DECIDED:
            return cells.when(item.decided_at)
        return cells.clock(item)

    since.short_description = "Depuis"  # type: ignore[attr-defined]

    def owned_by(self, item: ModerationItem) -> str:
        return item.owner.person.first_name if item.owner else "personne"

    owned_by.short_description = "Responsable"  # type: ignore[attr-defined]

    def next_action(self, item: ModerationItem) -> SafeString | str:
        if item.state == State.DECIDED:
            return item.get_decision_display().capitalize()
        if item.owner_id is not None:
            return "À décider"
        return format_html(  # a button of the list's own form
            '<button type="submit" class="fr-btn fr-btn--sm fr-btn--tertiary" formaction="{}" name="retour" '
            'value="liste">Prendre<span class="fr-sr-only"> : {}</span></button>',
            self.act_url(item.pk, "prendre"),
            item.title,
        )

    next_action.short_description = "Suite"  # type: ignore[attr-defined]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        numbers = cockpit.counts(
            self.model.objects.visible_to(request.user).filter(kind__in=self.kinds), request.user
        )
        asked = request.GET.get("vue", "")
        tabs = [
            ("À traiter", "", numbers["open"]),
            ("En retard", "retard", numbers["late"]),
            ("Les miennes", "miennes", numbers["mine"]),
            ("À prendre", "libres", numbers["nobody"]),
            ("Décidées", "decidees", None),
        ]
        extra = {
            "tabs": [
                {
                    "label": label,
                    "url": f"?vue={value}" if value else "?",
                    "count": count,
                    "current": value == asked,
                }
                for label, value, count in tabs
            ],
            "bulk": None
            if asked == "decidees"
            else {"form": forms.BulkForm(auto_id="id_lot_%s"), "url": self.bulk_url()},
        }
        return super().changelist_view(request, {**extra, **(extra_context or {})})

    # --- several at once

    def bulk_url(self) -> str:
        return f"{self.list_url()}lot/"

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("lot/", wrap(require_POST(self.bulk)), name=self.url_name("bulk")),
            path("lot/resultat/", wrap(require_GET(self.bulk_result)), name=self.url_name("bulk_result")),
            *super().get_urls(),
        ]

    def bulk(self, request: HttpRequest) -> HttpResponse:
        """One decision on each of the rows ticked; each succeeds or fails by itself, and says so."""
        form = forms.BulkForm(request.POST)
        wanted = [value.partition(":") for value in request.POST.getlist("items")[:MAX_BULK]]
        versions = {int(pk): int(version) for pk, _, version in wanted if _number(pk) and _number(version)}
        if not form.is_valid() or not versions:
            sentence = "Cochez au moins une ligne et choisissez une décision."
            messages.error(request, sentence if not versions or form.is_valid() else _first_error(form))
            return redirect(self.list_url())
        decision, reason = form.cleaned_data["decision"], form.cleaned_data["reason"]
        results = []
        for item in self.get_queryset(request).filter(pk__in=versions):
            try:
                if decision == "take":
                    services.take(item, actor=request.user, version=versions[item.pk])  # type: ignore[arg-type]
                    outcome = "Prise en charge"
                else:
                    services.decide(
                        item,
                        actor=request.user,  # type: ignore[arg-type]
                        decision=decision,
                        reason=reason,
                        version=versions[item.pk],
                    )
                    outcome = dict(forms.DECISIONS)[decision] + " : fait"
                results.append((item.title, True, outcome, self.object_url(item.pk)))
            except RuleBroken as broken:
                results.append((item.title, False, broken.message, self.object_url(item.pk)))
        request.session[_BULK] = results
        return redirect(f"brigade:{self.url_name('bulk_result')}")

    def bulk_result(self, request: HttpRequest) -> TemplateResponse:
        results = request.session.get(_BULK, [])
        context = {
            **self.admin_site.each_context(request),
            "title": "Résultat de la décision groupée",
            "list_label": self.menu_label,
            "list_url": self.list_url(),
            "results": results,
            "done": plural(sum(ok for _, ok, _, _ in results), "ligne traitée", "lignes traitées"),
            "failed": plural(sum(not ok for _, ok, _, _ in results), "ligne refusée", "lignes refusées"),
        }
        return TemplateResponse(request, "brigades/bulk_result.html", context)

    # --- the case

    def acts(self) -> list[Act]:
        return [
            Act("prendre", self._take),
            Act("liberer", self._release),
            Act("decider", self._decide),
            Act("noter", self._note),
        ]

    def _take(self, request: HttpRequest, item: ModerationItem) -> str:
        over = policies.can_overrule(request.user, item)  # type: ignore[arg-type]
        services.take(item, actor=request.user, over=over)  # type: ignore[arg-type]
        return f"Vous vous occupez de « {item.title} »."

    def _release(self, request: HttpRequest, item: ModerationItem) -> str:
        services.release(item, actor=request.user)  # type: ignore[arg-type]
        return f"« {item.title} » est de nouveau à prendre."

    def _decide(self, request: HttpRequest, item: ModerationItem) -> str | HttpResponse:
        form = self.decision_form(request.POST, item=item)
        if not form.is_valid():
            return self.page(request, item, decision_form=form)
        try:
            services.decide(
                item,
                actor=request.user,  # type: ignore[arg-type]
                decision=form.cleaned_data["decision"],
                reason=form.cleaned_data["reason"],
                version=form.cleaned_data["version"],
            )
        except Stale as stale:
            item.refresh_from_db()
            form.data = form.data.copy()  # type: ignore[attr-defined]
            form.data["version"] = str(item.version)  # type: ignore[index]
            form.add_error(None, stale.message)
            item = self.get_or_404(request, item.pk)
            typed = (
                form.cleaned_data["reason"] if item.state == State.DECIDED else ""
            )  # kept, as a note to add
            note = forms.NoteForm(initial={"text": typed})
            return self.page(request, item, status=409, decision_form=form, note_form=note)
        except RuleBroken as broken:
            form.add_error("reason" if broken.code == "reason" else None, broken.message)
            return self.page(request, item, status=409, decision_form=form)
        done = forms.Decision(form.cleaned_data["decision"]).label
        messages.success(request, f"« {item.title} » : {done}. {self.told}")
        if "suivant" in request.POST:
            following = (
                self.get_queryset(request)
                .exclude(state=State.DECIDED)
                .filter(**_free_for(request.user))
                .first()
            )
            if following is not None:
                return redirect(self.object_url(following.pk))
            messages.info(request, "La file est vide : il n’y a plus rien à décider pour vous.")
        return redirect(self.list_url())

    def _note(self, request: HttpRequest, item: ModerationItem) -> str | HttpResponse:
        form = forms.NoteForm(request.POST)
        if not form.is_valid():
            return self.page(request, item, note_form=form)
        services.add_note(item, actor=request.user, text=form.cleaned_data["text"])  # type: ignore[arg-type]
        return "Note ajoutée."

    def title_of(self, obj: Any) -> str:
        return obj.title

    def subject_link(self, request: HttpRequest, item: ModerationItem) -> list[tuple[str, str]]:
        return []

    def describe(self, request: HttpRequest, item: ModerationItem) -> dict[str, Any]:
        described = handlers[item.kind].describe(item) if item.kind in handlers else {}
        user: Any = request.user
        conflict = policies.conflict(user, item)
        others = (
            ModerationItem.objects.visible_to(user)
            .filter(
                kind=item.kind,
                subject_type=item.subject_type,
                subject_id=item.subject_id,
                state=State.DECIDED,
            )
            .exclude(pk=item.pk)
            .select_related("decided_by__person")
            .order_by("-decided_at")[:10]
        )
        return {
            "facts": described.get("facts", []),
            "texts": [(label, text) for label, text in described.get("texts", []) if text],
            "warnings": described.get("warnings", []),
            "links": [*self.subject_link(request, item), *described.get("links", [])],
            "item": item,
            "clock": cells.clock(item),
            "is_open": item.state != State.DECIDED,
            "is_mine": item.owner_id == user.pk,
            "can_take": item.owner_id is None
            or (item.owner_id != user.pk and policies.can_overrule(user, item)),
            "can_release": item.owner_id is not None
            and (item.owner_id == user.pk or policies.can_overrule(user, item)),
            "conflict": conflict,
            "can_decide": not conflict and policies.can_decide(user, item),
            "decision_form": self.decision_form(initial={"version": item.version}, item=item),
            "note_form": forms.NoteForm(),
            "notes": item.notes.select_related("author__person"),
            "others": others,
            "lines": history.of(*self.history_subjects(item)),
            "urls": {act.path: self.act_url(item.pk, act.path) for act in self.acts()},
        }

    def history_subjects(self, obj: Any) -> list[Any]:
        return [("moderation.ModerationItem", obj.pk), (obj.subject_type, obj.subject_id)]


@register(OrganisationCase)
class OrganisationQueue(Queue):
    path = "organisations-a-valider"
    menu_label = "Organisations à valider"
    lead = "Les plus anciennes d’abord. 2 jours ouvrés pour prendre en charge, 5 pour décider."
    empty = "Aucune organisation n’attend de décision."
    kinds = (ModerationItem.Kind.ORGANISATION,)
    list_filter = (filters.View, filters.CauseFilter, filters.territory("department"))

    def acts(self) -> list[Act]:
        return [*super().acts(), Act("prouver", self._prove), Act("accueil", self._hosting)]

    def _prove(self, request: HttpRequest, item: ModerationItem) -> str:
        organisations.confirm_proof(_organisation(item), actor=request.user)  # type: ignore[arg-type]
        return "Niveau de preuve : vérifiée par une personne."

    def _hosting(self, request: HttpRequest, item: ModerationItem) -> str:
        may_host = request.POST.get("may_host") == "oui"
        organisations.decide_hosting(_organisation(item), actor=request.user, may_host=may_host)  # type: ignore[arg-type]
        return "Elle peut accueillir des bénévoles." if may_host else "Elle n’accueille pas de bénévoles."

    def subject_link(self, request: HttpRequest, item: ModerationItem) -> list[tuple[str, str]]:
        if not scopes.organisations(request.user).filter(pk=item.subject_id).exists():
            return []
        return [("Sa fiche", reverse("brigade:organisations_organisation_change", args=[item.subject_id]))]

    def describe(self, request: HttpRequest, item: ModerationItem) -> dict[str, Any]:
        organisation = _organisation(item)
        return {
            **super().describe(request, item),
            "can_prove": organisation.proof_level != "person",
            "asks_hosting": organisation.kind == "other",
            "may_host": organisation.may_host,
        }


@register(MissionCase)
class MissionQueue(Queue):
    path = "missions-a-valider"
    menu_label = "Missions à valider"
    lead = "Missions et rattachements d’un flux, les plus anciens d’abord. 2 jours ouvrés pour prendre, 5 pour décider."
    empty = "Aucune mission n’attend de décision."
    kinds = (ModerationItem.Kind.MISSION, ModerationItem.Kind.ATTACHMENT)
    list_filter = (
        filters.View,
        filters.MissionKindFilter,
        filters.CauseFilter,
        filters.territory("department"),
    )

    def subject_link(self, request: HttpRequest, item: ModerationItem) -> list[tuple[str, str]]:
        mission = scopes.missions(request.user).filter(pk=item.subject_id).first()
        if item.kind != ModerationItem.Kind.MISSION or mission is None:
            return []
        return [("Sa fiche", reverse("brigade:missions_mission_change", args=[mission.pk]))]


@register(WaitingRequest)
class WaitingRequests(BrigadeAdmin):
    """Requests without a proposal for seven days, and the page where a person proposes."""

    path = "demandes-sans-proposition"
    menu_label = "Demandes sans proposition"
    short_label = "Sans proposition"
    lead = "Aucune proposition depuis 7 jours au moins, les plus anciennes d’abord."
    empty = "Toutes les demandes ont reçu une proposition."
    page_template = "brigades/propose.html"
    ordering = ("without_proposal_since", "pk")
    search_words = ("person__first_name", "commune__name")
    search_hint = "Prénom ou commune"
    list_display = ("who", "place", "wants", "since", "next_action")
    list_filter = (filters.territory("commune__department"),)

    def scoped(self, user: Any) -> "QuerySet[Any]":
        rows = WaitingRequest.objects.filter(pk__in=scopes.waiting_requests(user).values("pk"))
        return rows.select_related("person", "commune").prefetch_related("domains")

    def get_or_404(self, request: HttpRequest, object_id: Any) -> Any:
        """The page stays open for any request of the territory: somebody else may just have proposed."""
        rows = (
            scopes.requests(request.user)
            .select_related("person", "commune")
            .prefetch_related("domains", "skills")
        )
        return get_object_or_404(rows, pk=object_id)

    def who(self, row: EngagementRequest) -> str:
        return row.person.first_name if row.person else "–"

    who.short_description = "Qui"  # type: ignore[attr-defined]

    def place(self, row: EngagementRequest) -> str:
        return f"{row.commune.label}, jusqu’à {row.radius_km} km"

    place.short_description = "Où"  # type: ignore[attr-defined]

    def wants(self, row: EngagementRequest) -> str:
        return request_words.wants(row)

    wants.short_description = "Veut"  # type: ignore[attr-defined]

    def since(self, row: EngagementRequest) -> SafeString | str:
        return cells.when(row.without_proposal_since)

    since.short_description = "Sans proposition"  # type: ignore[attr-defined]

    def next_action(self, row: EngagementRequest) -> str:
        return "Proposer"

    next_action.short_description = "Suite"  # type: ignore[attr-defined]

    def acts(self) -> list[Act]:
        return [Act("proposer", self._propose), Act("refuser", self._refuse)]

    def _propose(self, request: HttpRequest, row: EngagementRequest) -> str | HttpResponse:
        mission = Mission.objects.open().filter(pk=_int(request.POST.get("mission"))).first()
        if mission is None:
            raise RuleBroken("Cette mission n’est plus ouverte. Voici la liste à jour.", code="mission")
        propose_by_staff(row, mission=mission, actor=request.user)  # type: ignore[arg-type]
        messages.success(
            request, f"« {mission.title} » est proposée. La personne reçoit un message avec les raisons."
        )
        return redirect(self.list_url())

    def _refuse(self, request: HttpRequest, row: EngagementRequest) -> str | HttpResponse:
        form = forms.ReasonForm(request.POST)
        if not form.is_valid():
            return self.page(request, row, refuse_form=form)
        refuse_request(row, actor=request.user, reason=form.cleaned_data["reason"])  # type: ignore[arg-type]
        messages.success(request, "La demande est refusée. La personne est prévenue, avec la raison.")
        return redirect(self.list_url())

    def title_of(self, obj: Any) -> str:
        return f"Proposer une mission à {obj.person.first_name}"

    def describe(self, request: HttpRequest, row: EngagementRequest) -> dict[str, Any]:
        already = Proposal.objects.filter(request=row).select_related("mission").order_by("-pk")[:10]
        return {
            "facts": request_words.facts(row),
            "texts": [("Précisions", row.note)] if row.note else [],
            "candidates": candidates(row),
            "proposals": already,
            "refuse_form": forms.ReasonForm(),
            "urls": {act.path: self.act_url(row.pk, act.path) for act in self.acts()},
        }


def _organisation(item: ModerationItem) -> Organisation:
    return Organisation.objects.select_related("commune").get(pk=item.subject_id)


def _free_for(user: Any) -> dict[str, Any]:
    return {"owner": user} if ModerationItem.objects.mine(user).exists() else {"owner": None}


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 12


def _int(text: str | None) -> int:
    return int(text) if text and _number(text) else 0


def _first_error(form: Any) -> str:
    return str(next(iter(form.errors.values()))[0])
