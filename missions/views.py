"""The search of missions: one address is one search."""

from dataclasses import asdict, replace

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from jeveuxagir.accounts import limits
from jeveuxagir.common.client_address import client_address
from jeveuxagir.taxonomies.models import Domain
from organisations.spaces import panels_of

from . import facets, maps, search, spelling
from .cards import cards
from .filters import SearchForm, active_filters, address, normalised, theme_address
from .suggestions import suggestions
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
            nearest = spelling.corrected(query.text, enough=FEW + 1 if hits.total else 1)
        if nearest and not hits.total:
            query = replace(query, text=nearest)
            hits = search.page_of(query, _number(request.GET))
        if not hits.total:
            query, nearest = asked, ""
        counts = facets.count(query)
        choices = wider(query, data) if not hits.total else []
        on_map = form.cleaned_data.get("vue") == "carte"
        first = (hits.number - 1) * hits.size + 1
        found = cards(hits.missions)
        drawn = maps.maps_of(found, query, first=first) if on_map and found else []
    theme = query.theme if hits.number == 1 and not on_map and query is asked else None
    context = {
        "form": form,
        "theme": theme,
        "theme_feed": f"/flux/domaines/{theme.pk}.atom" if isinstance(theme, Domain) else "",
        "canonical": settings.SITE_URL.rstrip("/") + theme_address(theme) if theme else "",
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
        "filter_errors": not set(form.errors) <= {"q", "lieu", "rayon"},
        "hits": hits,
        "on_map": on_map,
        "maps": drawn,
        "off_map": len(found) - sum(each.results for each in drawn),
        "first": first,
        "tiles_credit": settings.SEARCH_TILES_CREDIT,
        "list_url": address(data, without=("vue",)),
        "map_url": address(data, vue="carte"),
        "suggestions_url": reverse("missions:suggestions"),
        "page": hits.page,
        "cards": found,
        "wider": choices,
        "widened": widened(request.GET, query) if hits.total else None,
        "feed_query": None,
    }
    if not form.errors:
        said = data.copy()
        said["q"] = query.text  # as corrected: a feed corrects nothing
        context["feed_query"] = address(said, without=("tri", "vue")).rstrip("?")
    found_so = {"query": asked, "address": address(data, without=("tri", "vue")), "total": hits.total}
    context["panels"] = panels_of("missions.search", request, found_so)
    return render(request, "missions/search.html", context)


@login_not_required
@require_safe
@cache_control(public=True, max_age=300)
def suggest(request: HttpRequest) -> JsonResponse:
    """`?q=lec` → what the field « Quoi ? » proposes, by kind. Asked too often, nothing: the text still searches."""
    if not limits.hit("suggestions_address", client_address(request)):
        return JsonResponse({"results": []}, status=429)
    return JsonResponse({"results": [asdict(each) for each in suggestions(request.GET.get("q", ""))]})


def _number(data: QueryDict) -> int:
    """The page asked for; 1 for anything else."""
    typed = data.get("page", "1")[:9]
    return int(typed) if typed.isascii() and typed.isdigit() else 1
