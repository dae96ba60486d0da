"""The page where the head of a network passes on a member's need."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from jeveuxagir.accounts import nonces
from jeveuxagir.common.errors import RuleBroken
from organisations.enums import EMPLOYERS
from organisations.models import Organisation
from organisations.networks.models import Affiliation
from organisations.networks.views import named
from organisations.policies import HANDLERS
from organisations.spaces import SpaceRequest, membership_required
from organisations.views import space_context

from . import passing
from .forms import PassOnForm
from .models import PassedOn, SkillNeed


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(["GET", "HEAD", "POST"])
def pass_on(request: SpaceRequest, pk: int, slug: str, need_pk: int) -> HttpResponse:
    """To the brigade, to another member, or to an employer found by its name (`?q=`); with a word."""
    head = request.organisation
    members = Affiliation.objects.active().filter(head=head).values("member")
    rows = SkillNeed.objects.public().seeking().filter(organisation__in=members)
    need = get_object_or_404(rows.select_related("organisation", "department"), pk=need_pk)
    typed = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    found = [one for one in named(typed, head) if one.kind in EMPLOYERS] if typed else []
    offered = [one for one in passing.receivers_of(head, need) if one not in found]
    passed = PassedOn.objects.by_head(head).filter(need=need).select_related("to")
    form = PassOnForm(
        request.POST or None,
        need=need,
        members=offered,
        employers=_asked(request, found),
        told=[one.to_id for one in passed],
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return redirect(_pass(request, need, form))
            except RuleBroken as refused:
                form.add_error(None, refused.message)
                status = 409
    context: dict[str, Any] = {
        **space_context(request),
        "need": need,
        "form": form,
        "typed": typed,
        "found": found,
        "passed": passed,
    }
    return render(request, "skill_needs/pass_on.html", context, status=status)


def _asked(request: SpaceRequest, found: list[Organisation]) -> list[Organisation]:
    """Those found by their name, and the one that was chosen among them when the form is sent."""
    chosen = request.POST.get("to", "")
    if chosen.isascii() and chosen.isdigit() and len(chosen) < 19:
        rows = Organisation.objects.public().filter(kind__in=EMPLOYERS, pk=int(chosen))
        return [*found, *rows.exclude(pk__in=[one.pk for one in found])]
    return found


def _pass(request: SpaceRequest, need: SkillNeed, form: PassOnForm) -> str:
    with nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent:
        if sent.first:
            made = passing.pass_on(
                need,
                actor=request.user,
                network=request.organisation,
                to=form.chosen,
                note=form.cleaned_data["note"],
            )
            who = made.to.name if made.to else "La brigade"
            messages.success(request, f"C’est transmis. {who} est prévenue et lit le besoin avec votre mot.")
            sent.outcome = request.path
    return sent.outcome
