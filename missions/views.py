"""The search of missions: one address is one search."""

from dataclasses import replace

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from . import facets, search, spelling
from .cards import cards
from .filters import SearchForm, active_filters, address, normalised
from .widening import widened, wider

#: Up to so few missions, the words may have been mistyped.
FEW = 2


@login_not_required
@require_safe
def missions(request: HttpRequest) -> HttpResponse:
    """The list and its filters; words that find nothing are corrected, unless one insists."""
    data = normalised(request.GET)
    form = SearchForm(data)
    form.is_valid()
    query = asked = form.query()
    with transaction.atomic():
        search.set_time_limit()
        hits = search.page_of(query, _number(request.GET))
        nearest = ""
        if query.text and hits.total <= FEW and "exact" not in request.GET:
            nearest = spelling.corrected(query.text)
        if nearest and not hits.total:
            query = replace(query, text=nearest)
            hits = search.page_of(query, _number(request.GET))
        if not hits.total:
            query, nearest = asked, ""
        counts = facets.count(query)
        choices = wider(query, data) if not hits.total else []
    page = hits.page
    context = {
        "form": form,
        "query": query,
        "asked": asked,
        "nearest": nearest,
        "nearest_url": address(data, q=nearest) if nearest else "",
        "exact_url": address(data, exact="on") if nearest else "",
        "tags": active_filters(asked, data),
        "sorts": [
            {"label": label, "url": address(data, tri=sort), "current": sort == query.order}
            for sort, label in query.sorts()
        ],
        "facets": facets.facets(form, query, counts),
        "more_filters": query.more_filters,
        "hits": hits,
        "on_map": False,
        "suggestions_url": "",
        "page": page,
        "cards": cards(hits.missions),
        "wider": choices,
        "widened": widened(request.GET, query) if hits.total else None,
    }
    return render(request, "missions/search.html", context)


def _number(data: QueryDict) -> int:
    """The page asked for; 1 for anything else."""
    typed = data.get("page", "1")[:9]
    return int(typed) if typed.isascii() and typed.isdigit() else 1
