"""Who is around the table, who is missing, and whom to ask, with reasons."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.common.text import to
from organisations.models import Organisation

from . import policies, services
from .composition import composition
from .spaces import AllianceRequest, party_required
from .views import space_context


@party_required()
@never_cache
@require_safe
def show(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """The radar of the colleges, its table, and up to three organisations for each world that is missing."""
    may_invite = policies.can_invite(request.user, request.alliance) and not request.alliance.is_closed
    found = composition(request.alliance)
    rows = [(chair.college.label.capitalize(), len(chair.parties)) for chair in found.chairs]
    context = {
        **space_context(request),
        "composition": found,
        "rows": rows,
        "may_invite": may_invite,
    }
    return render(request, "alliances/composition.html", context)


@party_required(act=True)
@require_POST
def invite(request: AllianceRequest, pk: int, slug: str, organisation: int) -> HttpResponse:
    """Ask a proposed organisation: at its contact address, with the reasons it was proposed for."""
    if not policies.can_invite(request.user, request.alliance):
        raise NotAllowed("La partie qui anime, ou celle qui facilite, invite.")
    asked = get_object_or_404(Organisation.objects.public(), pk=organisation)
    try:
        services.invite_proposed(request.alliance, actor=request.user, organisation=asked)
        messages.success(
            request, f"L’invitation est partie {to(asked.name)}. La réponse se donne sans créer de compte."
        )
    except RuleBroken as refusal:
        messages.error(request, refusal.message)
    return redirect("alliances:composition", pk=pk, slug=slug)
