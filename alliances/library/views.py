"""The pages of the library: one sheet, as anybody reads it."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from . import moderation, policies
from .models import Method, Resource
from .sheets import Sheet


@login_not_required
@never_cache
@require_GET
def method(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    return _page(request, Method, pk, slug)


@login_not_required
@never_cache
@require_GET
def resource(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    return _page(request, Resource, pk, slug)


def _page(request: HttpRequest, model: type[Method] | type[Resource], pk: int, slug: str) -> HttpResponse:
    sheet = visible(request, model, pk)
    if slug != sheet.slug:
        return redirect(sheet.get_absolute_url(), permanent=True)
    context = {
        "sheet": sheet,
        "texts": moderation.texts_of(sheet),
        "is_mine": policies.looks_after(request.user, sheet),
    }
    return render(request, "library/sheet.html", context)


def visible(request: HttpRequest, model: type[Sheet], pk: int) -> Any:
    """A public sheet; anybody's own whatever its state. Else 404."""
    rows: Any = model._default_manager.select_related("organisation", "department", "person")
    sheet = rows.public().filter(pk=pk).first()
    if sheet is None and request.user.is_authenticated:
        sheet = rows.of_person(request.user.person).filter(pk=pk).first()
    if sheet is None or not (sheet.is_public or policies.looks_after(request.user, sheet)):
        raise Http404
    return sheet
