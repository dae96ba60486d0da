"""What an employer gave: in its space, and for anybody once it publishes it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from jeveuxagir.common.errors import RuleBroken
from organisations.companies.spaces import coordinators_only
from organisations.spaces import SpaceRequest
from organisations.views import space_context

from . import services
from .figures import impact_of
from .models import Publication


@login_not_required
@require_safe
def public(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    rows = Publication.objects.public().select_related("organisation__commune")
    published = get_object_or_404(rows, organisation=pk)
    organisation = published.organisation
    if slug != organisation.slug:
        return redirect("impact:public", pk=pk, slug=organisation.slug, permanent=True)
    context = {"organisation": organisation, "published": published, "impact": impact_of(organisation)}
    return render(request, "impact/public.html", context)


@never_cache
@coordinators_only
@require_safe
def own(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    """As others would read it, and whether they do."""
    context: dict[str, Any] = {
        **space_context(request),
        "impact": impact_of(request.organisation),
        "published": Publication.objects.of_organisation(request.organisation).first(),
        "public_url": reverse("impact:public", args=[pk, slug]),
    }
    return render(request, "impact/own.html", context)


@coordinators_only
@require_POST
def publish(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    try:
        services.publish(request.organisation, actor=request.user)
        messages.success(request, "La page est publique. Vous pouvez la retirer à tout moment.")
    except RuleBroken as refused:
        messages.error(request, refused.message)
    return redirect("impact:own", pk=pk, slug=slug)


@coordinators_only
@require_POST
def unpublish(request: SpaceRequest, pk: int, slug: str) -> HttpResponse:
    services.unpublish(request.organisation, actor=request.user)
    messages.success(request, "La page n’est plus publique.")
    return redirect("impact:own", pk=pk, slug=slug)
