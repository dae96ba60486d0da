"""The public alliances, for anybody: a list or a map, with the same filters."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jeveuxagir.ui.facets import address

from . import directory, facets, maps
from .forms import DirectoryForm

PAGE = 24


@login_not_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """A wrong value is said in French and left out; the other filters still apply. The map shows what the list does."""
    form = DirectoryForm(request.GET)
    form.is_valid()
    wanted = form.wanted()
    page = Paginator(directory.for_cards(directory.found(wanted)), PAGE).get_page(request.GET.get("page"))
    cards = [directory.card(alliance) for alliance in page]
    first = page.start_index()
    drawn = maps.maps_of(cards, first=first) if form.on_map and cards else []
    fields, data = form.fields, request.GET
    chosen = form.in_use()
    context = {
        "form": form,
        "page_obj": page,
        "cards": cards,
        "facets": facets.facets(form, wanted),
        "tags": [(words, address(fields, data, drop=(name, value))) for name, value, words in chosen],
        "filter_errors": bool(form.errors),
        "on_map": form.on_map,
        "maps": drawn,
        "off_map": len(cards) - sum(each.results for each in drawn),
        "first": first,
        "list_url": address(fields, data, without=("vue",)),
        "map_url": address(fields, data, vue="carte"),
        "tiles_credit": settings.SEARCH_TILES_CREDIT,
    }
    return render(request, "alliances/list.html", context)
