"""Read-only lists: organisations and missions of the territory, requests, proposals, participations, departures, feeds.

Organisations have acts (suspend, lift, close, invite a first owner), missions two (suspend, lift), requests one.
"""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.safestring import SafeString

from jeveuxagir.accounts import guardians
from jeveuxagir.accounts.reads import Page
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import of, plural
from missions import services as missions
from missions.enums import TRANSITIONS as MISSION_TRANSITIONS
from missions.enums import State as MissionState
from missions.feeds import services as feeds
from missions.feeds.models import FeedIssue, FeedRun
from missions.models import Mission
from missions.participations.enums import State as ParticipationState
from missions.participations.models import Departure, Participation
from missions.proposals.models import Proposal
from missions.proposals.models import State as ProposalState
from missions.words import when_in_words
from organisations import services as organisations
from organisations.enums import TRANSITIONS, MemberRole
from organisations.enums import State as OrganisationState
from organisations.models import Membership, Organisation
from organisations.moderation import facts_of
from volunteers.requests.enums import LIVE_STATES
from volunteers.requests.enums import State as RequestState
from volunteers.requests.models import EngagementRequest

from . import cells, filters, forms, request_words, scopes
from .site import Act, BrigadeAdmin, register

SHOWN = 50
#: runs of a partner beside each other
COMPARED = 6
_ORGANISATION_KINDS = {
    OrganisationState.VALIDATED: "success",
    OrganisationState.PENDING: "info",
    OrganisationState.SUSPENDED: "warning",
    OrganisationState.REFUSED: "error",
}
_MISSION_KINDS = {
    MissionState.OPEN: "success",
    MissionState.PENDING: "info",
    MissionState.SUSPENDED: "warning",
    MissionState.REFUSED: "error",
}
_REQUEST_KINDS = {
    RequestState.QUALIFIED: "info",
    RequestState.PROPOSED: "new",
    RequestState.ACCEPTED: "success",
    RequestState.REALISED: "success",
    RequestState.UNSERVED: "warning",
    RequestState.REFUSED: "error",
}
_PARTICIPATION_KINDS = {
    ParticipationState.APPLIED: "new",
    ParticipationState.IN_TALK: "info",
    ParticipationState.ACCEPTED: "success",
    ParticipationState.REALISED: "success",
    ParticipationState.DECLINED: "warning",
}
_PROPOSAL_KINDS = {
    ProposalState.PROPOSED: "new",
    ProposalState.INTERESTED: "success",
    ProposalState.DECLINED: "warning",
}


def _headed(words: str) -> Any:
    """Give a column its header."""

    def decorate(function: Any) -> Any:
        function.short_description = words
        return function

    return decorate


def link(model: Any, pk: Any) -> str:
    return reverse(f"brigade:{model._meta.app_label}_{model._meta.model_name}_change", args=[pk])


# --- organisations and missions -------------------------------------------------------------------------------


@register(Organisation)
class Organisations(BrigadeAdmin):
    path = "organisations"
    menu_label = "Organisations"
    lead = "Toutes celles de votre territoire, quel que soit leur état."
    page_template = "brigades/organisation.html"
    search_words = ("name", "siren", "rna", "commune__name")
    search_hint = "Nom, commune, SIREN ou RNA"
    list_display = ("name", "kind_word", "place", "state_word", "since")
    list_filter = (
        filters.choices("État", "etat", "state", OrganisationState.choices),
        filters.KindFilter,
        filters.territory("commune__department"),
    )

    def scoped(self, user: Any) -> "QuerySet[Any]":
        return scopes.organisations(user).select_related("commune__department")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Those that are ticked are asked to begin an alliance together."""
        pick = {
            "url": reverse("brigade:start_alliance"),
            "name": "org",
            "label": "Commencer une alliance avec les organisations cochées",
        }
        return super().changelist_view(request, {"pick": pick, **(extra_context or {})})

    @_headed("Type")
    def kind_word(self, row: Organisation) -> str:
        return row.get_kind_display()

    @_headed("Commune")
    def place(self, row: Organisation) -> str:
        return row.commune.label if row.commune else "–"

    @_headed("État")
    def state_word(self, row: Organisation) -> SafeString:
        return cells.state(row.get_state_display(), _ORGANISATION_KINDS.get(row.state, "neutral"))  # type: ignore[call-overload]

    @_headed("Depuis")
    def since(self, row: Organisation) -> SafeString | str:
        return cells.when(row.state_changed_at)

    def acts(self) -> list[Act]:
        return [
            Act("suspendre", self._suspend),
            Act("lever", self._lift),
            Act("fermer", self._close),
            Act("inviter", self._invite),
            Act("prouver", self._prove),
        ]

    def _reason(self, request: HttpRequest) -> str:
        form = forms.ReasonForm(request.POST)
        if not form.is_valid():
            raise RuleBroken(
                "Donnez la raison (2 000 caractères au plus) : l’organisation la lira.", code="reason"
            )
        return form.cleaned_data["reason"]

    def _suspend(self, request: HttpRequest, row: Organisation) -> str:
        organisations.suspend(row, actor=request.user, reason=self._reason(request))  # type: ignore[arg-type]
        return (
            "Organisation suspendue. Ses missions ouvertes le sont aussi, et ses responsables sont prévenus."
        )

    def _lift(self, request: HttpRequest, row: Organisation) -> str:
        organisations.lift(row, actor=request.user)  # type: ignore[arg-type]
        return "Suspension levée. Les missions suspendues avec elle rouvrent."

    def _close(self, request: HttpRequest, row: Organisation) -> str:
        organisations.close(row, actor=request.user, reason=self._reason(request))  # type: ignore[arg-type]
        return "Organisation fermée."

    def _invite(self, request: HttpRequest, row: Organisation) -> str | HttpResponse:
        form = forms.FirstOwnerForm(request.POST)
        if not form.is_valid():
            messages.error(request, "Écrivez une adresse électronique complète, par exemple nom@exemple.fr.")
            return redirect(self.object_url(row.pk))
        organisations.invite(
            row,
            actor=request.user,  # type: ignore[arg-type]
            email=form.cleaned_data["email"],
            role=MemberRole.OWNER,
        )
        return "Invitation envoyée, valable 7 jours."

    def _prove(self, request: HttpRequest, row: Organisation) -> str:
        organisations.confirm_proof(row, actor=request.user)  # type: ignore[arg-type]
        return "Niveau de preuve : vérifiée par une personne."

    def describe(self, request: HttpRequest, row: Organisation) -> dict[str, Any]:
        members = (
            Membership.objects.live().filter(organisation=row).select_related("person").order_by("role", "pk")
        )
        states = row.missions.values("state").annotate(count=Count("pk")).order_by("state")
        words = dict(MissionState.choices)
        return {
            "facts": [*facts_of(row), ("Raison", row.state_reason)],
            "texts": [("Présentation", row.description)] if row.description else [],
            "can_invite": not any(member.role == MemberRole.OWNER for member in members),
            "members": [(member.person.full_name, member.get_role_display()) for member in members],
            "missions": [f"{words[line['state']]} : {line['count']}" for line in states],
            "can": {verb: TRANSITIONS.allows(verb, row.state) for verb in ("suspend", "lift", "close")},
            "can_prove": row.proof_level != "person",
            "reason_form": forms.ReasonForm(auto_id="id_suspendre_%s"),
            "close_form": forms.ReasonForm(auto_id="id_fermer_%s"),
            "invite_form": forms.FirstOwnerForm(),
            "urls": {act.path: self.act_url(row.pk, act.path) for act in self.acts()},
        }

    def people(self, request: HttpRequest, obj: Any) -> tuple[str, list[int | None]]:
        members = Membership.objects.live().filter(organisation=obj).values_list("person", flat=True)
        return Page.ORGANISATION, list(members)

    def links(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        return [("Page publique", obj.get_absolute_url())] if obj.is_verified else []


@register(Mission)
class Missions(BrigadeAdmin):
    path = "missions"
    menu_label = "Missions"
    page_template = "brigades/mission.html"
    search_words = ("title", "organisation__name")
    search_hint = "Titre ou organisation"
    list_display = ("title", "host", "place", "state_word", "since")
    list_filter = (
        filters.choices("État", "etat", "state", MissionState.choices),
        filters.choices("Source", "source", "source", []),
        filters.territory("department"),
    )

    def get_list_filter(self, request: HttpRequest) -> Any:
        sources = scopes.missions(request.user).imported().values_list("source", "source_name").distinct()  # type: ignore[attr-defined]
        state, _, territory = self.list_filter
        return (state, filters.choices("Partenaire", "partenaire", "source", sources[:30]), territory)

    def scoped(self, user: Any) -> "QuerySet[Any]":
        return scopes.missions(user).select_related("organisation", "department", "domain")

    @_headed("Organisation")
    def host(self, row: Mission) -> str:
        return row.organisation.name

    @_headed("Département")
    def place(self, row: Mission) -> str:
        return row.department.label if row.department else "sans territoire"

    @_headed("État")
    def state_word(self, row: Mission) -> SafeString:
        return cells.state(row.get_state_display(), _MISSION_KINDS.get(row.state, "neutral"))  # type: ignore[call-overload]

    @_headed("Depuis")
    def since(self, row: Mission) -> SafeString | str:
        return cells.when(row.state_changed_at)

    def acts(self) -> list[Act]:
        return [Act("suspendre", self._suspend), Act("lever", self._lift)]

    def _suspend(self, request: HttpRequest, row: Mission) -> str:
        form = forms.ReasonForm(request.POST)
        if not form.is_valid():
            raise RuleBroken(
                "Donnez la raison (2 000 caractères au plus) : l’organisation la lira.", code="reason"
            )
        missions.suspend(row, actor=request.user, reason=form.cleaned_data["reason"])  # type: ignore[arg-type]
        return "Mission suspendue. L’organisation et les personnes qui ont candidaté sont prévenues."

    def _lift(self, request: HttpRequest, row: Mission) -> str:
        missions.lift(row, actor=request.user)  # type: ignore[arg-type]
        return "Suspension levée. La mission est de nouveau visible, et chacun est prévenu."

    def describe(self, request: HttpRequest, row: Mission) -> dict[str, Any]:
        alone = not row.suspended_with_organisation
        places = ", ".join(address.commune.label for address in row.addresses.select_related("commune"))
        slots = [
            f"{when_in_words(slot)} : {plural(slot.taken, 'place prise', 'places prises')} sur {slot.capacity}"
            for slot in row.slots.filter(cancelled_at__isnull=True)[:20]
        ]
        return {
            "facts": [
                ("Organisation", row.organisation.name),
                ("État", row.get_state_display()),
                ("Raison", row.state_reason or row.get_close_reason_display()),
                ("Domaine", row.domain.name if row.domain else ""),
                ("Où", places or row.get_mode_display()),
                ("Âge minimum", f"{row.minimum_age} ans"),
                ("Partenaire", row.source_name),
                ("Publiée le", cells.when(row.published_at) if row.published_at else ""),
            ],
            "texts": [
                (label, text)
                for label, text in (
                    ("Description", row.description),
                    ("Conditions d’accueil", row.hosting_conditions),
                    ("Ce qui est demandé", row.prerequisites),
                    ("Créneaux", "\n".join(slots)),
                )
                if text
            ],
            "can_suspend": MISSION_TRANSITIONS.allows("suspend", row.state),
            "can_lift": alone and MISSION_TRANSITIONS.allows("lift", row.state),
            "reason_form": forms.ReasonForm(auto_id="id_suspendre_%s"),
            "urls": {act.path: self.act_url(row.pk, act.path) for act in self.acts()},
        }

    def links(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        links = [("Page publique", obj.get_absolute_url())] if obj.state == MissionState.OPEN else []
        if scopes.organisations(request.user).filter(pk=obj.organisation_id).exists():
            links.append(("L’organisation", link(Organisation, obj.organisation_id)))
        return links


# --- requests and what came of them -----------------------------------------------------------------------------


@register(EngagementRequest)
class Requests(BrigadeAdmin):
    path = "demandes"
    page_template = "brigades/request.html"
    menu_label = "Demandes"
    search_words = ("person__first_name", "commune__name")
    search_hint = "Prénom ou commune"
    list_display = ("who", "place", "wants", "state_word", "filed")
    list_filter = (
        filters.choices("État", "etat", "state", RequestState.choices),
        filters.territory("commune__department"),
    )

    def scoped(self, user: Any) -> "QuerySet[Any]":
        rows = scopes.requests(user).select_related("person", "commune")
        return rows.prefetch_related("domains")

    @_headed("Qui")
    def who(self, row: EngagementRequest) -> str:
        return f"{row.person.first_name}, demande {row.pk}" if row.person else f"Demande {row.pk}"

    @_headed("Où")
    def place(self, row: EngagementRequest) -> str:
        return f"{row.commune.label}, {row.radius_km} km"

    @_headed("Veut")
    def wants(self, row: EngagementRequest) -> str:
        return request_words.wants(row)

    @_headed("État")
    def state_word(self, row: EngagementRequest) -> SafeString:
        return cells.state(row.get_state_display(), _REQUEST_KINDS.get(row.state, "neutral"))  # type: ignore[call-overload]

    @_headed("Déposée")
    def filed(self, row: EngagementRequest) -> SafeString | str:
        return cells.when(row.filed_at)

    def describe(self, request: HttpRequest, row: EngagementRequest) -> dict[str, Any]:
        proposals = Proposal.objects.filter(request=row).select_related("mission").order_by("-pk")[:SHOWN]
        applications = (
            Participation.objects.filter(request=row).select_related("mission").order_by("-pk")[:SHOWN]
        )
        return {
            "facts": request_words.facts(row),
            **self._guardian(row),
            "texts": [("Précisions", row.note)] if row.note else [],
            "related": [
                (
                    "Propositions",
                    [(p.mission.title, p.get_state_display(), link(Proposal, p.pk)) for p in proposals],
                ),
                (
                    "Candidatures",
                    [
                        (p.mission.title, p.get_state_display(), link(Participation, p.pk))
                        for p in applications
                    ],
                ),
            ],
        }

    def _guardian(self, row: EngagementRequest) -> dict[str, Any]:
        if row.person is None or row.state not in LIVE_STATES or guardians.is_cleared(row.person):
            return {}
        return {
            "guardian_url": self.act_url(row.pk, "tuteur"),
            "guardian_objected": guardians.has_objection(row.person),
        }

    def acts(self) -> list[Act]:
        return [Act("tuteur", self._record_guardian)]

    def _record_guardian(self, request: HttpRequest, row: EngagementRequest) -> str:
        assert row.person is not None, "the list shows confirmed requests"
        guardians.record_by_staff(row.person, request.user)  # type: ignore[arg-type]
        return f"C’est noté : le parent ou tuteur de {row.person.first_name} est prévenu."

    def history_subjects(self, obj: Any) -> list[Any]:
        return [obj, *obj.person.guardian_notices.all()]

    def people(self, request: HttpRequest, obj: Any) -> tuple[str, list[int | None]]:
        return Page.REQUEST, [obj.person_id]

    def links(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        if not EngagementRequest.objects.looking().filter(pk=obj.pk).exists():
            return []
        return [("Proposer une mission", reverse("brigade:brigades_waitingrequest_change", args=[obj.pk]))]


@register(Proposal)
class Proposals(BrigadeAdmin):
    path = "propositions"
    menu_label = "Propositions"
    search_words = ("mission__title", "mission__organisation__name")
    search_hint = "Mission ou organisation"
    list_display = ("what", "place", "by", "state_word", "since")
    list_filter = (
        filters.choices("État", "etat", "state", ProposalState.choices),
        filters.territory("request__commune__department", "mission__department"),
    )

    def scoped(self, user: Any) -> "QuerySet[Any]":
        return scopes.with_reach(user, scopes.proposals(user)).select_related(
            "mission__organisation",
            "mission__department",
            "request__commune",
            "request__person",
            "proposed_by__person",
        )

    @_headed("Mission")
    def what(self, row: Proposal) -> str:
        return row.mission.title

    @_headed("Demande")
    def place(self, row: Proposal) -> str:
        return f"n° {row.request_id}, {row.request.commune.label}"

    @_headed("Proposée par")
    def by(self, row: Proposal) -> str:
        return row.proposed_by.person.first_name if row.proposed_by else "la plateforme"

    @_headed("État")
    def state_word(self, row: Proposal) -> SafeString:
        return cells.state(row.get_state_display(), _PROPOSAL_KINDS.get(row.state, "neutral"))  # type: ignore[call-overload]

    @_headed("Proposée")
    def since(self, row: Proposal) -> SafeString | str:
        return cells.when(row.proposed_at)

    def title_of(self, obj: Any) -> str:
        return f"Proposition : {obj.mission.title}"

    def describe(self, request: HttpRequest, row: Proposal) -> dict[str, Any]:
        person = row.request.person
        shown = person.first_name if person and scopes.sees_person(request.user, row) else ""
        return {
            "facts": [
                ("Mission", row.mission.title),
                ("Organisation", row.mission.organisation.name),
                ("Personne", shown),
                ("Demande", f"n° {row.request_id}, {row.request.commune.label}"),
                ("Proposée par", self.by(row)),
                ("État", row.get_state_display()),
                ("Raison", row.get_decline_reason_display() or row.get_withdrawn_because_display()),
                ("Annoncée par message", cells.when(row.mailed_at) if row.mailed_at else "pas encore"),
                ("Expire", cells.when(row.expires_at)),
            ],
            "texts": [],
            "related": [
                ("Pourquoi cette mission", [(reason["text"], "", "") for reason in row.reasons]),
                ("À savoir", [(row.reservation["text"], "", "")] if row.reservation else []),
                (
                    "Autres missions montrées à qui a proposé",
                    [(other.get("title", ""), _score(other), "") for other in row.alternatives],
                ),
            ],
        }

    def people(self, request: HttpRequest, obj: Any) -> tuple[str, list[int | None]]:
        hidden = self.hidden_person(request, obj) is not None
        return Page.PROPOSAL, [] if hidden else [obj.request.person_id]

    def hidden_person(self, request: HttpRequest, obj: Any) -> int | None:
        return _hidden_person(request.user, obj)

    def links(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        return _pair_links(request, obj.mission_id, obj.request_id)


@register(Participation)
class Participations(BrigadeAdmin):
    path = "participations"
    menu_label = "Candidatures et participations"
    short_label = "Candidatures"
    search_words = ("mission__title", "mission__organisation__name")
    search_hint = "Mission ou organisation"
    list_display = ("what", "when", "state_word", "since")

    class StateFilter(filters.Choices):
        title = "État"
        parameter_name = "etat"
        column = "state"
        options = [
            ("attente", "sans réponse depuis plus de 5 jours"),
            *((str(v), str(w)) for v, w in ParticipationState.choices if v != ParticipationState.TO_CONFIRM),
        ]

        def queryset(self, request: HttpRequest, queryset: Any) -> Any:
            if self.value() == "attente":
                late = scopes.unanswered(request.user).values("pk")
                return queryset.filter(pk__in=late).order_by("applied_at", "pk")
            return super().queryset(request, queryset)

    list_filter = (StateFilter, filters.territory("request__commune__department", "mission__department"))

    def scoped(self, user: Any) -> "QuerySet[Any]":
        return scopes.with_reach(user, scopes.participations(user)).select_related(
            "mission__organisation", "slot", "person__commune", "request__commune"
        )

    def get_list_display(self, request: HttpRequest) -> Any:
        user = request.user

        @_headed("Qui")
        def who(row: Participation) -> str:
            return _first_name(user, row)

        return ("what", who, *self.list_display[1:])

    @_headed("Mission")
    def what(self, row: Participation) -> str:
        return row.mission.title

    @_headed("Créneau")
    def when(self, row: Participation) -> str:
        return when_in_words(row.slot)

    @_headed("État")
    def state_word(self, row: Participation) -> SafeString:
        return cells.state(row.get_state_display(), _PARTICIPATION_KINDS.get(row.state, "neutral"))  # type: ignore[call-overload]

    @_headed("Depuis")
    def since(self, row: Participation) -> SafeString | str:
        return cells.when(row.state_changed_at)

    def title_of(self, obj: Any) -> str:
        return f"Candidature : {obj.mission.title}"

    def describe(self, request: HttpRequest, row: Participation) -> dict[str, Any]:
        return {
            "facts": [
                ("Mission", row.mission.title),
                ("Organisation", row.mission.organisation.name),
                ("Personne", _first_name(request.user, row)),
                ("Créneau", when_in_words(row.slot)),
                ("Places", row.group_in_words or row.places),
                ("État", row.get_state_display()),
                ("Candidature", cells.when(row.applied_at)),
                ("Réponse", cells.when(row.answered_at) if row.answered_at else "pas encore"),
                ("Raison du refus", row.get_decline_reason_display()),
            ],
            "texts": [],
            "related": [("Pourquoi cette mission", [(r.get("text", ""), "", "") for r in row.reasons])],
        }

    def people(self, request: HttpRequest, obj: Any) -> tuple[str, list[int | None]]:
        hidden = self.hidden_person(request, obj) is not None
        return Page.PARTICIPATION, [] if hidden else [obj.person_id]

    def hidden_person(self, request: HttpRequest, obj: Any) -> int | None:
        return _hidden_person(request.user, obj)

    def links(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        return _pair_links(request, obj.mission_id, obj.request_id)


@register(Departure)
class Departures(BrigadeAdmin):
    path = "departs"
    menu_label = "Départs vers un partenaire"
    short_label = "Départs"
    search_words = ("mission__title", "mission__source_name")
    search_hint = "Mission ou partenaire"
    list_display = ("what", "partner", "from_request", "when", "answer_word")
    list_filter = (
        filters.choices("Réponse", "reponse", "answer", Departure.Answer.choices),
        filters.territory("request__commune__department", "mission__department"),
    )

    def scoped(self, user: Any) -> "QuerySet[Any]":
        return scopes.with_reach(user, scopes.departures(user)).select_related(
            "mission__organisation", "request__commune", "request__person", "person__commune"
        )

    @_headed("Mission")
    def what(self, row: Departure) -> str:
        return row.mission.title

    @_headed("Partenaire")
    def partner(self, row: Departure) -> str:
        return row.mission.source_name

    @_headed("Demande")
    def from_request(self, row: Departure) -> str:
        if row.request is None:
            return "sans demande" if row.person_id else "anonyme"
        return f"n° {row.request_id}, {row.request.commune.label}"

    @_headed("Départ")
    def when(self, row: Departure) -> SafeString | str:
        return cells.when(row.created_at)

    @_headed("« Avez-vous candidaté ? »")
    def answer_word(self, row: Departure) -> str:
        if row.person_id is None:  # nobody to ask
            return "–"
        return row.get_answer_display() or ("sans réponse" if row.asked_at else "pas encore demandé")

    def title_of(self, obj: Any) -> str:
        return f"Départ vers {obj.mission.source_name or 'un partenaire'}"

    def describe(self, request: HttpRequest, row: Departure) -> dict[str, Any]:
        return {
            "facts": [
                ("Mission", row.mission.title),
                ("Organisation", row.mission.organisation.name),
                ("Partenaire", row.mission.source_name),
                ("Demande", self.from_request(row)),
                ("Départ", self.when(row)),
                (
                    "Question posée",
                    cells.when(row.asked_at) if row.asked_at else "une semaine après le départ",
                ),
                ("Réponse", row.get_answer_display()),
            ],
            "texts": [],
        }

    def people(self, request: HttpRequest, obj: Any) -> tuple[str, list[int | None]]:
        hidden = self.hidden_person(request, obj) is not None
        return Page.DEPARTURE, [] if hidden else [obj.person_id]

    def hidden_person(self, request: HttpRequest, obj: Any) -> int | None:
        return _hidden_person(request.user, obj)

    def links(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        return _pair_links(request, obj.mission_id, obj.request_id)


# --- feeds ------------------------------------------------------------------------------------------------------


@register(FeedRun)
class FeedRuns(BrigadeAdmin):
    path = "flux"
    menu_label = "Flux des partenaires"
    short_label = "Flux"
    lead = "Chaque relevé, le plus récent d’abord."
    empty = "Aucun flux n’a encore été relevé."
    page_template = "brigades/feed_run.html"
    list_display = ("partner_name", "state_word", "started", "numbers", "problems")
    list_filter = (filters.choices("État", "etat", "state", FeedRun.State.choices),)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return super().has_module_permission(request) and scopes.is_national(request.user)

    def scoped(self, user: Any) -> "QuerySet[Any]":
        return scopes.feed_runs(user).select_related("partner", "decided_by__person")

    @_headed("Partenaire")
    def partner_name(self, row: FeedRun) -> str:
        return row.partner.name

    @_headed("État")
    def state_word(self, row: FeedRun) -> SafeString:
        kinds = {"done": "success", "failed": "error", "held": "warning", "running": "info"}
        return cells.state(row.get_state_display(), kinds.get(row.state, "neutral"))

    @_headed("Début")
    def started(self, row: FeedRun) -> SafeString | str:
        return cells.when(row.started_at)

    @_headed("Missions")
    def numbers(self, row: FeedRun) -> str:
        return (
            f"{plural(row.seen, 'lue', 'lues')}, {plural(row.created, 'nouvelle', 'nouvelles')}, "
            f"{plural(row.updated, 'modifiée', 'modifiées')}, {plural(row.closed, 'fermée', 'fermées')}"
        )

    @_headed("Remarques")
    def problems(self, row: FeedRun) -> str:
        left_out = plural(row.left_out, "valeur laissée", "valeurs laissées")
        return f"{plural(row.rejected, 'rejetée', 'rejetées')}, {left_out}"

    def title_of(self, obj: Any) -> str:
        return f"Relevé {of(obj.partner.name)}"

    def acts(self) -> list[Act]:
        return [Act("confirmer", self._release), Act("garder", self._keep)]

    def _release(self, request: HttpRequest, row: FeedRun) -> str | HttpResponse:
        return self._decide(request, row, feeds.release_held)

    def _keep(self, request: HttpRequest, row: FeedRun) -> str | HttpResponse:
        return self._decide(request, row, feeds.refuse_held)

    def _decide(self, request: HttpRequest, row: FeedRun, service: Any) -> str | HttpResponse:
        """Decide with a reason; what was typed stays on the page when it is not taken."""
        form = forms.ClosingsForm(request.POST)
        if not form.is_valid() and row.state == FeedRun.State.HELD:
            return self.page(request, row, closings_form=form)
        run = service(row, actor=request.user, reason=form.cleaned_data.get("reason", ""))
        if run.decision == FeedRun.Decision.RELEASED:
            return f"{plural(run.closed, 'mission fermée', 'missions fermées')}."
        told = " Le contact du partenaire est prévenu." if run.partner.contact_email else ""
        return f"Les missions restent ouvertes.{told}"

    def describe(self, request: HttpRequest, row: FeedRun) -> dict[str, Any]:
        issues = FeedIssue.objects.filter(run=row).order_by("line", "pk")
        decider = row.decided_by.person.first_name if row.decided_by else ""
        return {
            "facts": [
                ("Partenaire", f"{row.partner.name} ({row.partner.get_trust_display()})"),
                ("État", row.get_state_display()),
                ("Début", cells.when(row.started_at)),
                ("Fin", cells.when(row.finished_at)),
                ("Missions lues", row.seen),
                ("Nouvelles", row.created),
                ("Modifiées", row.updated),
                ("Inchangées", row.unchanged),
                ("Rouvertes", row.reopened),
                ("Fermées", row.closed),
                ("Rejetées", row.rejected),
                ("Valeurs laissées de côté", row.left_out),
                ("Fermetures à confirmer", len(row.held_closings)),
                ("Décision", " par ".join(filter(None, [row.get_decision_display(), decider]))),
                ("Erreur", "" if row.state == FeedRun.State.HELD else row.error),
            ],
            "texts": [("Raison de la décision", row.decision_reason)] if row.decision_reason else [],
            "issues": issues[:500],
            "issue_count": issues.count(),
            "is_held": row.state == FeedRun.State.HELD,
            "runs": self._compared(request.user, row),
            "urls": {act.path: self.act_url(row.pk, act.path) for act in self.acts()},
            **(self._held(request, row) if row.state == FeedRun.State.HELD else {}),
        }

    def _held(self, request: HttpRequest, row: FeedRun) -> dict[str, Any]:
        """What would close, a page at a time, and where that is."""
        page = Paginator(row.held_closings, SHOWN).get_page(request.GET.get("page"))
        seen = scopes.missions(request.user).select_related("organisation", "department")
        missions = seen.in_bulk(list(page.object_list))
        held = seen.filter(pk__in=row.held_closings).order_by()
        words = dict(MissionState.choices)
        states = held.values_list("state").annotate(number=Count("pk")).order_by("-number")
        hosts = held.values_list("organisation__name").annotate(number=Count("pk"))
        return {
            "page_obj": page,
            "page_url": self.object_url(row.pk),
            "held": [
                (mission, link(Mission, mission.pk))
                for mission in map(missions.get, page.object_list)
                if mission
            ],
            "held_facts": [
                ("Aujourd’hui", ", ".join(f"{number} {words[state]}" for state, number in states)),
                (
                    "Organisations les plus touchées",
                    ", ".join(
                        f"{name} ({number})" for name, number in hosts.order_by("-number", "organisation")[:5]
                    ),
                ),
                (
                    "Contact du partenaire",
                    "connu : il lira la raison d’un refus" if row.partner.contact_email else "aucun",
                ),
            ],
            "closings_form": forms.ClosingsForm(),
        }

    def _compared(self, user: Any, row: FeedRun) -> list[FeedRun]:
        """This run and those just before it, which say whether its loss is usual."""
        return list(self.scoped(user).filter(partner=row.partner_id, pk__lte=row.pk)[:COMPARED])


# --- shared -----------------------------------------------------------------------------------------------------


def _first_name(user: Any, row: Participation) -> str:
    """The person's first name, for who sees them (`scopes.sees_person`)."""
    if row.person is None:
        return ""
    return (
        row.person.first_name
        if scopes.sees_person(user, row)
        else "une personne d’un autre territoire ou thème"
    )


def _hidden_person(user: Any, row: Any) -> int | None:
    """The person of this pair, unless the member sees them."""
    person = row.request.person if row.request else row.person
    return None if scopes.sees_person(user, row) else getattr(person, "pk", None)


def _score(other: dict[str, Any]) -> str:
    score = other.get("score")
    return f"score {score}" if score is not None else ""


def _pair_links(request: HttpRequest, mission_id: int, request_id: int | None) -> list[tuple[str, str]]:
    """To the two sides of a pair, each only if the member sees it."""
    links = []
    if scopes.missions(request.user).filter(pk=mission_id).exists():
        links.append(("La mission", link(Mission, mission_id)))
    if request_id and scopes.requests(request.user).filter(pk=request_id).exists():
        links.append(("La demande", link(EngagementRequest, request_id)))
    return links
