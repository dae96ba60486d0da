"""Public pages that belong to no domain: home, legal pages, help."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from jeveuxagir.accounts import terms
from jeveuxagir.common.clock import now
from jeveuxagir.common.registries import personal_data
from organisations.spaces import panels_of

from .figures import home_figures


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    context = {**home_figures(), "panels": panels_of("web.home", request, None)}
    return render(request, "web/home.html", context)


@login_not_required
@require_safe
def legal(request: HttpRequest) -> HttpResponse:
    """Who publishes and hosts, from the settings; what they do not say is marked as missing."""
    publisher = [
        ("Éditeur", settings.PUBLISHER_NAME),
        ("Adresse", settings.PUBLISHER_ADDRESS),
        ("Directeur ou directrice de la publication", settings.PUBLICATION_DIRECTOR),
    ]
    host = [
        ("Hébergeur", settings.HOST_NAME),
        ("Adresse", settings.HOST_ADDRESS),
        ("Téléphone", settings.HOST_PHONE),
    ]
    cookies = {
        "session_cookie": settings.SESSION_COOKIE_NAME,
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "device_cookie": settings.DEVICE_COOKIE_NAME,
    }
    return render(request, "web/legal.html", {"publisher": publisher, "host": host, **cookies})


@login_not_required
@require_safe
def terms_of_use(request: HttpRequest, version: str = "") -> HttpResponse:
    """The terms in force, or an older version; each says what changed."""
    shown = terms.find(version) if version else terms.current()
    if shown is None:
        raise Http404
    context = {
        "version": shown,
        "text": f"web/terms/{shown.code}.html",
        "is_current": shown == terms.current(),
        "versions": terms.VERSIONS,
    }
    return render(request, "web/terms.html", context)


@login_not_required
@require_safe
def needs(request: HttpRequest) -> HttpResponse:
    """« J’ai un besoin »: who one is decides which form comes next."""
    return render(request, "web/needs.html")


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
def site_map(request: HttpRequest) -> HttpResponse:
    """Every public page, by what one comes for."""
    return render(request, "web/site_map.html")


@login_not_required
@require_safe
@cache_control(public=True, max_age=86400)
def favicon(request: HttpRequest) -> HttpResponse:
    """Where browsers look without being told."""
    return redirect(static("ui/favicon-32.png"))


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
