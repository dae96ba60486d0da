"""The link of an invitation: what the alliance is, yes or no without an account, then how to join."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from jeveuxagir.common.errors import RuleBroken
from organisations.spaces import SignedIn

from . import notifications, policies, services, steps
from .enums import College, InvitationState
from .forms import AnswerForm
from .models import AllianceInvitation

#: what is said once the answer is in: no, yes
ANSWERED = (
    "Votre réponse est notée. La personne qui vous a invité est prévenue.",
    "Votre réponse est notée : c’est oui. Il reste à rejoindre l’alliance, plus bas sur cette page.",
)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever holds the link answers. A link already used, taken back or too old says so, and what to do."""
    invitation = services.invitation_of(token)
    if invitation is None:
        return render(request, "alliances/invitation_unknown.html", status=404)
    refused = ""
    status = 200
    form = AnswerForm(request.POST or None, initial=_known(request, invitation))
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.answer_invitation(
                    invitation,
                    interested=form.cleaned_data["interested"] == "yes",
                    answer_name=form.cleaned_data["answer_name"],
                    answer=form.cleaned_data["answer"],
                )
                messages.success(request, ANSWERED[form.cleaned_data["interested"] == "yes"])
                return redirect("alliances:invitation", token=token)
            except RuleBroken as broken:
                refused, status = broken.message, 409
    context = {**_context(request, invitation, token), "form": form, "refused": refused}
    return render(request, "alliances/invitation.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: SignedIn, token: str) -> HttpResponse:
    """Signed in: choose the organisation one handles, or oneself, and become a party."""
    invitation = services.invitation_of(token)
    if invitation is None:
        raise Http404
    if request.method != "POST":
        return redirect("alliances:invitation", token=token)
    asked = request.POST.get("pour", "")
    organisation = next((one for one in policies.handled_by(request.user) if str(one.pk) == asked), None)
    if organisation is None and asked != "moi":
        messages.error(request, "Dites pour qui vous rejoignez l’alliance.")
        return redirect("alliances:invitation", token=token)
    try:
        services.join(invitation, actor=request.user, organisation=organisation)
    except RuleBroken as broken:
        context = {
            **_context(request, invitation, token),
            "form": AnswerForm(initial=_known(request, invitation)),
            "refused": broken.message,
        }
        return render(request, "alliances/invitation.html", context, status=409)
    messages.success(
        request,
        "Vous faites maintenant partie de l’alliance. Dites d’abord aux autres ce que vous apportez.",
    )
    return redirect(invitation.alliance.space_url)


def _context(request: HttpRequest, invitation: AllianceInvitation, token: str) -> dict[str, Any]:
    alliance = invitation.alliance
    handled = policies.handled_by(request.user)
    usable = [one for one in handled if one.is_verified]
    if invitation.organisation_id:
        usable = [one for one in usable if one.pk == invitation.organisation_id]
    live = alliance.parties.live()
    state = "open"
    if invitation.state == InvitationState.JOINED:
        state = "used"
    elif alliance.is_closed:
        state = "closed"
    elif invitation.state == InvitationState.CANCELLED:
        state = "cancelled"
    elif invitation.has_expired:
        state = "expired"
    return {
        "invitation": invitation,
        "alliance": alliance,
        "state": state,
        "is_party": policies.can_read(request.user, alliance),
        "line": steps.line(alliance),
        "places": list(alliance.places.select_related("commune", "epci", "department", "region")),
        "parties": list(live.in_order()[:30]),
        "host": notifications.host_of(invitation),
        "usable": usable,
        "unverified": [one for one in handled if not one.is_verified],
        "as_citizen": invitation.college == College.CITIZENS and not invitation.organisation_id,
        "next": reverse("alliances:invitation", args=[token]),
        "join_url": reverse("alliances:join", args=[token]),
    }


def _known(request: HttpRequest, invitation: AllianceInvitation) -> dict[str, Any]:
    mine = request.user.person.full_name if request.user.is_authenticated else ""
    return {"answer_name": invitation.answer_name or mine}
