"""The site, plus pages that go wrong in every way."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path
from psycopg import errors

from jeveuxagir import urls
from jeveuxagir.common.errors import NotAllowed, WrongState
from jeveuxagir.ui.errors import too_many_requests
from jeveuxagir.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


@login_not_required
def broken(request: HttpRequest, how: str) -> HttpResponse:
    if how == "limit":
        return too_many_requests(request, 240)
    if how == "busy":
        raise OperationalError("canceling statement") from errors.QueryCanceled()
    raise {
        "crash": ZeroDivisionError("boom"),
        "denied": PermissionDenied(),
        "bad": SuspiciousOperation("?"),
        "state": WrongState("La mission est déjà fermée."),
        "right": NotAllowed(),
    }[how]


@login_not_required
def form(request: HttpRequest) -> HttpResponse:
    return HttpResponse("reçu")


urlpatterns = [*urls.urlpatterns, path("casse/<slug:how>/", broken), path("formulaire/", form)]
