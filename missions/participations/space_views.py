"""An organisation's owners and managers read and answer applications, oldest first."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from jeveuxagir.common.clock import now, today
from jeveuxagir.common.errors import RuleBroken, Stale
from missions.words import when_in_words
from organisations.policies import HANDLERS
from organisations.spaces import SpaceRequest, membership_required
from organisations.views import space_context

from . import policies, services
from .enums import TRANSITIONS, WAITING_STATES, State
from .forms import AnswerForm, CancelForm, DeclineForm, OrganisationCancelForm
from .models import Participation

PAGE_SIZE = 20
#: tab → states
TABS = {
    "a-repondre": ("À répondre", WAITING_STATES),
    "acceptees": ("Acceptées", (State.ACCEPTED,)),
    "terminees": ("Terminées", (State.REALISED, State.ABSENT, State.DECLINED, State.CANCELLED)),
}


@never_cache
@membership_required(*HANDLERS)
@require_safe
def applications(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    organisation = request.organisation
    mine = policies.of_space(request.user, organisation)
    mission_pk = request.GET.get("mission", "")
    mission = None
    if mission_pk.isascii() and mission_pk.isdigit() and len(mission_pk) < 18:
        mission = organisation.missions.filter(pk=int(mission_pk)).first()
        if mission is not None:
            mine = mine.filter(mission=mission)
    tab = request.GET.get("etat", "a-repondre")
    tab = tab if tab in TABS else "a-repondre"
    order = ("-state_changed_at", "-pk") if tab == "terminees" else ("applied_at", "pk")
    rows = (
        mine.filter(state__in=TABS[tab][1])
        .select_related("person__commune", "mission", "slot")
        .order_by(*order)
    )
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page", "1")[:12])
    late_since = now() - timedelta(days=services.ANSWER_DAYS)
    context = {
        "organisation": organisation,
        "mission": mission,
        "tab": tab,
        "tabs": [
            {
                "code": code,
                "label": label,
                "count": mine.filter(state__in=states).count(),
                "current": code == tab,
            }
            for code, (label, states) in TABS.items()
        ],
        "page": page,
        "lines": [_line(row, late_since) for row in page],
        "late": mine.waiting().filter(applied_at__lt=late_since).count(),
    }
    return render(request, "participations/space.html", space_context(request) | context)


@never_cache
@membership_required(*HANDLERS)
@require_safe
def application(request: SpaceRequest, pk: int, slug: str, participation_pk: int) -> HttpResponse:
    return _application(request, _row(request, participation_pk))


VERBS: dict[str, tuple[Any, type[AnswerForm] | type[CancelForm] | None, str]] = {
    "echanger": (services.talk, AnswerForm, "Votre message est envoyé. La candidature est en discussion."),
    "accepter": (
        services.accept,
        AnswerForm,
        "C’est accepté. La personne est prévenue, et vous voyez désormais comment la joindre.",
    ),
    "refuser": (services.decline, DeclineForm, "C’est refusé. La personne est prévenue, la place est libre."),
    "realisee": (services.realise, None, "C’est noté : la personne est venue."),
    "absente": (services.mark_absent, None, "C’est noté : la personne n’est pas venue."),
    "annuler": (services.cancel, OrganisationCancelForm, "C’est annulé. La personne est prévenue."),
}


@membership_required(*HANDLERS)
@require_POST
def act(request: SpaceRequest, pk: int, slug: str, participation_pk: int, verb: str) -> HttpResponse:
    """Talk, accept, decline, realised, absent, cancel."""
    if verb not in VERBS:
        raise Http404
    participation = _row(request, participation_pk)
    service, form_class, said = VERBS[verb]
    version = request.POST.get("version", "")
    is_number = version.isascii() and version.isdigit() and len(version) < 10
    values: dict[str, Any] = {"version": int(version) if is_number else None}
    if form_class is not None:
        form = form_class(request.POST, auto_id=f"{verb}-%s")
        if not form.is_valid():
            return _application(request, participation, status=422, **{verb: form})
        values = form.cleaned_data
    try:
        service(participation, actor=request.user, **values)
    except Stale as refusal:
        messages.error(request, refusal.message)
        participation.refresh_from_db()
        typed = {verb: _again(form_class, request, participation)} if form_class else {}
        return _application(request, participation, status=409, **typed)
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, said)
    organisation = request.organisation
    return redirect("participations:answer", organisation.pk, organisation.slug, participation.pk)


def _again(form_class: Any, request: SpaceRequest, participation: Participation) -> Any:
    """What was typed, on top of what the application is now."""
    data = request.POST.copy()
    data["version"] = str(participation.version)
    return form_class(data)


def _row(request: SpaceRequest, pk: int) -> Participation:
    rows = policies.of_space(request.user, request.organisation)
    return get_object_or_404(
        rows.select_related("person__commune", "mission__organisation", "slot", "request"), pk=pk
    )


def _line(row: Participation, late_since: Any) -> dict[str, Any]:
    waits = row.state in WAITING_STATES
    return {
        "row": row,
        "when": when_in_words(row.slot),
        "is_late": waits and row.applied_at is not None and row.applied_at < late_since,
        "age": _age(row),
    }


def _age(row: Participation) -> str:
    return "16–17 ans" if row.person and row.person.is_minor_on(today()) else "adulte"


def _application(
    request: SpaceRequest, participation: Participation, *, status: int = 200, **typed: Any
) -> HttpResponse:
    state = participation.state
    version = {"version": participation.version}
    late_since = now() - timedelta(days=services.ANSWER_DAYS)

    def form(verb: str, form_class: Any) -> Any:
        return typed.get(verb) or form_class(initial=version, auto_id=f"{verb}-%s")

    context = {
        "organisation": request.organisation,
        "line": _line(participation, late_since),
        "participation": participation,
        "person": participation.person,
        "sees_contact": state in policies.CONTACT_STATES,
        "may_talk": TRANSITIONS.allows("talk", state),
        "may_answer": TRANSITIONS.allows("accept", state),
        "may_realise": TRANSITIONS.allows("realise", state) and services.has_begun(participation),
        "may_cancel": state == State.ACCEPTED,
        "talk_form": form("echanger", AnswerForm),
        "accept_form": form("accepter", AnswerForm),
        "decline_form": form("refuser", DeclineForm),
        "cancel_form": form("annuler", OrganisationCancelForm),
        "opened": next(iter(typed), ""),
    }
    return render(request, "participations/answer.html", space_context(request) | context, status=status)
