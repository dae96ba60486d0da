"""A convention or an amendment: proposed, read, signed by each side, given as a PDF."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jeveuxagir.common.clock import PARIS, today
from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.ui.dates import day_of
from organisations.policies import HANDLERS
from organisations.spaces import SpaceRequest, membership_required

from . import documents, policies, rules, services, wording
from .changes import changes
from .enums import ConventionState, Side
from .forms import ConventionForm, SignForm
from .models import Convention, Sponsorship
from .spaces import context_of, named, row_of, side_in, words_of_state
from .views import act_on, form_page


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: SpaceRequest, pk: int, slug: str, row_pk: int) -> HttpResponse:
    """The first one by the employer, who says who comes; an amendment by either side."""
    row = row_of(request, row_pk)
    side = side_in(request, row)
    current = row.conventions.in_force().first()
    if current is None and side != Side.COMPANY:
        raise NotAllowed("L’employeur écrit la convention : il dit qui vient.")
    names = ("minutes", "day_minutes", "starts_on", "ends_on", "profile", "version")
    form = ConventionForm(
        request.POST or None,
        employer=row.employer,
        amends=current is not None,
        names=side == Side.COMPANY,
        ethics=side == Side.COMPANY and rules.ethics_rule(row.employer.kind) is not None,
        day_minutes=row.day_minutes,
        initial={name: getattr(row, name) for name in names},
    )
    return form_page(
        request,
        row,
        form,
        "Proposer un avenant" if current else "Écrire la convention",
        "Proposer à la signature",
        lambda: _propose(request, row, side, form),
        "C’est proposé : chaque côté lit et signe.",
        intro="Les mots viennent d’un modèle national, sans effet juridique propre. Rien n’est convenu avant les deux "
        "signatures.",
        rules=rules.of_employer(row.employer.kind),
    )


def _propose(request: SpaceRequest, row: Sponsorship, side: Side, form: ConventionForm) -> Convention:
    data = form.cleaned_data
    return services.propose_convention(
        row,
        actor=request.user,
        side=side,
        terms=form.terms,
        employee_name=data.get("employee_name", ""),
        employee=form.employee,
        summary=data.get("summary", ""),
        version=data["version"],
        ethics_checked=data.get("ethics_checked", False),
    )


def _starts_before(text: Convention) -> str:
    """What a first convention signed late means for the days already worked; empty when it is signed in time."""
    signed = localdate(text.in_force_at, timezone=PARIS) if text.in_force_at else today()
    if text.is_amendment or text.starts_on >= signed:
        return ""
    return (
        f"Elle court depuis le {day_of(text.starts_on)}. Les journées déjà travaillées à ces dates pourront être "
        "notées, et compteront une fois validées des deux côtés."
    )


@never_cache
@membership_required(*HANDLERS)
@require_http_methods(["GET", "HEAD", "POST"])
def convention(request: SpaceRequest, pk: int, slug: str, row_pk: int, convention_pk: int) -> HttpResponse:
    """Its words, its rules, and the signature of one's side."""
    row = row_of(request, row_pk)
    side = side_in(request, row)
    if row.may_have_lost(convention_pk):
        # the link of a mail: that version was replaced before anybody signed it
        messages.info(request, "Cette version a été remplacée. Voici où en est la mise à disposition.")
        return redirect("sponsorships:one", pk=pk, slug=slug, row_pk=row.pk)
    text = _text(row, convention_pk)
    form = SignForm(request.POST or None, initial={"seen_hash": text.text_hash})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.sign(text, actor=request.user, side=side, **form.cleaned_data)
                messages.success(request, "Vous avez signé pour votre organisation.")
                return redirect("sponsorships:one", pk=pk, slug=slug, row_pk=row.pk)
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = 409
    waits = text.state == ConventionState.PROPOSED
    context = {
        **context_of(request, row),
        "text": text,
        "title": wording.title_of(text),
        "version": wording.version_of(text),
        "who": named(text, side),
        "changes": changes(text, side),
        "state": words_of_state(text),
        "no_effect": wording.NO_EFFECT,
        "starts_before": _starts_before(text),
        "rules": rules.of_employer(row.employer.kind),
        "form": form if waits and not text.signed_at(side) else None,
        "may_sign": policies.can_sign(request.user, row, side),
        "waits": waits,
        "signatures": [
            (row.employer.name, text.company_signatory, text.company_at),
            (row.association.name, text.association_signatory, text.association_at),
        ],
    }
    return render(request, "sponsorships/convention.html", context, status=status)


@never_cache
@membership_required(*HANDLERS)
@require_safe
def document(request: SpaceRequest, pk: int, slug: str, row_pk: int, convention_pk: int) -> HttpResponse:
    """The PDF: that of the day it entered into force, else as it stands."""
    row = row_of(request, row_pk)
    text = _text(row, convention_pk)
    content = bytes(text.document) or documents.pdf_of(text, side=side_in(request, row))
    response = HttpResponse(content, content_type="application/pdf")
    name = f"avenant-{text.amendment}" if text.amendment else "convention"
    response["Content-Disposition"] = f'attachment; filename="{name}-mise-a-disposition-{row.pk}.pdf"'
    return response


@membership_required(*HANDLERS)
@require_POST
def drop(request: SpaceRequest, pk: int, slug: str, row_pk: int, convention_pk: int) -> HttpResponse:
    row = row_of(request, row_pk)
    text = _text(row, convention_pk)
    side = side_in(request, row)
    return act_on(
        request,
        row,
        lambda: services.drop_convention(text, actor=request.user, side=side),
        "Cette version est abandonnée.",
    )


def _text(row: Sponsorship, pk: int) -> Convention:
    text = get_object_or_404(row.conventions.all(), pk=pk)
    text.sponsorship = row
    return text
