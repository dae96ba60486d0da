"""The public alliances, for anybody: a list with filters."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from . import directory
from .forms import DirectoryForm

PAGE = 24


@login_not_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """A wrong value is said in French and left out; the other filters still apply."""
    form = DirectoryForm(request.GET or None)
    asked: dict[str, Any] = {}
    if form.is_bound:
        form.is_valid()
        asked = {name: value for name, value in form.cleaned_data.items() if value}
    rows = directory.for_cards(directory.found(form.wanted()))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page_obj": page,
        "cards": [directory.card(alliance) for alliance in page],
        "asked": asked,
        "tags": form.tags(),
        "more_open": any(name in asked for name in ("etape", "categorie", "region")),
    }
    return render(request, "alliances/list.html", context)
