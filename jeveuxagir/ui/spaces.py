"""The spaces a signed-in person may switch to: their own, their organisations', the brigade's.

An app that owns a space registers a source in `AppConfig.ready()`:

    from jeveuxagir.ui.spaces import Space, space_sources
    space_sources.register("organisations", lambda user: [Space("La Table ouverte", "/espace/3-la-table/")])

The list is cached for a minute per person; call `forget_spaces(user.pk)` when it changes.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse

from jeveuxagir.common.registries import Registry

SECONDS = 60


@dataclass(frozen=True)
class Space:
    """One line of the account menu."""

    label: str
    url: str
    icon: str = "fr-icon-team-line"


#: name → function(user) -> Iterable[Space]
space_sources: Registry[Callable[[Any], Iterable[Space]]] = Registry("space sources")


def _key(user_id: Any) -> str:
    return f"ui:spaces:{user_id}"


def spaces_of(user: Any) -> list[Space]:
    """Every space of this signed-in user, in the order the sources were registered."""
    spaces = cache.get(_key(user.pk))
    if spaces is None:
        spaces = [space for source in space_sources for space in source(user)]
        cache.set(_key(user.pk), spaces, SECONDS)
    return spaces


def forget_spaces(user_id: Any) -> None:
    """Roles or memberships changed: ask the sources again at the next page."""
    cache.delete(_key(user_id))


@dataclass(frozen=True)
class MyPage:
    """One line of the menu of "Mon espace": its address is that of a named route."""

    label: str
    route: str
    order: int = 50
    #: whether whoever is signed in has something there; None: everybody
    shown: "Callable[[HttpRequest], bool] | None" = None


#: name → MyPage; each app adds its own in `AppConfig.ready()`
my_pages: Registry[MyPage] = Registry("pages of one's own space")


def my_menu(request: HttpRequest) -> list[tuple[str, str]]:
    """(label, address) of each page of one's own space, in order."""
    pages = [(page, reverse(page.route)) for page in sorted(my_pages, key=lambda page: page.order)]
    return [
        (page.label, url)
        for page, url in pages
        # the page one is on is in the menu, even empty
        if page.shown is None or request.path.startswith(url) or page.shown(request)
    ]
