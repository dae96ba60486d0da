"""« Essaimer »: what was born from an alliance, its agreement to it, and starting one's own from it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from jeveuxagir.accounts import nonces
from jeveuxagir.accounts.services import user_of
from jeveuxagir.common.errors import NotAllowed, RuleBroken

from . import policies, spreading
from .forms import SpreadForm
from .models import Alliance
from .spaces import AllianceRequest, party_required
from .views import space_context

SHOWN = 50


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@party_required()
def spreading_of(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """Where it comes from, what was born from it; who animates or facilitates agrees to it."""
    alliance = request.alliance
    may_agree = policies.can_agree_to_spread(request.user, alliance)
    if request.method == "POST":
        if not may_agree:
            raise NotAllowed("Qui anime ou facilite l’alliance accepte qu’elle essaime.")
        agreed = "agree" in request.POST
        try:
            spreading.agree(alliance, actor=request.user, agreed=agreed)
            said = "D’autres peuvent partir de votre alliance." if agreed else "C’est repris."
            messages.success(request, said)
        except RuleBroken as refusal:
            messages.error(request, refusal.message)
        return redirect("alliances:spreading", pk=pk, slug=slug)
    context = {
        **space_context(request),
        "origin": alliance.origin,
        "offspring": list(
            alliance.offspring.select_related("department").order_by("created_at", "pk")[:SHOWN]
        ),
        "may_agree": may_agree and not alliance.is_closed,
        "may_start": spreading.is_grown(alliance) and policies.can_spread_from(request.user, alliance),
        "grown": spreading.is_grown(alliance),
    }
    return render(request, "alliances/spreading.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def spread(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """Start one's own from it: what is taken over, then for whom, where, under what name."""
    user = user_of(request)
    origin = Alliance.objects.public().filter(pk=pk).first()
    origin = origin or Alliance.objects.of_person(user.person).filter(pk=pk).first()
    if origin is None:
        raise Http404
    if not policies.can_spread_from(user, origin):
        raise NotAllowed("La partie qui anime ou qui facilite accepte d’abord que l’alliance essaime.")
    mine = policies.handled_by(user)
    usable = [organisation for organisation in mine if organisation.is_verified]
    form = SpreadForm(request.POST or None, organisations=usable, initial={"name": origin.name})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = _start(request, origin, form)
                messages.success(request, "Votre alliance est née. Invitez maintenant vos partenaires.")
                return redirect(made)
            except NotAllowed:
                raise
            except RuleBroken as broken:
                form.add_error("commune" if broken.code == "commune" else None, broken.message)
                status = 409
    context = {
        "origin": origin,
        "form": form,
        "usable": usable,
        "waiting": [one for one in mine if not one.is_verified],
        "grown": spreading.is_grown(origin),
        "offers": spreading.offers(origin, actor=user),
    }
    return render(request, "alliances/spread.html", context, status=status)


def _start(request: HttpRequest, origin: Alliance, form: Any) -> str:
    said = form.cleaned_data
    with nonces.once(nonces.actor_key(request), said["nonce"]) as sent:
        if sent.first:
            made = spreading.spread(
                origin,
                actor=user_of(request),
                organisation=form.chosen,
                name=said["name"],
                commune=said["commune"],
            )
            sent.outcome = made.space_url
    return str(sent.outcome)
