"""The public page of an alliance, and the home of its parties."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_safe

from organisations.spaces import SpaceRequest, membership_required, panels_of
from organisations.views import space_context as organisation_context

from . import directory, panels, policies, services, steps
from .enums import Stage
from .models import Alliance
from .spaces import AllianceRequest, lines, owed_in, party_required

SHOWN_OWED = 6
SHOWN_PARTIES = 8


@login_not_required
@require_GET
def public(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """What the parties chose to show, once the brigade has read it."""
    alliance = get_object_or_404(
        Alliance.objects.public().select_related("department", "category", "domain"), pk=pk
    )
    if slug != alliance.slug:
        return redirect(alliance, permanent=True)
    context = {
        "alliance": alliance,
        "places": list(alliance.places.select_related("commune", "epci", "department", "region")),
        "sdgs": list(alliance.sdgs.all()),
        "functions": directory.functions_of(alliance),
        "line": steps.line(alliance),
        "is_party": policies.can_read(request.user, alliance),
        "panels": panels_of("alliance.public", request, alliance),
    }
    return render(request, "alliances/public.html", context)


@require_safe
@party_required()
def home(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """Where we are, what is next, who owes what: in one screen."""
    alliance = request.alliance
    live = list(alliance.parties.live().in_order())
    may_move = any(party.is_animator for party in request.acting)
    lacks = services.missing_to_structure(alliance) if alliance.stage == Stage.EMERGING else []
    mine = {party.name for party in request.parties}
    owed = [(line, line.is_for(mine)) for line in owed_in(alliance)]
    owed.sort(key=lambda pair: not pair[1])  # one's own first, each part the most urgent first
    context = {
        **space_context(request),
        "line": steps.line(alliance),
        "next_steps": steps.next_steps(alliance),
        "lacks": lacks if may_move and not alliance.is_closed else [],
        "owed": owed[:SHOWN_OWED],
        "owed_more": owed[SHOWN_OWED:],
        "live": live[:SHOWN_PARTIES],
        "live_more": len(live) - SHOWN_PARTIES,
        "colleges": len({party.college for party in live}),
        "places": list(alliance.places.select_related("commune", "epci", "department", "region")[:8]),
        "offspring": alliance.offspring.count(),
        "panels": panels_of("alliance.home", request, alliance),
    }
    return render(request, "alliances/home.html", context)


@membership_required()
@require_safe
def of_organisation(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """The alliances of an organisation, in its space: those that go on first."""
    context = {
        **organisation_context(request),
        "alliances": panels.of_organisation(request, request.organisation)[:100],
        "may_start": panels.may_start(request.user, request.organisation),
        "new_url": f"{reverse('alliances:new')}?pour={request.organisation.pk}",
    }
    return render(request, "alliances/of_organisation.html", context)


def space_context(request: AllianceRequest) -> dict[str, Any]:
    """What every page of the space shows (alliances/space_base.html)."""
    menu = lines(request.alliance)
    entries = [page for line in menu for page in line.pages]
    return {
        "alliance": request.alliance,
        "menu": menu,
        "sections": entries,
        "here": max((path for _, path in entries if request.path.startswith(path)), key=len, default=""),
        "parties_of_mine": request.parties,
        "may_act": bool(request.acting),
        "may_animate": any(party.is_animator for party in request.acting),
    }
