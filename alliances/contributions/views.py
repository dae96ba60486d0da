"""« Moyens »: by kind what is planned and what came, the funding plan by state, each with its file."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliances.models import Party
from alliances.spaces import AllianceRequest, party_required
from alliances.stale import offer_again
from alliances.views import space_context
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale
from jeveuxagir.common.spreadsheets import to_csv
from jeveuxagir.common.text import amount
from jeveuxagir.ui.dates import day_of

from . import policies, services
from .board import contribution_rows, contributions_of, funding_of, funding_rows, lines_of
from .enums import FUNDING, Kind, State
from .forms import ChangeContributionForm, DeliveryForm, FundingForm, NewContributionForm, ObtainedForm
from .models import Contribution, FundingLine

BADGES = {State.PLANNED: "neutral", State.UNDER_WAY: "info", State.DONE: "success", State.DROPPED: "neutral"}
#: verb → what the button says
VERBS = {"obtain": "Obtenu", "refuse": "Refusé", "pay": "Versé", "reopen": "De nouveau demandé"}


@party_required()
@require_safe
def means(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """What the parties bring, by kind; then what is asked, obtained, refused, paid."""
    rows = contributions_of(request.alliance)
    by_kind = [
        {
            "kind": kind,
            "label": kind.label.capitalize(),
            "lines": lines_of(found),
            "rows": [{"row": row, "badge": BADGES[State(row.state)]} for row in found],
        }
        for kind in Kind
        if (found := [row for row in rows if row.kind == kind])
    ]
    context = {
        **space_context(request),
        "by_kind": by_kind,
        "lines": lines_of(rows),
        "sums": funding_of(request.alliance),
        "may_write": bool(request.acting) and not request.alliance.is_closed,
    }
    return render(request, "contributions/means.html", context)


@party_required(act=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """One more thing that a party brings."""
    form = NewContributionForm(request.POST or None, parties=_writable(request))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            data = dict(form.cleaned_data)
            try:
                made = services.plan(data.pop("party"), actor=request.user, **data)
                messages.success(request, f"« {made.what} » est dans les moyens de l’alliance.")
                return redirect("contributions:means", pk=pk, slug=slug)
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = 409
    return _form(request, form, "Ajouter ce qu’une partie apporte", "Ajouter", status)


@party_required()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def contribution(request: AllianceRequest, pk: int, slug: str, contribution_pk: int) -> HttpResponse:
    """One of them: what was brought when, and the form that notes more."""
    row = _contribution(request, contribution_pk)
    may_write = _may_write(request, row.party)
    form = DeliveryForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if not may_write:
            raise NotAllowed("Seule la partie qui apporte, ou qui anime, note un apport.")
        status = 422
        if form.is_valid():
            try:
                services.deliver(row, actor=request.user, **form.cleaned_data)
                messages.success(request, "L’apport est noté.")
                return redirect(request.path)
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = 409
    context = {
        **space_context(request),
        "row": row,
        "badge": BADGES[State(row.state)],
        "lines": lines_of([row]),
        "deliveries": list(row.deliveries.select_related("by__person")),
        "may_write": may_write,
        "form": form,
    }
    return render(request, "contributions/contribution.html", context, status=status)


@party_required(act=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: AllianceRequest, pk: int, slug: str, contribution_pk: int) -> HttpResponse:
    row = _own_contribution(request, contribution_pk)
    names = ("what", "planned", "unit", "starts_on", "ends_on", "note", "version")
    form = ChangeContributionForm(
        request.POST or None, kind=row.kind, initial={name: getattr(row, name) for name in names}
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.change(row, actor=request.user, **form.cleaned_data)
                messages.success(request, "C’est enregistré.")
                return redirect("contributions:contribution", pk=pk, slug=slug, contribution_pk=row.pk)
            except Stale as stale:
                status = offer_again(form, row, stale)
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = 409
    return _form(request, form, f"Modifier « {row.what} »", "Enregistrer", status)


@party_required(act=True)
@require_POST
def drop(request: AllianceRequest, pk: int, slug: str, contribution_pk: int) -> HttpResponse:
    row = _own_contribution(request, contribution_pk)
    _try(request, lambda: services.drop(row, actor=request.user), "Cette contribution est abandonnée.")
    return redirect("contributions:contribution", pk=pk, slug=slug, contribution_pk=row.pk)


@party_required(act=True)
@require_POST
def resume(request: AllianceRequest, pk: int, slug: str, contribution_pk: int) -> HttpResponse:
    row = _own_contribution(request, contribution_pk)
    _try(request, lambda: services.resume(row, actor=request.user), "Cette contribution est reprise.")
    return redirect("contributions:contribution", pk=pk, slug=slug, contribution_pk=row.pk)


@party_required(act=True)
@require_POST
def undo_delivery(
    request: AllianceRequest, pk: int, slug: str, contribution_pk: int, delivery_pk: int
) -> HttpResponse:
    row = _own_contribution(request, contribution_pk)
    delivery = get_object_or_404(row.deliveries, pk=delivery_pk)
    _try(request, lambda: services.undo_delivery(delivery, actor=request.user), "L’apport est retiré.")
    return redirect("contributions:contribution", pk=pk, slug=slug, contribution_pk=row.pk)


# --- the funding plan -----------------------------------------------------------------------------------------


@party_required(act=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """One more line of the funding plan."""
    animates = any(party.is_animator for party in request.acting)
    form = FundingForm(request.POST or None, parties=_writable(request), outside=animates)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.ask(request.alliance, actor=request.user, **form.cleaned_data)
                messages.success(request, "La demande est dans le plan de financement.")
                return redirect("contributions:means", pk=pk, slug=slug)
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = 409
    return _form(request, form, "Noter une demande de financement", "Ajouter au plan", status)


@party_required()
@never_cache
@require_safe
def line(request: AllianceRequest, pk: int, slug: str, line_pk: int) -> HttpResponse:
    """One line of the funding plan, and what may happen to it."""
    return _line(request, _funding(request, line_pk), ObtainedForm(), 200)


@party_required(act=True)
@require_POST
def move_line(request: AllianceRequest, pk: int, slug: str, line_pk: int, verb: str) -> HttpResponse:
    """Obtained, refused, paid, asked again."""
    row = _funding(request, line_pk)
    if verb not in VERBS:
        raise Http404
    if not _may_write(request, row.party):
        raise NotAllowed("Seul le financeur, ou qui anime, change cette ligne.")
    form = ObtainedForm(request.POST)
    if verb == "obtain" and not form.is_valid():
        return _line(request, row, form, 422)
    obtained = form.cleaned_data["obtained"] if verb == "obtain" else None
    version = request.POST.get("version", "")[:9]
    try:
        services.move_funding(
            row,
            actor=request.user,
            verb=verb,
            version=int(version) if version.isascii() and version.isdigit() else -1,
            obtained=obtained,
        )
        messages.success(request, "C’est enregistré.")
    except RuleBroken as broken:
        if verb == "obtain" and not isinstance(broken, Stale):
            form.add_error(None, broken.message)
            return _line(request, _funding(request, line_pk), form, 409)
        messages.error(request, broken.message)
    return redirect("contributions:line", pk=pk, slug=slug, line_pk=row.pk)


def _line(request: AllianceRequest, row: FundingLine, form: ObtainedForm, status: int) -> HttpResponse:
    may_write = _may_write(request, row.party)
    if not form.is_bound:
        form.initial = {"obtained": row.amount}
    context = {
        **space_context(request),
        "row": row,
        "facts": [
            ("Financeur", row.funder),
            ("Demandé", f"{amount(row.amount)} €, le {day_of(row.requested_on)}"),
            ("Obtenu", f"{amount(row.obtained)} €" if row.obtained is not None else ""),
            ("Précision", row.note),
        ],
        "verbs": [(verb, VERBS[verb]) for verb in FUNDING.verbs(row.state)] if may_write else [],
        "form": form,
    }
    return render(request, "contributions/line.html", context, status=status)


# --- files ----------------------------------------------------------------------------------------------------


@party_required()
@require_safe
def contributions_file(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """What the parties bring, for a spreadsheet."""
    return _file(to_csv(*contribution_rows(request.alliance)), f"moyens-{request.alliance.slug}")


@party_required()
@require_safe
def funding_file(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """The funding plan, for a spreadsheet."""
    return _file(to_csv(*funding_rows(request.alliance)), f"financement-{request.alliance.slug}")


def _file(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


# --- inside ---------------------------------------------------------------------------------------------------


def _writable(request: AllianceRequest) -> QuerySet[Party]:
    """The parties one may write for: one's own; all of them for who animates."""
    live = request.alliance.parties.live()
    if any(party.is_animator for party in request.acting):
        return live
    return live.filter(pk__in=[party.pk for party in request.acting])


def _may_write(request: AllianceRequest, party: Party | None) -> bool:
    if request.alliance.is_closed or (party is not None and not party.is_live):
        return False
    return policies.can_write(request.user, request.alliance, party)


def _contribution(request: AllianceRequest, pk: int) -> Contribution:
    rows = request.alliance.contributions.select_related("party__organisation", "party__alliance")
    return get_object_or_404(rows, pk=pk)


def _own_contribution(request: AllianceRequest, pk: int) -> Contribution:
    row = _contribution(request, pk)
    if not policies.can_write(request.user, request.alliance, row.party):
        raise NotAllowed("Seule la partie qui apporte, ou qui anime, change cette contribution.")
    return row


def _funding(request: AllianceRequest, pk: int) -> FundingLine:
    return get_object_or_404(request.alliance.funding.select_related("party__organisation"), pk=pk)


def _try(request: AllianceRequest, act: Any, said: str) -> None:
    try:
        act()
        messages.success(request, said)
    except RuleBroken as broken:
        messages.error(request, broken.message)


def _form(request: AllianceRequest, form: Form, title: str, button: str, status: int) -> HttpResponse:
    context = {**space_context(request), "form": form, "title": title, "button": button}
    return render(request, "contributions/form.html", context, status=status)
