"""« Vérifier un document »: a code or a file, for anybody. Nothing is written: the file is hashed as it arrives."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from jeveuxagir.accounts import limits
from jeveuxagir.common.client_address import client_address
from jeveuxagir.common.errors import RuleBroken

from . import documents
from .enums import State
from .forms import TOO_BIG, VerifyForm
from .uploads import HashingHandler

#: what surrounds a file in a form
ROOM = 64 * 1024


@login_not_required
@csrf_exempt  # the handler must be in place before anything is read; checked just below
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Too big is said before a byte is read."""
    if request.method == "POST":
        if _length(request) > documents.MOST_BYTES + ROOM:
            form = VerifyForm({})
            form.errors.clear()
            form.add_error("file", TOO_BIG)
            return _page(request, form, status=413)
        request.upload_handlers = [HashingHandler(request)]
    return _verify(request)


@csrf_protect
def _verify(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, VerifyForm())
    form = VerifyForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        limits.require("verify_address", client_address(request))
    except RuleBroken as refusal:
        form.add_error(None, refusal.message)
        return _page(request, form, status=429)
    file = form.cleaned_data["file"]
    code = form.cleaned_data["code"]
    checked = documents.check_hash(file.sha256) if file else documents.check_code(code)
    return _page(request, form, checked=checked, by_file=bool(file))


def _page(
    request: HttpRequest,
    form: VerifyForm,
    *,
    checked: documents.Checked | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "checked": checked, **more}
    if checked is not None and checked.document is not None:
        version = checked.document.version
        context |= {
            "document": checked.document,
            "version": version,
            "text": version.text,
            "in_force": checked.in_force,
            "is_in_force": version.state == State.IN_FORCE,
            "is_awaited": version.state == State.ADOPTING,
            "is_abandoned": version.state == State.ABANDONED,
        }
    return render(request, "texts/verify.html", context, status=status)


def _length(request: HttpRequest) -> int:
    sent = request.META.get("CONTENT_LENGTH") or "0"
    return int(sent) if str(sent).isdecimal() else 0
