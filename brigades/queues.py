"""The queues: organisations and missions that await a decision, and requests without a proposal."""

import copy
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import SuspiciousOperation
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_POST

from jeveuxagir.accounts.reads import Page
from jeveuxagir.common.errors import RuleBroken, Stale
from jeveuxagir.common.text import clean, plural
from jeveuxagir.moderation import policies, services
from jeveuxagir.moderation.models import ModerationItem, held_by
from jeveuxagir.moderation.registry import handlers
from missions.models import Mission
from missions.proposals.models import Proposal
from missions.proposals.services import candidates, propose_by_staff
from organisations import services as organisations
from organisations.enums import State as OrganisationState
from organisations.models import Membership, Organisation
from volunteers.requests.models import EngagementRequest
from volunteers.requests.services import refuse as refuse_request

from . import answers, batches, cells, cockpit, duplicates, filters, forms, history, request_words, scopes
from .models import MissionCase, OrganisationCase, WaitingRequest
from .site import Act, BrigadeAdmin, register

State, Decision = ModerationItem.State, ModerationItem.Decision


class Queue(BrigadeAdmin):
    """Items of some kinds, oldest first, with their owner, their clocks and the next action."""

    kinds: tuple[str, ...] = ()
    page_template = "brigades/case.html"
    decision_form: type[forms.DecisionForm] = forms.DecisionForm
    #: what may be done to several at once, in this list's words
    bulk_verbs = forms.BULK_VERBS
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
            .select_related(
                *("department", "domain", "decided_by__person"),
                *("owner__person", "owner__absence__deputy__person"),
            )
        )

    # --- the list

    def what(self, item: ModerationItem) -> SafeString | str:
        place = item.department.label if item.department else "sans territoire"
        cause = item.get_cause_display()
        if item.kind == ModerationItem.Kind.ATTACHMENT:
            cause = item.get_kind_display()
        elif len(self.kinds) > 1:  # several sorts in one list: each line says its own
            cause = f"{item.get_kind_display()}, {cause}"
        return format_html("{}<span class='br-sub'>{} · {}</span>", item.title, place, cause)

    what.short_description = "Quoi"  # type: ignore[attr-defined]

    def since(self, item: ModerationItem) -> SafeString | str:
        if item.state == State.DECIDED:
            return cells.when(item.decided_at)
        return cells.clock(item)

    since.short_description = "Depuis"  # type: ignore[attr-defined]

    def owned_by(self, item: ModerationItem) -> SafeString | str:
        if item.owner is None:
            return "personne"
        name = item.owner.person.first_name
        if item.state == State.DECIDED or item.deputy is None:
            return name
        return format_html(
            "{}<span class='br-sub'>absence, remplacement : {}</span>", name, item.deputy.person.first_name
        )

    owned_by.short_description = "Responsable"  # type: ignore[attr-defined]

    def next_action(self, item: ModerationItem) -> SafeString | str:
        if item.state == State.DECIDED:
            return item.outcome.capitalize()
        if item.owner_id is not None:
            return "À décider"
        return format_html(  # a button of the list's own form
            '<button type="submit" class="fr-btn fr-btn--sm fr-btn--tertiary" formaction="{}" name="retour" '
            'value="liste">Prendre<span class="fr-sr-only"> : {}</span></button>',
            self.act_url(item.pk, "prendre"),
            item.title,
        )

    next_action.short_description = "Suite"  # type: ignore[attr-defined]

    def row_url(self, pk: Any, query: str) -> str:
        """The case, which remembers the list it was opened from."""
        return f"{self.object_url(pk)}?{urlencode({'file': query})}" if query else self.object_url(pk)

    def base_query(self) -> str:
        return "vue="

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        items = self.model.objects.visible_to(request.user).filter(kind__in=self.kinds)
        place = request.GET.get("departement", "")
        if place:
            items = items.filter(department=place)
        numbers = cockpit.counts(items, request.user)
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
                    "url": f"?{_with(request, vue=value)}",
                    "count": count,
                    "current": value == asked,
                    "is_late": value == "retard" and bool(count),
                }
                for label, value, count in tabs
            ],
            "bulk": None
            if asked == "decidees"
            else {
                "form": forms.BulkForm(auto_id="id_lot_%s", verbs=self.bulk_verbs),
                "url": self.bulk_url(),
            },
            "max_rows": batches.MAX_ROWS,
        }
        return super().changelist_view(request, {**extra, **(extra_context or {})})

    def places(self, request: HttpRequest) -> list[tuple[str, str, int]]:
        """Open items by department, the fullest first."""
        items = self.model.objects.visible_to(request.user).filter(kind__in=self.kinds).open()
        return self.count_places(request, items, "department")

    # --- several at once

    def bulk_url(self) -> str:
        return f"{self.list_url()}lot/"

    def get_urls(self) -> list[Any]:
        wrap = self.admin_site.admin_view
        return [
            path("lot/", wrap(require_POST(self.bulk)), name=self.url_name("bulk")),
            path("lot/confirmer/", wrap(require_GET(self.bulk_confirm)), name=self.url_name("bulk_confirm")),
            path("lot/appliquer/", wrap(require_POST(self.bulk_apply)), name=self.url_name("bulk_apply")),
            path("lot/resultat/", wrap(require_GET(self.bulk_result)), name=self.url_name("bulk_result")),
            *super().get_urls(),
        ]

    def bulk(self, request: HttpRequest) -> HttpResponse:
        """One decision on the rows ticked, or on the whole list as filtered; beyond a page it asks first."""
        form = forms.BulkForm(request.POST, verbs=self.bulk_verbs)
        query = self.list_query(request)
        back = f"{self.list_url()}?{query}" if query else self.list_url()
        if "tous" in request.POST:
            rows = [[item.pk, item.version] for item in self.listed(request, query)[: batches.MAX_ROWS]]
        else:
            rows = batches.chosen(request.POST.getlist("items"))
        if not rows or not form.is_valid():
            sentence = "Cochez au moins une ligne et choisissez une décision."
            messages.error(request, sentence if not rows or form.is_valid() else _first_error(form))
            return redirect(back)
        decision, reason = form.cleaned_data["decision"], form.cleaned_data["reason"]
        verb = dict(self.bulk_verbs)[decision]
        job = batches.Job(self.key(), decision, reason, query, rows, verb=verb)
        if len(rows) > batches.AT_ONCE or "tous" in request.POST:
            job.keep(request)
            return redirect(f"brigade:{self.url_name('bulk_confirm')}")
        batches.run(job, self.get_queryset(request), actor=request.user)
        job.keep(request)
        return redirect(f"brigade:{self.url_name('bulk_result')}")

    def bulk_confirm(self, request: HttpRequest) -> HttpResponse:
        job = batches.of(request, self.key())
        if job is None or job.at:
            return redirect(self.list_url())
        return TemplateResponse(request, "brigades/bulk_confirm.html", self._bulk_context(request, job))

    def bulk_apply(self, request: HttpRequest) -> HttpResponse:
        """The next batch. Sent twice, or after another selection was made, nothing more happens."""
        job = batches.of(request, self.key())
        if job is None:
            messages.info(request, "Cette sélection n’existe plus : rien d’autre n’a été fait.")
            return redirect(self.list_url())
        asked = request.POST.get("selection", ""), request.POST.get("debut", "")
        if asked == (job.token, str(job.at)) and job.left:
            batches.run(job, self.get_queryset(request), actor=request.user)
            job.keep(request)
        return redirect(f"brigade:{self.url_name('bulk_result')}")

    def bulk_result(self, request: HttpRequest) -> HttpResponse:
        job = batches.of(request, self.key())
        if job is None:
            return redirect(self.list_url())
        if not job.at:
            return redirect(f"brigade:{self.url_name('bulk_confirm')}")
        return TemplateResponse(request, "brigades/bulk_result.html", self._bulk_context(request, job))

    def _bulk_context(self, request: HttpRequest, job: batches.Job) -> dict[str, Any]:
        lines = [(title, ok, outcome, self.object_url(pk)) for pk, title, ok, outcome in job.lines]
        return {
            **self.admin_site.each_context(request),
            "title": "Décision groupée" if not job.at else "Résultat de la décision groupée",
            "list_label": self.menu_label,
            "list_url": f"{self.list_url()}?{job.query}" if job.query else self.list_url(),
            "job": job,
            "total": len(job.rows),
            "apply_url": reverse(f"brigade:{self.url_name('bulk_apply')}"),
            "next_count": min(job.left, batches.BATCH),
            "failures": [line for line in lines if not line[1]],
            "successes": [line for line in lines if line[1]],
            "done": plural(job.done, "ligne traitée", "lignes traitées"),
            "failed": plural(job.failed, "ligne refusée", "lignes refusées"),
            "left": plural(job.left, "ligne reste", "lignes restent"),
            "max_lines": batches.MAX_LINES,
            "max_rows": batches.MAX_ROWS,
        }

    # --- one after the other

    def listed(self, request: HttpRequest, query: str) -> "QuerySet[Any]":
        """The open rows of a list as it was filtered and sorted."""
        asked = copy.copy(request)
        asked.GET = QueryDict(query)
        try:
            rows = self.get_changelist_instance(asked).get_queryset(asked)
        except (IncorrectLookupParameters, SuspiciousOperation):
            rows = self.get_queryset(request)
        return rows.exclude(state=State.DECIDED)

    def to_decide(self, request: HttpRequest, query: str) -> list[int]:
        """The keys of a list's rows that are this member's to decide: theirs, or nobody's."""
        rows = self.listed(request, query).filter(Q(owner__isnull=True) | held_by(request.user))
        return list(rows.values_list("pk", flat=True)[: batches.MAX_ROWS])

    def following(self, request: HttpRequest, item: ModerationItem, query: str) -> list[int]:
        """What comes after this item in its list, then what came before it."""
        keys = self.to_decide(request, query)
        at = keys.index(item.pk) if item.pk in keys else -1
        return [*keys[at + 1 :], *keys[: max(at, 0)]]

    def back_url(self, request: HttpRequest, obj: Any) -> str:
        return self.row_url(obj.pk, self.list_query(request))

    def back_to_list(self, request: HttpRequest) -> str:
        query = self.list_query(request)
        return f"{self.list_url()}?{query}" if query else self.list_url()

    # --- the case

    def acts(self) -> list[Act]:
        return [
            Act("prendre", self._take),
            Act("liberer", self._release),
            Act("decider", self._decide),
            Act("noter", self._note),
        ]

    def _take(self, request: HttpRequest, item: ModerationItem) -> str:
        over = policies.can_take_over(request.user, item)  # type: ignore[arg-type]
        services.take(item, actor=request.user, over=over)  # type: ignore[arg-type]
        return f"Vous vous occupez de « {item.title} »."

    def _release(self, request: HttpRequest, item: ModerationItem) -> str:
        services.release(item, actor=request.user)  # type: ignore[arg-type]
        return f"« {item.title} » est de nouveau à prendre."

    def _decide(self, request: HttpRequest, item: ModerationItem) -> str | HttpResponse:
        if "inserer" in request.POST or "doublon" in request.POST:
            return self._insert(request, item)
        form = self.decision_form(request.POST, item=item)
        if not form.is_valid():
            return self.page(request, item, decision_form=form)
        query = self.list_query(request)
        following = self.following(request, item, query)[:50] if "suivant" in request.POST else []
        try:
            item = services.decide(
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
        messages.success(request, f"« {item.title} » : {item.outcome}. {self.told}")
        if "suivant" in request.POST:
            still = set(
                self.get_queryset(request)
                .filter(pk__in=following)
                .exclude(state=State.DECIDED)
                .values_list("pk", flat=True)
            )
            coming = next((pk for pk in following if pk in still), None)
            if coming is not None:
                return redirect(self.row_url(coming, query))
            messages.info(request, "La file est vide : il n’y a plus rien à décider pour vous.")
        return redirect(self.back_to_list(request))

    def _insert(self, request: HttpRequest, item: ModerationItem) -> HttpResponse:
        """The chosen text joins what was typed; nothing is decided yet."""
        typed = {name: request.POST.get(name, "") for name in ("decision", "reason", "version")}
        typed["reason"] = clean(typed["reason"])
        other = self.duplicate_text(request, item, _int(request.POST.get("doublon")))
        wanted = request.POST.get("reponse", "")
        answer = next((a for a in answers.offered(item, request.user) if str(a["pk"]) == wanted), None)
        if other:
            typed |= {"reason": answers.inserted(typed["reason"], other), "decision": Decision.REFUSE.value}
        elif answer is not None:
            typed["reason"] = answers.inserted(typed["reason"], answer["text"])
            typed["decision"] = answer["decision"]
        else:
            messages.error(request, "Choisissez une réponse type à insérer.")
        return self.page(request, item, decision_form=self.decision_form(initial=typed, item=item))

    def duplicates(self, request: HttpRequest, item: ModerationItem) -> list[dict[str, Any]]:
        """What looks the same: `pk`, `label`, `detail`, `reasons`, `url` if the member may open it."""
        return []

    def duplicate_text(self, request: HttpRequest, item: ModerationItem, pk: int) -> str:
        """Why this is refused as the same as that one."""
        return ""

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
            or (item.owner_id != user.pk and policies.can_take_over(user, item)),
            "can_release": item.owner_id is not None
            and (item.owner_id == user.pk or policies.can_take_over(user, item)),
            "conflict": conflict,
            "can_decide": not conflict and policies.can_decide(user, item),
            "decision_form": self.decision_form(initial={"version": item.version}, item=item),
            "answers": answers.offered(item, user) if item.state != State.DECIDED else [],
            "duplicates": self.duplicates(request, item) if item.state != State.DECIDED else [],
            **self._place(request, item),
            "note_form": forms.NoteForm(),
            "notes": item.notes.select_related("author__person"),
            "others": others,
            "lines": history.of(*self.history_subjects(item)),
            "urls": {act.path: self.act_url(item.pk, act.path) for act in self.acts()},
        }

    def _place(self, request: HttpRequest, item: ModerationItem) -> dict[str, Any]:
        """Where this case is in its list, and its neighbours there."""
        query = self.list_query(request)
        keys = self.to_decide(request, query)
        at = keys.index(item.pk) if item.pk in keys else -1
        return {
            "file": query,
            "list_url": self.back_to_list(request),
            "position": at + 1,
            "of": len(keys),
            "previous_url": self.row_url(keys[at - 1], query) if at > 0 else "",
            "next_url": self.row_url(keys[at + 1], query) if 0 <= at < len(keys) - 1 else "",
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

    def duplicates(self, request: HttpRequest, item: ModerationItem) -> list[dict[str, Any]]:
        found = duplicates.organisations_like(_as_asked(item))
        seen = set(
            scopes.organisations(request.user)
            .filter(pk__in=[other.pk for other, _ in found])
            .values_list("pk", flat=True)
        )
        return [
            {
                "pk": other.pk,
                "label": other.name,
                "detail": f"{other.get_kind_display()}, {other.get_state_display()}",
                "reasons": reasons,
                "url": reverse("brigade:organisations_organisation_change", args=[other.pk])
                if other.pk in seen
                else "",
            }
            for other, reasons in found
        ]

    def duplicate_text(self, request: HttpRequest, item: ModerationItem, pk: int) -> str:
        organisation = _as_asked(item)
        other = next((o for o, _ in duplicates.organisations_like(organisation) if o.pk == pk), None)
        if other is None:
            return ""
        if other.state == OrganisationState.REFUSED:
            return (
                f"« {organisation.name} » nous a déjà été présentée sous le nom « {other.name} », et nous ne l’avons "
                "pas acceptée. Si quelque chose a changé depuis, dites-nous quoi."
            )
        return (
            f"« {organisation.name} » est déjà inscrite sur la plateforme, sous le nom « {other.name} ». "
            "Demandez à rejoindre son équipe depuis sa page publique : la personne responsable vous répondra."
        )

    def subject_link(self, request: HttpRequest, item: ModerationItem) -> list[tuple[str, str]]:
        if not scopes.organisations(request.user).filter(pk=item.subject_id).exists():
            return []
        return [("Sa fiche", reverse("brigade:organisations_organisation_change", args=[item.subject_id]))]

    def people(self, request: HttpRequest, obj: Any) -> tuple[str, list[int | None]]:
        owners = Membership.objects.owners().filter(organisation=obj.subject_id)
        return Page.ORGANISATION, list(owners.values_list("person", flat=True))

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

    def duplicates(self, request: HttpRequest, item: ModerationItem) -> list[dict[str, Any]]:
        found = self._like(item)
        seen = set(
            scopes.missions(request.user)
            .filter(pk__in=[other.pk for other, _ in found])
            .values_list("pk", flat=True)
        )
        return [
            {
                "pk": other.pk,
                "label": other.title,
                "detail": other.get_state_display(),
                "reasons": reasons,
                "url": reverse("brigade:missions_mission_change", args=[other.pk])
                if other.pk in seen
                else "",
            }
            for other, reasons in found
        ]

    def _like(self, item: ModerationItem) -> list[tuple[Mission, list[str]]]:
        if item.kind != ModerationItem.Kind.MISSION:
            return []
        mission = Mission.objects.filter(pk=item.subject_id).prefetch_related("slots", "addresses").first()
        if mission and "title" in item.diff:
            mission.title = item.diff["title"]["value"]
        return duplicates.missions_like(mission) if mission else []

    def duplicate_text(self, request: HttpRequest, item: ModerationItem, pk: int) -> str:
        other = next((mission for mission, _ in self._like(item) if mission.pk == pk), None)
        if other is None:
            return ""
        return (
            f"« {item.title} » existe déjà chez nous : « {other.title} ». Ajoutez plutôt des places ou des "
            "créneaux à cette mission."
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

    def people(self, request: HttpRequest, obj: Any) -> tuple[str, list[int | None]]:
        return Page.REQUEST, [obj.person_id]

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


def _as_asked(item: ModerationItem) -> Organisation:
    """With the values that wait for the decision, not saved: what it would become is compared with the others."""
    organisation = _organisation(item)
    for name in {"name", "rna", "siren"} & set(item.diff):
        setattr(organisation, name, item.diff[name]["value"])
    return organisation


def _with(request: HttpRequest, **changes: str) -> str:
    """The address's filters with some of them changed, from the first page."""
    query = request.GET.copy()
    query.pop("p", None)
    for name, value in changes.items():
        query[name] = value
    return query.urlencode()


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 12


def _int(text: str | None) -> int:
    return int(text) if text and _number(text) else 0


def _first_error(form: Any) -> str:
    return str(next(iter(form.errors.values()))[0])
