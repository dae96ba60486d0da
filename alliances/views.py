"""The public page of an alliance, and the home of its parties."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_safe

from jeveuxagir.accounts.services import person_of
from organisations.spaces import panels_of

from . import steps
from .models import Alliance
from .spaces import AllianceRequest, party_required, sections


@login_not_required
@require_GET
def public(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """What the parties chose to show, once the brigade has read it."""
    alliance = get_object_or_404(Alliance.objects.public().select_related("department", "category"), pk=pk)
    if slug != alliance.slug:
        return redirect(alliance, permanent=True)
    person = person_of(request.user)
    context = {
        "alliance": alliance,
        "places": list(alliance.places.select_related("commune", "epci", "department", "region")),
        "sdgs": list(alliance.sdgs.all()),
        "line": steps.line(alliance),
        "is_party": bool(person and Alliance.objects.of_person(person).filter(pk=pk).exists()),
        "panels": panels_of("alliance.public", request, alliance),
    }
    return render(request, "alliances/public.html", context)


@require_safe
@party_required()
def home(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """Where we are, what is next, who owes what: in one screen."""
    alliance = request.alliance
    context = {
        **space_context(request),
        "line": steps.line(alliance),
        "next_steps": steps.next_steps(alliance),
        "panels": panels_of("alliance.home", request, alliance),
    }
    return render(request, "alliances/home.html", context)


def space_context(request: AllianceRequest) -> dict[str, Any]:
    """What every page of the space shows (alliances/space_base.html)."""
    return {
        "alliance": request.alliance,
        "sections": sections(request.alliance),
        "parties_of_mine": request.parties,
        "may_act": bool(request.acting),
        "may_animate": any(party.is_animator for party in request.acting),
    }
