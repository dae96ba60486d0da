"""What every page knows about the site. No query for anonymous people, a cached one for the others."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject, cached_property

from .spaces import spaces_of

#: the session's note that the terms of use changed since this person agreed
TERMS_DUE = "terms_due"


def _path(name: str, fallback: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return fallback


class Site:
    """Read by base.html as `site`."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.name: str = settings.SITE_NAME
        self.url: str = settings.SITE_URL
        self.demo: bool = getattr(settings, "DEMO", False)

    @property
    def canonical(self) -> str:
        """The address of this page, from SITE_URL and never from the Host header."""
        return self.url.rstrip("/") + self.request.path

    @property
    def image(self) -> str:
        """What shows beside a shared link."""
        return self.url.rstrip("/") + static("ui/icon-512.png")

    @property
    def login_url(self) -> str:
        return _path("account_login", "/compte/connexion/")

    @property
    def logout_url(self) -> str:
        return _path("account_logout", "/compte/deconnexion/")

    @cached_property
    def spaces(self) -> list[Any]:
        user = getattr(self.request, "user", None)
        return spaces_of(user) if user is not None and user.is_authenticated else []

    @property
    def terms_due(self) -> bool:
        """Whether the page reminds whoever is signed in of new terms: no query, the session knows."""
        user = getattr(self.request, "user", None)
        return bool(user is not None and user.is_authenticated and self.request.session.get(TERMS_DUE))

    @property
    def section(self) -> str:
        """The first part of the path: which entry of the main navigation is current."""
        return self.request.path.strip("/").split("/", 1)[0]


def site(request: HttpRequest) -> dict[str, Any]:
    return {"site": SimpleLazyObject(lambda: Site(request))}
