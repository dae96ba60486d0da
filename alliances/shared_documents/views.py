"""« Documents »: bring one, a new version of one, read them; what is public, and what the brigade is asked to read.

A file is always an answer of these views: attached, never shown, under rules that let nothing of it run.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.forms import Form
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from alliances.models import Party
from alliances.spaces import AllianceRequest, party_required
from alliances.stale import offer_again
from alliances.views import space_context
from jeveuxagir.accounts import nonces
from jeveuxagir.common import private_files
from jeveuxagir.common.errors import NotAllowed, RuleBroken, Stale
from jeveuxagir.common.file_kinds import KINDS, TOO_BIG
from jeveuxagir.common.uploads import receive

from . import files, policies, reading, services
from .enums import READINGS, Reading
from .forms import KEPT_TYPED, AddForm, EditForm, VersionForm
from .models import FileVersion, SharedDocument

BADGES = {Reading.PRIVATE: "neutral", Reading.PENDING: "warning", Reading.PUBLIC: "success"}
#: nothing of a file runs, even where a browser would show it
_SANDBOX = {"sandbox": True}


@party_required()
@never_cache
@require_safe
def documents(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """The documents, the last changed first, and the room that is left."""
    rows = [
        {
            "document": document,
            "latest": latest,
            "badge": BADGES[Reading(document.reading)],
            "kind": KINDS[latest.kind].label,
            "weight": reading.weight(latest.size),
        }
        for document, latest in reading.documents_of(request.alliance)
    ]
    context = {
        **space_context(request),
        "rows": rows,
        "room": reading.room_of(request.alliance),
        "may_write": bool(request.acting) and not request.alliance.is_closed,
    }
    return render(request, "shared_documents/documents.html", context)


@csrf_exempt  # the file's handler must be in place before anything is read; checked just below
@party_required(act=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: AllianceRequest, pk: int, slug: str) -> HttpResponse:
    """One more document."""
    if request.method == "POST" and not receive(request):
        return _form(request, _too_big(AddForm({}, parties=_mine(request))), _ADD, "Déposer le document", 413)
    return _add(request)


_ADD = "Déposer un document"


@csrf_protect
def _add(request: AllianceRequest) -> HttpResponse:
    form = AddForm(request.POST or None, request.FILES or None, parties=_mine(request))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            said = {name: form.cleaned_data[name] for name in ("title", "description", "public")}
            party = form.cleaned_data["party"]
            try:
                with (
                    files.checked(form.cleaned_data["file"]) as file,
                    nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent,
                ):
                    if sent.first:
                        made = services.add(party, actor=request.user, file=file, **said)
                        sent.outcome = made.page_url
                messages.success(request, "Le document est déposé.")
                return redirect(sent.outcome)
            except NotAllowed:
                raise
            except RuleBroken as broken:
                status = _refused(form, broken)
    return _form(request, form, _ADD, "Déposer le document", status)


@party_required()
@never_cache
@require_safe
def document(request: AllianceRequest, pk: int, slug: str, document_pk: int) -> HttpResponse:
    """One document: what it is, its versions, and what may be done with it."""
    row = _document(request, document_pk)
    may_change = not request.alliance.is_closed and policies.can_change(request.user, row)
    may_hide = policies.can_change(request.user, row) and row.reading != Reading.PRIVATE
    versions = [
        {"row": one, "kind": KINDS[one.kind].label, "weight": reading.weight(one.size)}
        for one in row.versions.select_related("party")
    ]
    context = {
        **space_context(request),
        "document": row,
        "badge": BADGES[Reading(row.reading)],
        "latest": versions[0],
        "former": versions[1:],
        "may_change": may_change,
        "may_hide": may_hide,
        "may_ask": may_change and "ask" in READINGS.verbs(row.reading),
        "is_shown": row.is_public and request.alliance.is_public and request.alliance.shows("documents"),
    }
    return render(request, "shared_documents/document.html", context)


@party_required(act=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: AllianceRequest, pk: int, slug: str, document_pk: int) -> HttpResponse:
    row = _changeable(request, document_pk)
    initial = {name: getattr(row, name) for name in ("title", "description", "version")}
    form = EditForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                services.edit(row, actor=request.user, **form.cleaned_data)
                messages.success(request, "C’est enregistré.")
                return redirect(row.page_url)
            except Stale as stale:
                status = offer_again(form, row, stale)
            except RuleBroken as broken:
                form.add_error(None, broken.message)
                status = 409
    return _form(request, form, f"Modifier « {row.title} »", "Enregistrer", status, row.page_url)


@csrf_exempt  # as above
@party_required(act=True)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add_version(request: AllianceRequest, pk: int, slug: str, document_pk: int) -> HttpResponse:
    """Another file of the same document; the former ones stay."""
    row = _changeable(request, document_pk)
    if request.method == "POST" and not receive(request):
        refused = _too_big(VersionForm({"seen": row.latest.number}, parties=_mine(request)))
        return _form(request, refused, _title(row), "Ajouter la version", 413, row.page_url)
    return _add_version(request, row)


@csrf_protect
def _add_version(request: AllianceRequest, row: SharedDocument) -> HttpResponse:
    initial = {"seen": row.latest.number}
    form = VersionForm(request.POST or None, request.FILES or None, parties=_mine(request), initial=initial)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            said = {name: form.cleaned_data[name] for name in ("party", "note", "seen")}
            try:
                with (
                    files.checked(form.cleaned_data["file"]) as file,
                    nonces.once(nonces.actor_key(request), form.cleaned_data["nonce"]) as sent,
                ):
                    if sent.first:
                        services.add_version(row, actor=request.user, file=file, **said)
                        sent.outcome = row.page_url
                messages.success(request, "La nouvelle version est déposée. Les précédentes restent.")
                return redirect(sent.outcome)
            except NotAllowed:
                raise
            except RuleBroken as broken:
                status = _refused(form, broken)
                if isinstance(broken, Stale):
                    form.data = form.data.copy()  # type: ignore[attr-defined]
                    form.data["seen"] = str(row.latest.number)  # type: ignore[index]
    return _form(request, form, _title(row), "Ajouter la version", status, row.page_url)


@party_required(act=True)
@require_POST
def ask_publication(request: AllianceRequest, pk: int, slug: str, document_pk: int) -> HttpResponse:
    row = _changeable(request, document_pk)
    _try(
        request,
        lambda: services.ask_publication(row, actor=request.user),
        "La demande est partie. La brigade le relit sous 5 jours ouvrés, et vous écrit.",
    )
    return redirect(row.page_url)


@party_required(act=True)
@require_POST
def withdraw_publication(request: AllianceRequest, pk: int, slug: str, document_pk: int) -> HttpResponse:
    row = _changeable(request, document_pk)
    _try(
        request,
        lambda: services.withdraw_publication(row, actor=request.user),
        "Ce document est réservé aux parties.",
    )
    return redirect(row.page_url)


@party_required(act=True)
@require_POST
def remove(request: AllianceRequest, pk: int, slug: str, document_pk: int) -> HttpResponse:
    row = _changeable(request, document_pk)
    _try(request, lambda: services.remove(row, actor=request.user), f"« {row.title} » est supprimé.")
    return redirect("shared_documents:documents", pk=pk, slug=slug)


# --- the bytes ----------------------------------------------------------------------------------------------------


@party_required()
@never_cache
@require_safe
def file(request: AllianceRequest, pk: int, slug: str, document_pk: int, number: int) -> HttpResponseBase:
    """One version, for the parties."""
    row = _document(request, document_pk)
    return _attached(get_object_or_404(row.versions.select_related("document"), number=number))


@login_not_required
@require_safe
def public_file(request: HttpRequest, pk: int, slug: str, document_pk: int) -> HttpResponseBase:
    """The version that the brigade read, for anybody."""
    rows = SharedDocument.objects.public().filter(alliance=pk).select_related("published_version__document")
    found = get_object_or_404(rows, pk=document_pk).published_version
    if found is None:
        raise Http404
    return _attached(found)


@never_cache
@require_safe
def review(request: HttpRequest, document_pk: int) -> HttpResponseBase:
    """The latest version, for the staff who are asked to read it, as long as they are."""
    rows = SharedDocument.objects.select_related("alliance")
    row = get_object_or_404(rows, pk=document_pk)
    if not policies.can_review(request.user, row):
        raise Http404
    return _attached(row.latest)


def _attached(version: FileVersion) -> FileResponse:
    """Attached under a name of ours, with the type that its content has."""
    try:
        content = private_files.open_file(version.stored)
    except FileNotFoundError as missing:
        raise Http404 from missing
    response = FileResponse(
        content,
        as_attachment=True,
        filename=version.file_name,
        content_type=KINDS[version.kind].content_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response._csp_update = _SANDBOX  # type: ignore[attr-defined]  # as csp.decorators.csp_update does
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


# --- inside -------------------------------------------------------------------------------------------------------


def _document(request: AllianceRequest, pk: int) -> SharedDocument:
    rows = request.alliance.shared_documents.select_related("party__organisation", "alliance")
    return get_object_or_404(rows, pk=pk)


def _changeable(request: AllianceRequest, pk: int) -> SharedDocument:
    row = _document(request, pk)
    if not policies.can_change(request.user, row):
        raise NotAllowed("Seule la partie qui a déposé ce document, ou qui anime, le change.")
    return row


def _mine(request: AllianceRequest) -> QuerySet[Party]:
    return (
        request.alliance.parties.live().filter(pk__in=[party.pk for party in request.acting]).order_by("pk")
    )


def _title(row: SharedDocument) -> str:
    return f"Nouvelle version de « {row.title} »"


def _refused(form: Form, broken: RuleBroken) -> int:
    """What is wrong with the file stands under it; the browser asks for it again, the rest is kept."""
    about_file = broken.code.startswith("file_") and broken.code != "file_version_once"
    form.add_error("file" if about_file else None, f"{broken.message} {KEPT_TYPED}")
    return 422 if about_file else 409


def _too_big(form: Form) -> Form:
    """So much was sent that not even the form was read: nothing is kept, and it is said."""
    form.errors.clear()
    form.add_error("file", TOO_BIG)
    return form


def _try(request: AllianceRequest, act: Callable[[], object], said: str) -> None:
    try:
        act()
        messages.success(request, said)
    except NotAllowed:
        raise
    except RuleBroken as broken:
        messages.error(request, broken.message)


def _form(
    request: AllianceRequest, form: Form, title: str, button: str, status: int, back: str = ""
) -> HttpResponse:
    alliance = request.alliance
    context: dict[str, Any] = {
        **space_context(request),
        "form": form,
        "title": title,
        "button": button,
        "back": back or reverse("shared_documents:documents", args=[alliance.pk, alliance.slug]),
    }
    return render(request, "shared_documents/form.html", context, status=status)
