"""Public pages that belong to no domain: home, legal pages, help."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from jeveuxagir.common.clock import now
from jeveuxagir.common.registries import personal_data

from .figures import home_figures


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "web/home.html", home_figures())


@login_not_required
@require_safe
def legal(request: HttpRequest) -> HttpResponse:
    return render(request, "web/legal.html")


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "web/accessibility.html")


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What we keep, how long: read from the registry that also drives export and erasure."""
    kept = sorted(personal_data, key=lambda entry: entry.label)
    return render(request, "web/privacy.html", {"kept": kept})


@login_not_required
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "web/help.html", {"contact": settings.HELP_CONTACT})


@login_not_required
@require_safe
@cache_control(public=True, max_age=86400)
def robots(request: HttpRequest) -> HttpResponse:
    if settings.DEMO:
        lines = ["User-agent: *", "Disallow: /"]
    else:
        private = ["/mon-espace/", "/espace/", "/demandes/", "/compte/", "/brigade/", "/administration/"]
        lines = ["User-agent: *", *(f"Disallow: {path}" for path in private)]
        lines.append(f"Sitemap: {settings.SITE_URL.rstrip('/')}/sitemap.xml")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
@cache_control(public=True, max_age=86400)
def security_txt(request: HttpRequest) -> HttpResponse:
    """RFC 9116. It expires, so that an abandoned site says so."""
    site = settings.SITE_URL.rstrip("/")
    expires = (now() + timedelta(days=180)).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: mailto:{settings.SECURITY_CONTACT}",
        f"Expires: {expires.isoformat().replace('+00:00', 'Z')}",
        "Preferred-Languages: fr, en",
        f"Canonical: {site}/.well-known/security.txt",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
