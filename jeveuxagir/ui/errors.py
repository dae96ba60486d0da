"""Pages for what went wrong: plain French, a way on, nothing typed is lost. Any app may answer with them."""

import logging
from math import ceil
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jeveuxagir.common.errors import NotAllowed, RuleBroken
from jeveuxagir.common.text import plural

logger = logging.getLogger(__name__)

#: what PostgreSQL says when a lock or a query took longer than we accept
BUSY = {"55P03", "57014", "40P01"}


def too_many_requests(request: HttpRequest, seconds: float = 60, message: str = "") -> HttpResponse:
    """429: somebody asks too often. Says when to come back."""
    minutes = max(1, ceil(seconds / 60))
    context = {"message": message, "wait": plural(minutes, "minute")}
    response = render(request, "429.html", context, status=429)
    response.headers["Retry-After"] = str(max(1, ceil(seconds)))
    return response


def refusal(request: HttpRequest, broken: RuleBroken) -> HttpResponse:
    """A refusal that no form showed: 403 when it is about rights, 409 when about the state of things."""
    status = 403 if isinstance(broken, NotAllowed) else 409
    return render(request, "409.html", {"message": broken.message, "code": broken.code}, status=status)


def busy(request: HttpRequest) -> HttpResponse:
    """503: the database took too long. Sending again works."""
    response = render(request, "503.html", status=503)
    response.headers["Retry-After"] = "10"
    return response


def not_a_page(request: HttpRequest, refused: HttpResponse) -> HttpResponse:
    """405: an address that only records something was opened as a page. Says so, and where to go."""
    response = render(request, "405.html", status=405)
    response.headers["Allow"] = refused.headers["Allow"]
    return response


class ErrorPages:
    """Turns refusals and time-outs that no view caught into pages a person can read."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = self.get_response(request)
        if response.status_code == 405 and request.method == "GET" and not response.content:
            return not_a_page(request, response)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, RuleBroken):
            return refusal(request, exception)
        if isinstance(exception, OperationalError) and getattr(exception.__cause__, "sqlstate", "") in BUSY:
            logger.warning("database busy", extra={"sqlstate": exception.__cause__.sqlstate})  # type: ignore[union-attr]
            return busy(request)
        return None
