"""The « Mécénat » part of an employer's space: who enters, and its menu."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpResponse

from organisations import spaces
from organisations.views import space_context

from . import policies

PART = "mecenat/"


def add_section(order: int, label: str, path: str) -> None:
    """A page of this part, by its path under `PART`; upper apps add theirs in AppConfig.ready()."""
    spaces.add_tab(order, label, PART + path, PART)


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
    """What every page of this part needs."""
    return space_context(request)
