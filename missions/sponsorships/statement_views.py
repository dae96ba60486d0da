"""The statement of a year, for either side: on a page, in PDF, for a spreadsheet; amounts for the employer alone."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from jeveuxagir.common.clock import today
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import NBSP
from missions.offers.enums import OFFERING
from organisations.policies import HANDLERS
from organisations.spaces import SpaceRequest, membership_required
from organisations.views import space_context

from . import documents, services
from .enums import Side
from .forms import AmountForm
from .spaces import row_of, statement_side, statement_sides
from .statement import Statement, statement_csv, statement_of, years_of


@never_cache
@membership_required(*HANDLERS)
@require_safe
def statement(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """The year asked (`?annee=`), else the newest with a validated day."""
    side = _side(request)
    years = years_of(request.organisation, side)
    asked = request.GET.get("annee", "")
    known = asked.isascii() and asked.isdigit() and len(asked) == 4
    year = int(asked) if known else (years[0] if years else today().year)
    shown = _statement(request, year)
    context = {
        **space_context(request),
        "statement": shown,
        "years": years,
        "lines": [
            (line, AmountForm(initial={"amount": line.amount}, auto_id=f"a{line.sponsorship.pk}_%s"))
            for line in shown.lines
        ],
        "no_tax": documents.NO_TAX,
        "is_company": side == Side.COMPANY,
        **_both(request, side),
    }
    return render(request, "sponsorships/statement.html", context)


@never_cache
@membership_required(*HANDLERS)
@require_safe
def document(request: SpaceRequest, pk: int, slug: str, year: int) -> HttpResponse:
    content = documents.statement_pdf(_statement(request, year))
    return _attached(HttpResponse(content, content_type="application/pdf"), f"releve-{year}.pdf")


@never_cache
@membership_required(*HANDLERS)
@require_safe
def table(request: SpaceRequest, pk: int, slug: str, year: int) -> HttpResponse:
    """One line a day."""
    text = statement_csv(_statement(request, year))
    return _attached(HttpResponse(text, content_type="text/csv; charset=utf-8"), f"releve-{year}.csv")


@membership_required(*HANDLERS)
@require_POST
def amount(request: SpaceRequest, pk: int, slug: str, year: int, row_pk: int) -> HttpResponse:
    """What the employer reckons a year of one sponsorship cost it; empty takes it out."""
    _require_employer(request)
    row = row_of(request, row_pk)
    form = AmountForm(request.POST)
    if form.is_valid():
        try:
            given = form.cleaned_data["amount"]
            services.value(row, actor=request.user, year=_year(year), amount=given)
            said = "Le montant est retiré." if given is None else "Le montant est noté, pour vous seuls."
            messages.success(request, said)
        except RuleBroken as broken:
            messages.error(request, broken.message)
    else:
        typed, why = (
            request.POST.get("amount", "")[:40],
            " ".join(str(one) for one in form.errors.get("amount", ())),
        )
        messages.error(request, f"«{NBSP}{typed}{NBSP}»{NBSP}: {why}")
    response = redirect("sponsorships:statement", pk=pk, slug=slug)
    response["Location"] += f"?annee={year}"
    return response


def _year(year: int) -> int:
    if not 2000 <= year <= 2100:
        raise Http404
    return year


def _statement(request: SpaceRequest, year: int) -> Statement:
    return statement_of(request.organisation, _year(year), side=_side(request), amounts=True)


def _side(request: SpaceRequest) -> Side:
    """Of an employer that receives too, the one it asks (`?sens=recu`)."""
    return statement_side(request.organisation, received=request.GET.get("sens") == "recu")


def _both(request: SpaceRequest, side: Side) -> dict[str, Any]:
    """Whoever gives and receives chooses; `query`: what keeps the choice in the addresses of the files."""
    both = len(statement_sides(request.organisation)) > 1
    return {"both": both, "query": "?sens=recu" if both and side == Side.ASSOCIATION else ""}


def _require_employer(request: SpaceRequest) -> None:
    if request.organisation.kind not in OFFERING:
        raise Http404


def _attached(response: HttpResponse, name: str) -> HttpResponse:
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
