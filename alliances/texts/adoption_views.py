"""Reading a version whole and adopting it for one's party; its document, for the parties and for anybody."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from alliances import services as alliances
from alliances.enums import Section
from alliances.models import Alliance
from alliances.spaces import AllianceRequest, party_required
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.text import slugify

from . import documents, reading, services
from .forms import AdoptForm
from .models import Document, Version
from .views import articles_of, refused, signable, text_context, version_context, version_of


@party_required()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def adopt(request: AllianceRequest, pk: int, slug: str, version_pk: int) -> HttpResponse:
    """The whole text, what weighs on whom, then the signature of who may sign. The hash they saw is posted."""
    version = version_of(request.alliance, version_pk)
    context = version_context(request, version)
    parties = context["mine_to_adopt"]
    status = 200
    if request.method == "POST":
        form = AdoptForm(request.POST, parties=signable(request))
        status = 422
        if form.is_valid():
            try:
                services.adopt(
                    version,
                    actor=request.user,
                    party=form.chosen,
                    capacity=form.cleaned_data["capacity"],
                    seen_hash=form.cleaned_data["seen_hash"],
                )
                messages.success(
                    request, f"{form.chosen.name} a adopté la version {version.number}. C’est enregistré."
                )
                return redirect(version.page_url)
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = 409
                version.refresh_from_db()
                context = version_context(request, version)
    else:
        initial = {"seen_hash": version.text_hash, "capacity": parties[0].capacity if parties else ""}
        form = AdoptForm(parties=parties, initial=initial)
    context = {
        **text_context(request, version),
        **context,
        "articles": articles_of(request, version),
        "form": form if parties or form.is_bound else None,
        "signatories": [
            (party.name, [person.full_name for person in alliances.signatories(party)])
            for party in request.parties
        ]
        if not signable(request)
        else [],
        "latest": reading.shown_version(version.text) if not context["is_adoptable"] else None,
    }
    return render(request, "texts/adopt.html", context, status=status)


@party_required()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def document(request: AllianceRequest, pk: int, slug: str, version_pk: int) -> HttpResponse:
    """POST makes the PDF of the version as it stands; GET gives the latest one made."""
    version = version_of(request.alliance, version_pk)
    if request.method == "POST":
        try:
            documents.document_of(version)
        except RuleBroken as refusal:
            refused(request, refusal)
            return redirect(version.page_url)
        return redirect(request.path)
    return _file(version)


@login_not_required
@require_safe
def public_document(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """The charter in force, if the parties show it on a public page."""
    alliance = get_object_or_404(Alliance.objects.public(), pk=pk)
    version = reading.charter_in_force(alliance) if alliance.shows(Section.CHARTER) else None
    if version is None:
        raise Http404
    return _file(version)


def _file(version: Version) -> HttpResponse:
    found: Document | None = version.documents.kept().first()
    if found is None:
        raise Http404
    name = f"{slugify(version.text.title)[:60]}-version-{version.number}.pdf"
    headers: dict[str, Any] = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(bytes(found.content), content_type="application/pdf", headers=headers)
