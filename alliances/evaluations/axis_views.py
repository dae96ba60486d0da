"""« Ce que l’alliance change »: the axes it claims, each with its proofs."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliances.enums import Section
from alliances.spaces import AllianceRequest, party_required
from alliances.views import space_context
from jeveuxagir.common.errors import RuleBroken

from . import axes, services
from .forms import EvidenceForm


@party_required()
@require_safe
def proofs(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """Those that no longer hold stand here too, to be replaced."""
    context = {
        **space_context(request),
        "axes": axes.claimed(request.alliance),
        "may_write": bool(request.acting) and not request.alliance.is_closed,
        "is_shown": request.alliance.shows(Section.AXES),
    }
    return render(request, "evaluations/axes.html", context)


@party_required(act=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def prove(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    form = EvidenceForm(request.POST or None, alliance=request.alliance)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.prove(request.alliance, actor=request.user, **form.evidence)
                messages.success(request, "La preuve est ajoutée : l’axe est montré avec elle.")
                return redirect("evaluations:axes", pk=pk, slug=slug)
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = 409
    return render(request, "evaluations/prove.html", {**space_context(request), "form": form}, status=status)


@party_required(act=True)
@require_POST
def withdraw(request: AllianceRequest, pk: int, slug: str, evidence_pk: int) -> HttpResponse:
    row = get_object_or_404(request.alliance.evidence, pk=evidence_pk)
    try:
        services.withdraw_proof(row, actor=request.user)
        messages.success(request, "La preuve est retirée.")
    except RuleBroken as broken:
        messages.error(request, broken.message)
    return redirect("evaluations:axes", pk=pk, slug=slug)
