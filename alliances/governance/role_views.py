"""« Qui fait quoi »: the matrix of parties and functions, one function a page to change, and its one-page document."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliances.spaces import AllianceRequest, party_required
from alliances.views import space_context
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import slugify
from jeveuxagir.ui.dates import day_of
from jeveuxagir.ui.documents import pdf

from . import matrices, services
from .forms import FunctionForm, NewFunctionForm
from .models import Function


@party_required()
@never_cache
@require_safe
def matrix(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    return render(request, "governance/roles.html", _context(request, NewFunctionForm()))


@party_required(act=True, animate=True)
@require_POST
def start(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """With the lines every matrix starts with; nothing is replaced."""
    if not request.alliance.functions.exists():
        lines: list[tuple[str, dict[int, str]]] = [(name, {}) for name in services.FUNCTIONS]
        services.set_matrix(request.alliance, actor=request.user, lines=lines)
        messages.success(request, "Les fonctions habituelles sont là. Dites maintenant qui tient chacune.")
    return redirect("governance:roles", pk=pk, slug=slug)


@party_required(act=True, animate=True)
@never_cache
@require_POST
def add(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    form = NewFunctionForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            made = services.add_function(request.alliance, actor=request.user, name=form.cleaned_data["name"])
            messages.success(request, "La fonction est ajoutée. Dites qui la tient.")
            return redirect("governance:function", pk=pk, slug=slug, function_pk=made.pk)
        except RuleBroken as broken:
            form.add_error("name", broken.message)
            status = 409
    return render(request, "governance/roles.html", _context(request, form), status=status)


@party_required(act=True, animate=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def function(request: AllianceRequest, pk: int, slug: str, function_pk: int) -> HttpResponse:
    """Its name and the role of each party in it; « and the next one » goes through the matrix line by line."""
    row = _function(request, function_pk)
    parties = list(request.alliance.parties.live().in_order())
    held = dict(row.holdings.values_list("party_id", "level"))
    initial = {"name": row.name, **{f"party-{party}": level for party, level in held.items()}}
    form = FunctionForm(request.POST or None, parties=parties, initial=initial)
    following = _following(request, row)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.set_function(
                    row, actor=request.user, name=form.cleaned_data["name"], cells=form.cells
                )
                messages.success(request, f"« {form.cleaned_data['name']} » : c’est enregistré.")
                if "next" in request.POST and following is not None:
                    return redirect("governance:function", pk=pk, slug=slug, function_pk=following.pk)
                return redirect("governance:roles", pk=pk, slug=slug)
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = 409
    context = {**space_context(request), "form": form, "function": row, "following": following}
    return render(request, "governance/function.html", context, status=status)


@party_required(act=True, animate=True)
@require_POST
def drop(request: AllianceRequest, pk: int, slug: str, function_pk: int) -> HttpResponse:
    row = _function(request, function_pk)
    services.drop_function(row, actor=request.user)
    messages.success(request, f"« {row.name} » n’est plus dans la liste.")
    return redirect("governance:roles", pk=pk, slug=slug)


@party_required()
@never_cache
@require_safe
def document(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """The matrix in landscape: one page for 12 parties at most, else pages that each repeat the functions."""
    made = matrices.of(request.alliance)
    moment = now()
    data = {
        "title": "Qui fait quoi",
        "alliance": request.alliance.name,
        "footer": f"{request.alliance.name} · état du {day_of(moment)} · sans effet juridique propre",
        "sheets": matrices.sheets(made),
        "remarks": made.remarks,
    }
    response = HttpResponse(pdf("roles.typ", data, made_at=moment), content_type="application/pdf")
    name = slugify(f"qui fait quoi {request.alliance.name}", 60)
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response


def _context(request: AllianceRequest, form: NewFunctionForm) -> dict[str, Any]:
    return {
        **space_context(request),
        "matrix": matrices.of(request.alliance),
        "form": form,
        "usual": services.FUNCTIONS,
    }


def _following(request: AllianceRequest, row: Function) -> Function | None:
    after = request.alliance.functions.order_by("position", "pk").exclude(pk=row.pk)
    return next((one for one in after if (one.position, one.pk) > (row.position, row.pk)), None)


def _function(request: AllianceRequest, pk: int) -> Function:
    row = get_object_or_404(request.alliance.functions, pk=pk)
    row.alliance = request.alliance
    return row
