"""A person follows their applications, and answers the question about a departure."""

from dataclasses import replace

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.ui.calendar import calendar, calendar_response
from missions.calendars import entry_of
from missions.cards import cards, where
from missions.enums import SlotKind
from missions.similar import similar_to
from missions.words import when_in_words

from . import notifications, policies, services
from .enums import LIVE_STATES, TRANSITIONS, State
from .forms import CancelForm
from .models import Departure, Participation

PAGE_SIZE = 20


@require_safe
def applications(request: HttpRequest) -> HttpResponse:
    """Those in course first, then the past ones."""
    rows = (
        policies.own(request.user)  # type: ignore[arg-type]
        .select_related("mission__organisation", "slot")
        .order_by("-created_at", "-pk")
    )
    live = list(rows.filter(state__in=[State.TO_CONFIRM, *LIVE_STATES]))
    past = Paginator(rows.exclude(state__in=[State.TO_CONFIRM, *LIVE_STATES]), PAGE_SIZE)
    page = past.get_page(request.GET.get("page", "1")[:12])
    return render(request, "participations/all_mine.html", {"live": live, "page": page})


@never_cache
@require_safe
def application(request: HttpRequest, pk: int) -> HttpResponse:
    return _application(request, _own(request, pk))


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    participation = _own(request, pk)
    form = CancelForm(request.POST)
    if not form.is_valid():
        return _application(request, participation, form=form, status=422)
    try:
        services.cancel(participation, actor=request.user, **form.cleaned_data)  # type: ignore[arg-type]
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "C’est annulé. L’organisation est prévenue, votre place est libre.")
    return redirect("participations:mine", participation.pk)


@require_POST
def still_coming(request: HttpRequest, pk: int) -> HttpResponse:
    """The slot was moved: one still comes. "Je ne peux plus" is the cancelling."""
    participation = _own(request, pk)
    try:
        services.still_coming(participation, actor=request.user)  # type: ignore[arg-type]
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "C’est noté : vous venez au nouvel horaire.")
    return redirect("participations:mine", participation.pk)


@require_POST
def forget_alert(request: HttpRequest, pk: int) -> HttpResponse:
    """« Prévenez-moi si une place se libère » : no more."""
    user = user_of(request)
    services.forget_alert(get_object_or_404(policies.own_alerts(user), pk=pk), actor=user)
    messages.success(request, "C’est noté : nous ne vous écrirons pas pour cette mission.")
    return redirect("mission_alerts:mine")


@never_cache
@require_safe
def diary(request: HttpRequest, pk: int) -> HttpResponse:
    """One's accepted time as a file for a diary; a cancelled one takes itself out."""
    participation = _own(request, pk)
    if participation.state not in (State.ACCEPTED, State.CANCELLED):
        raise Http404
    mission = participation.mission
    entry = entry_of(participation.slot, mission, url=reverse("participations:mine", args=[pk]))
    if entry is None:
        raise Http404
    if participation.state == State.CANCELLED:
        entry = replace(entry, cancelled=True, sequence=entry.sequence + 1)
    return calendar_response(calendar([entry], name=mission.title), name=mission.title)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def departure(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the question's mail: shows by GET, answers by POST."""
    pk = notifications.departure_of_token(token)
    found = policies.departure_of(pk) if pk else None
    if found is None:
        return render(request, "participations/departure_expired.html", status=410)
    answered = ""
    if request.method == "POST":
        try:
            found = services.answer_departure(found, answer=request.POST.get("answer", ""))
            answered = found.answer
        except RuleBroken as refusal:
            messages.error(request, refusal.message)
    context = {
        "departure": found,
        "mission": found.mission,
        "answered": answered,
        "yes": Departure.Answer.YES,
        "no": Departure.Answer.NO,
    }
    return render(request, "participations/departure.html", context)


def _own(request: HttpRequest, pk: int) -> Participation:
    rows = policies.own(request.user).select_related(  # type: ignore[arg-type]
        "mission__organisation__commune", "mission__domain", "slot", "request"
    )
    return get_object_or_404(rows.prefetch_related("mission__addresses__commune"), pk=pk)


def _application(
    request: HttpRequest, participation: Participation, *, form: CancelForm | None = None, status: int = 200
) -> HttpResponse:
    mission = participation.mission
    ended_badly = participation.state in (State.DECLINED, State.CANCELLED)
    context = {
        "participation": participation,
        "mission": mission,
        "when": when_in_words(participation.slot),
        "where": where(mission),
        "goes_in_diary": participation.state == State.ACCEPTED
        and participation.slot.kind != SlotKind.UNDATED,
        "may_cancel": TRANSITIONS.allows("cancel", participation.state),
        "is_moved": bool(participation.moved_from) and TRANSITIONS.allows("cancel", participation.state),
        "is_paused": participation.is_paused,
        "sees_contact": participation.state in policies.CONTACT_STATES,
        "handlers": policies.contacts_of(mission.organisation)
        if participation.state in policies.CONTACT_STATES
        else [],
        "form": form or CancelForm(initial={"version": participation.version}),
        "similar": cards(similar_to(mission)) if ended_badly or participation.moved_from else [],
    }
    return render(request, "participations/mine.html", context, status=status)
