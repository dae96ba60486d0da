"""Where a commune is suggested as one types, and where our data comes from."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from jeveuxagir.territories import places
from jeveuxagir.territories.forms import postal_codes_of
from jeveuxagir.territories.models import Source


@login_not_required
@require_safe
@cache_control(public=True, max_age=3600)
def lookup(request: HttpRequest) -> JsonResponse:
    """`?q=rom` → the communes to suggest, best first."""
    found = places.lookup(request.GET.get("q", ""))
    return JsonResponse(
        {
            "results": [
                {"code": commune.code, "label": commune.label, "detail": postal_codes_of(commune)}
                for commune in found
            ]
        }
    )


@login_not_required
@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """Each dataset: who made it, its date, its licence, what we hold and what it lacks."""
    return render(request, "territories/sources.html", {"sources": list(Source.objects.all())})
