"""A team for a day: whoever coordinates an organisation registers it, follows it, changes its number, cancels it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jeveuxagir.accounts import nonces
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import RuleBroken, Stale
from jeveuxagir.common.text import to
from missions.cards import by_date, cards, where
from missions.enums import SlotKind
from missions.models import Mission, Slot
from missions.similar import similar_to
from missions.words import when_in_words
from organisations.policies import HANDLERS
from organisations.spaces import SpaceRequest, membership_required
from organisations.views import space_context

from . import policies, services
from .enums import LIVE_STATES, TRANSITIONS, State
from .models import Participation, ParticipationQuerySet
from .team_forms import TeamCancelForm, TeamChangeForm, TeamForm

PAGE_SIZE = 20
#: days offered for a team at once
MOST_DAYS = 60


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """A day, a number, whom to reach. Who coordinates no organisation reads how a team comes."""
    rows = Mission.objects.open().select_related("organisation").prefetch_related("addresses__commune")
    mission = get_object_or_404(rows, pk=pk)
    if slug != mission.slug and request.method != "POST":
        return redirect("teams:register", mission.pk, mission.slug)
    if not mission.welcomes_teams:
        return redirect(mission)
    person = user_of(request).person
    if policies.handles_for(person, mission.organisation):
        context = {"mission": mission, "why": services.OWN_MISSION}
        return render(request, "participations/own_mission.html", context)
    organisations = policies.coordinated_by(person)
    days = by_date(Slot.objects.live().filter(mission=mission, kind=SlotKind.DATED)[:MOST_DAYS])
    free = [slot for slot in days if slot.teams_left(mission.team_smallest)]
    context = {"mission": mission, "where": where(mission)}
    if not organisations.exists():
        return render(request, "participations/team_who.html", context)
    if not free and request.method != "POST":
        context["similar"] = cards(similar_to(mission))
        return render(request, "participations/team_full.html", context)
    if request.method != "POST":
        initial = _initial(request, free)
        form = TeamForm(mission=mission, organisations=organisations, slots=free, initial=initial)
        return render(request, "participations/team_register.html", context | {"form": form})
    form = TeamForm(request.POST, mission=mission, organisations=organisations, slots=days)
    if form.is_valid():
        try:
            return redirect(_register(request, mission, form))
        except services.Full as refusal:
            form.add_error("slot", refusal.message)
            if refusal.alternatives:
                form.offer([slot for slot in days if slot in refusal.alternatives])
        except RuleBroken as refusal:
            fields = {"team_size": "places", "past": "slot", "slot_cancelled": "slot", "no_teams": "slot"}
            form.add_error(fields.get(refusal.code), refusal.message)
    return render(request, "participations/team_register.html", context | {"form": form}, status=422)


def _initial(request: HttpRequest, slots: list[Slot]) -> dict[str, Any]:
    """The day of the button that led here; whoever registers is often who comes."""
    person = user_of(request).person
    wanted = request.GET.get("creneau", "")
    chosen = next((slot for slot in slots if str(slot.pk) == wanted), None)
    initial: dict[str, Any] = {"contact_name": person.full_name, "contact_phone": person.phone}
    return initial | ({"slot": chosen.pk} if chosen else {})


def _register(request: HttpRequest, mission: Mission, form: TeamForm) -> str:
    """Once, whatever the number of clicks; gives where to go next."""
    typed = form.cleaned_data
    with nonces.once(nonces.actor_key(request), typed["nonce"]) as sent:
        if sent.first:
            organisation = typed["organisation"]
            row = services.register_team(
                organisation=organisation,
                slot=typed["slot"],
                places=typed["places"],
                team=form.team(),
                message=typed["message"],
                actor=user_of(request),
            )
            messages.success(
                request,
                f"Votre équipe est proposée {to(mission.organisation.name)}. L’association a 5 jours pour répondre ; "
                "vous recevrez un message. D’ici là, vos places sont gardées.",
            )
            sent.outcome = reverse("teams:one", args=[organisation.pk, organisation.slug, row.pk])
    return sent.outcome


@never_cache
@membership_required(*HANDLERS)
@require_safe
def every(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """The teams in course, the next day first; then those that ended."""
    rows = policies.teams_of_space(request.user, request.organisation).select_related(
        "mission__organisation", "slot"
    )
    ended = request.GET.get("etat") == "terminees"
    live = rows.filter(state__in=LIVE_STATES)
    past = rows.exclude(state__in=LIVE_STATES)
    shown = past.order_by("-state_changed_at", "-pk") if ended else live.order_by("slot__starts_at", "pk")
    context = {
        **space_context(request),
        "organisation": request.organisation,
        "ended": ended,
        "counts": [live.count(), past.count()],
        "page": Paginator(shown, PAGE_SIZE).get_page(request.GET.get("page", "1")[:12]),
        "search_url": f"{reverse('missions:list')}?equipes=on",
    }
    return render(request, "participations/team_all.html", context)


@never_cache
@membership_required(*HANDLERS)
@require_safe
def one(request: SpaceRequest, pk: int, slug: str, participation_pk: int) -> HttpResponse:
    return _page(request, _row(request, participation_pk))


@membership_required(*HANDLERS)
@require_POST
def change(request: SpaceRequest, pk: int, slug: str, participation_pk: int) -> HttpResponse:
    """Another number within the mission's sizes, another person to reach."""
    row = _row(request, participation_pk)
    form = TeamChangeForm(request.POST, mission=row.mission, auto_id="modifier-%s")
    if not form.is_valid():
        return _page(request, row, change_form=form, status=422)
    typed = form.cleaned_data
    try:
        services.change_team(
            row, actor=request.user, places=typed["places"], team=form.team(), version=typed["version"]
        )
    except Stale as refusal:
        form.add_error(None, refusal.message)
        return _page(request, _row(request, participation_pk), change_form=form, status=409)
    except RuleBroken as refusal:
        about_number = refusal.code in ("team_size", "full", "closed", "organisation_state")
        form.add_error("places" if about_number else None, refusal.message)
        return _page(request, _row(request, participation_pk), change_form=form, status=422)
    messages.success(request, "C’est enregistré. L’association est prévenue.")
    return _back(request, row)


@membership_required(*HANDLERS)
@require_POST
def cancel(request: SpaceRequest, pk: int, slug: str, participation_pk: int) -> HttpResponse:
    row = _row(request, participation_pk)
    form = TeamCancelForm(request.POST, auto_id="annuler-%s")
    if not form.is_valid():
        return _page(request, row, cancel_form=form, status=422)
    try:
        services.cancel(row, actor=request.user, **form.cleaned_data)
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "C’est annulé. L’association est prévenue, vos places sont libres.")
    return _back(request, row)


@membership_required(*HANDLERS)
@require_POST
def still_coming(request: SpaceRequest, pk: int, slug: str, participation_pk: int) -> HttpResponse:
    """The day was moved: the team still comes."""
    row = _row(request, participation_pk)
    try:
        services.still_coming(row, actor=request.user)
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "C’est noté : votre équipe vient au nouvel horaire.")
    return _back(request, row)


def _rows(request: SpaceRequest) -> ParticipationQuerySet:
    rows = policies.teams_of_space(request.user, request.organisation)
    return rows.select_related("mission__organisation__commune", "slot").prefetch_related(
        "mission__addresses__commune"
    )


def _row(request: SpaceRequest, pk: int) -> Participation:
    return get_object_or_404(_rows(request), pk=pk)


def _back(request: SpaceRequest, row: Participation) -> HttpResponse:
    return redirect("teams:one", request.organisation.pk, request.organisation.slug, row.pk)


def _page(
    request: SpaceRequest,
    row: Participation,
    *,
    change_form: TeamChangeForm | None = None,
    cancel_form: TeamCancelForm | None = None,
    status: int = 200,
) -> HttpResponse:
    mission, slot = row.mission, row.slot
    begun = slot.starts_at is not None and slot.starts_at <= now()
    may_change = row.state in LIVE_STATES and not begun and not row.is_paused and mission.welcomes_teams
    agreed = row.state in policies.CONTACT_STATES
    context = {
        **space_context(request),
        "organisation": request.organisation,
        "row": row,
        "mission": mission,
        "where": where(mission),
        "when": when_in_words(slot),
        "agreed": agreed,
        # suspended, it no longer reads contacts, as who hosts no longer does
        "handlers": policies.contacts_of(mission.organisation)
        if agreed and request.organisation.is_verified
        else [],
        "may_change": may_change,
        "may_cancel": TRANSITIONS.allows("cancel", row.state),
        "is_moved": bool(row.moved_from) and TRANSITIONS.allows("cancel", row.state) and not row.is_paused,
        "change_form": change_form
        or TeamChangeForm(mission=mission, initial=TeamChangeForm.initial_of(row), auto_id="modifier-%s"),
        "cancel_form": cancel_form or TeamCancelForm(initial={"version": row.version}, auto_id="annuler-%s"),
        "ended_badly": row.state in (State.DECLINED, State.CANCELLED),
    }
    return render(request, "participations/team_one.html", context, status=status)
