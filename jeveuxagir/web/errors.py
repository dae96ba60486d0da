"""Django's own error handlers, in French. They use no database and never fail themselves."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware import csrf
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.csrf import requires_csrf_token

#: never sent back to the browser
SECRET_FIELDS = ("password", "token", "code", "secret")
MOST_KEPT = 200_000


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _plain(request, "400.html", 400)


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _plain(request, "403.html", 403)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    words = " ".join(request.path.replace("/", " ").replace("-", " ").split())
    return _plain(request, "404.html", 404, guess="".join(c for c in words if not c.isdigit()).strip()[:60])


def server_error(request: HttpRequest) -> HttpResponse:
    return _plain(request, "500.html", 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's token was refused: what was typed is kept and may be sent again.

    Only when the browser itself says that the form was ours; a foreign site's form is never offered again.
    """
    ours = request.META.get("HTTP_ORIGIN") in (f"{request.scheme}://{request.get_host()}", settings.SITE_URL)
    kept: list[tuple[str, str]] = []
    if ours and not request.FILES:  # a file would have to be chosen again
        kept = [
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if name != "csrfmiddlewaretoken" and not any(word in name.lower() for word in SECRET_FIELDS)
        ]
        if sum(len(value) for _, value in kept) > MOST_KEPT:
            kept = []
    csrf.get_token(request)
    return render(request, "403_csrf.html", {"kept": kept, "action": request.get_full_path()}, status=403)


def _plain(request: HttpRequest, template: str, status: int, **context: Any) -> HttpResponse:
    try:
        return render(request, template, context, status=status)
    except Exception:  # the page's own context failed: the database is away, the session is broken
        return HttpResponse(render_to_string("web/plain_error.html", {"status": status}), status=status)
