"""The outermost middleware: no answer leaves without its headers, whatever refused the request."""

from collections.abc import Callable

from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest, HttpResponse

#: a refusal of this moment: whoever asks next may have another answer
PASSING = (408, 425, 429)


class SafeHeaders:
    """Adds what an inner layer had no chance to set (a refused Host, an error in a middleware).

    Answers to people who have a session are never stored by a browser or a proxy, nor is what is only true now: too
    many requests, too busy, broken.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.defaults = {
            "Content-Security-Policy": build_policy(),
            "Permissions-Policy": ", ".join(
                f"{feature}=({' '.join(origins)})" for feature, origins in settings.PERMISSIONS_POLICY.items()
            ),
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": settings.X_FRAME_OPTIONS,
            "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
            "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
        }
        if settings.SECURE_HSTS_SECONDS and settings.SECURE_SSL_REDIRECT:
            self.defaults["Strict-Transport-Security"] = (
                f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload"
            )

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in self.defaults.items():
            response.headers.setdefault(name, value)
        session = settings.SESSION_COOKIE_NAME
        is_static = request.path_info.startswith(settings.STATIC_URL)
        if not is_static and (session in request.COOKIES or session in response.cookies):
            response.headers["Cache-Control"] = "no-store, private"
        elif response.status_code in PASSING or response.status_code >= 500:
            response.headers["Cache-Control"] = "no-store"
        return response
