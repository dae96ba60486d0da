"""What each party promises in an agreement, how it weighs, and what became of it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from alliances.spaces import AllianceRequest, party_required
from jeveuxagir.common.errors import RuleBroken

from . import reading, services
from .enums import ObligationState
from .forms import ObligationForm
from .models import Obligation, Version
from .views import obligations_of, refused, text_context, version_of


@party_required()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def obligations(request: AllianceRequest, pk: int, slug: str, version_pk: int) -> HttpResponse:
    """The list by party, its balance, and one more while the words still change."""
    version = version_of(request.alliance, version_pk)
    context = text_context(request, version)
    form = _form(request, version, request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.oblige(
                    version,
                    actor=request.user,
                    party=form.chosen,
                    clause=form.cleaned_data["clause"],
                    what=form.cleaned_data["what"],
                    due_on=form.cleaned_data["due_on"],
                )
                messages.success(request, "L’obligation est ajoutée.")
                return redirect("texts:obligations", pk=pk, slug=slug, version_pk=version_pk)
            except RuleBroken as broken:
                if broken.code == "not_allowed":
                    raise
                form.add_error(None, broken.message)
                status = 409
    rows = list(version.obligations.select_related("party", "version__text__alliance"))
    context |= {
        "form": form if context["is_writable"] else None,
        "obligations": obligations_of(request, rows),
        "weighed": reading.weigh(version),
    }
    return render(request, "texts/obligations.html", context, status=status)


@party_required(act=True, animate=True)
@require_POST
def remove(request: AllianceRequest, pk: int, slug: str, obligation_pk: int) -> HttpResponse:
    found = _found(request, obligation_pk)
    version_pk = found.version_id
    try:
        services.unoblige(found, actor=request.user)
        messages.success(request, "L’obligation est retirée.")
    except RuleBroken as refusal:
        refused(request, refusal)
    return redirect("texts:obligations", pk=pk, slug=slug, version_pk=version_pk)


@party_required(act=True)
@require_POST
def settle(request: AllianceRequest, pk: int, slug: str, obligation_pk: int) -> HttpResponse:
    """Kept, lifted, or open again."""
    found = _found(request, obligation_pk)
    state = request.POST.get("state", "")
    try:
        services.settle_obligation(found, actor=request.user, state=state)
        messages.success(request, f"« {found.what} » : {ObligationState(state).label}.")
    except RuleBroken as refusal:
        refused(request, refusal)
    return redirect(f"{found.version.page_url}#obligations")


def _found(request: AllianceRequest, pk: int) -> Obligation:
    mine = Obligation.objects.filter(version__text__alliance=request.alliance)
    return get_object_or_404(mine.select_related("version__text__alliance", "party"), pk=pk)


def _form(request: AllianceRequest, version: Version, data: Any) -> ObligationForm:
    parties = list(request.alliance.parties.live().in_order())
    clauses = [(article["key"], article["title"]) for article in version.articles]
    return ObligationForm(data, parties=parties, clauses=clauses)
