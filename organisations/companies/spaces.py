"""The « Mécénat » part of an employer's space: who enters, and its menu."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse

from organisations import spaces
from organisations.views import space_context

from . import policies

#: (order, label, path under the space's « mecenat/ »); upper apps add theirs in AppConfig.ready()
sections: list[tuple[int, str, str]] = [
    (50, "Personnes", "personnes/"),
    (60, "Qui peut rejoindre", "acces/"),
    (70, "Sites", "sites/"),
]


def add_section(order: int, label: str, path: str) -> None:
    if (order, label, path) not in sections:
        sections.append((order, label, path))


def coordinators_only(view: Callable[..., HttpResponse]) -> Any:
    """Owners and managers of an employer; anybody else finds nothing, readers are told."""

    @spaces.membership_required(*policies.HANDLERS)
    @wraps(view)
    def wrapped(request: spaces.SpaceRequest, pk: int, slug: str, *args: Any, **kwargs: Any) -> HttpResponse:
        if not policies.is_employer(request.organisation):
            raise Http404
        return view(request, pk, slug, *args, **kwargs)

    return wrapped


def context_of(request: spaces.SpaceRequest) -> dict[str, Any]:
    """What every page of this part needs: the space's own, and this part's menu."""
    base = f"{request.organisation.space_url}mecenat/"
    return {
        **space_context(request),
        "mecenat_sections": [(label, base + path) for _, label, path in sorted(sections)],
        "mecenat_url": base,
    }
