"""The « Mécénat » part of an employer's space: who enters, and its menu."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from organisations import spaces
from organisations.views import space_context

from . import policies

PART = "mecenat/"


def add_section(order: int, label: str, path: str) -> None:
    """A page of this part, by its path under `PART`; upper apps add theirs in AppConfig.ready()."""
    spaces.add_tab(order, label, PART + path, PART)


NOT_AN_EMPLOYER = (
    "Cette page est celle d’un employeur, qui y écrit ce qu’il donne. Votre organisation ne donne pas le temps de ses "
    "équipes ici : elle dit ses besoins, et lit ce qu’on lui propose."
)


def coordinators_only(view: Callable[..., HttpResponse]) -> Any:
    """Owners and managers of an employer. Readers are told; so are members of what is no employer, who typed or were
    given the address of another; everybody else finds nothing."""

    @spaces.membership_required(*policies.HANDLERS)
    @wraps(view)
    def wrapped(request: spaces.SpaceRequest, pk: int, slug: str, *args: Any, **kwargs: Any) -> HttpResponse:
        if not policies.is_employer(request.organisation):
            if request.method not in ("GET", "HEAD"):
                raise Http404
            messages.info(request, NOT_AN_EMPLOYER)
            return redirect(request.organisation.space_url)
        return view(request, pk, slug, *args, **kwargs)

    return wrapped


def context_of(request: spaces.SpaceRequest) -> dict[str, Any]:
    """What every page of this part needs."""
    return space_context(request)
