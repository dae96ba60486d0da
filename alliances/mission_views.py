"""The missions that an alliance carries: each organisation gives and takes back its own."""

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from jeveuxagir.common.errors import NotAllowed, RuleBroken
from missions.enums import State
from missions.models import Mission

from . import services
from .forms import CarryForm
from .models import AllianceMission
from .spaces import AllianceRequest, party_required
from .views import space_context

#: what may still bring somebody: an alliance carries no past or refused mission anew
LIVE = (State.DRAFT, State.PENDING, State.OPEN)
SHOWN = 100


@require_http_methods(["GET", "HEAD", "POST"])
@party_required()
def show(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """Those it carries, and those of one's own organisations that it might."""
    mine = _handled(request)
    offered = mine.filter(state__in=LIVE, carried_by__isnull=True).order_by("title", "pk")
    form, status = CarryForm(offered=offered), 200
    if request.method == "POST":
        if not request.acting:
            raise NotAllowed("Vous lisez cette alliance, sans y agir : demandez à un responsable.")
        form = CarryForm(request.POST, offered=offered)
        status = 422
        if form.is_valid():
            mission = form.cleaned_data["mission"]
            try:
                services.carry(request.alliance, actor=request.user, mission=mission)
            except RuleBroken as refusal:
                form.add_error(None, refusal.message)
                status = 409
            else:
                messages.success(request, f"L’alliance porte maintenant « {mission.title} ».")
                return redirect("alliances:missions", pk=pk, slug=slug)
    carried = AllianceMission.objects.filter(alliance=request.alliance)
    own = set(mine.values_list("pk", flat=True))
    context = {
        **space_context(request),
        "form": form,
        "may_offer": bool(request.acting) and not request.alliance.is_closed and offered.exists(),
        "lines": [
            (row.mission, row.mission_id in own and not request.alliance.is_closed)
            for row in carried.filter(_seen(own))
            .select_related("mission__organisation")
            .order_by("-added_at", "-pk")[:SHOWN]
        ],
    }
    return render(request, "alliances/missions.html", context, status=status)


@party_required(act=True)
@require_POST
def drop(request: AllianceRequest, pk: int, slug: str, mission_pk: int) -> HttpResponse:
    carried = AllianceMission.objects.filter(alliance=request.alliance)
    row = get_object_or_404(carried.select_related("mission__organisation"), mission=mission_pk)
    if not _handled(request).filter(pk=row.mission_id).exists():
        if row.mission.state in (State.OPEN, State.CLOSED, State.DONE):
            raise NotAllowed("Seule l’organisation de cette mission la retire de l’alliance.")
        raise Http404  # what others prepare is theirs
    try:
        services.drop(request.alliance, actor=request.user, mission=row.mission)
        messages.success(request, f"L’alliance ne porte plus « {row.mission.title} ».")
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
    return redirect("alliances:missions", pk=pk, slug=slug)


def _handled(request: AllianceRequest) -> "QuerySet[Mission]":
    """The missions of the parties that the person acts for."""
    organisations = [party.organisation_id for party in request.acting if party.organisation_id]
    return Mission.objects.filter(organisation__in=organisations, source="")


def _seen(own: set[int]) -> Q:
    """Everybody's public missions; a draft is seen by its own organisation."""
    return Q(mission__state__in=(State.OPEN, State.CLOSED, State.DONE)) | Q(mission__in=own)
