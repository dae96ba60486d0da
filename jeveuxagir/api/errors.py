"""What the API answers when it refuses: one shape, in French, whatever refused."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from jeveuxagir.accounts.limits import LIMITS
from jeveuxagir.common.text import NBSP
from jeveuxagir.ui.errors import BUSY

NOTHING_HERE = "Il n’y a rien à cette adresse."


class UnknownValue(exceptions.NotFound):
    """A filter names something that does not exist: 404, with the parameter's name."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


def in_french(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's hook: `{"detail": …, "errors": {parameter: [sentence]}}`. None lets the error through."""
    if isinstance(error, OperationalError) and getattr(error.__cause__, "sqlstate", "") in BUSY:
        busy = "La recherche prend trop de temps. Recommencez dans un instant, ou précisez-la."
        return _answer(status.HTTP_503_SERVICE_UNAVAILABLE, busy, {"Retry-After": "10"})
    if isinstance(error, Http404):
        error = exceptions.NotFound(NOTHING_HERE)
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    if isinstance(error, exceptions.ValidationError):
        given: Any = error.detail if isinstance(error.detail, dict) else {"detail": error.detail}
        errors = {name: list(dict.fromkeys(_sentences(told))) for name, told in given.items()}
        return Response(
            {"detail": f"La demande est mal formée{NBSP}: voyez « errors ».", "errors": errors},
            status=status.HTTP_400_BAD_REQUEST,
        )
    if isinstance(error, exceptions.Throttled):
        limit = LIMITS[getattr(context["view"], "limit", "api_address")]
        sentence = f"Trop de demandes{NBSP}: {limit.times} par minute au plus. Attendez un peu."
        return _answer(error.status_code, sentence, {"Retry-After": str(limit.seconds)})
    if isinstance(error, exceptions.MethodNotAllowed):
        allowed = ", ".join(context["view"].allowed_methods)
        sentence = f"Cette adresse se lit seulement{NBSP}: {allowed}."
        return _answer(error.status_code, sentence, {"Allow": allowed})
    headers = {}
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        wrong = ', error="invalid_token"' if isinstance(error, exceptions.AuthenticationFailed) else ""
        headers = {"WWW-Authenticate": getattr(error, "auth_header", "Bearer") + wrong}
    answer = _answer(error.status_code, str(error.detail).replace("'", "’"), headers)
    if isinstance(error, UnknownValue):
        answer.data["errors"] = {error.name: [str(error.detail)]}
    return answer


def _answer(code: int, sentence: str, headers: dict[str, str]) -> Response:
    return Response({"detail": sentence, "errors": {}}, status=code, headers=headers)


def _sentences(told: Any) -> Iterator[str]:
    """Every sentence, however deep: a parameter given several times has errors for each of its values."""
    if isinstance(told, dict):
        told = told.values()
    if isinstance(told, str):
        yield str(told)
    else:
        for part in told:
            yield from _sentences(part)


def nothing_here(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """Any other address under the API."""
    return JsonResponse({"detail": NOTHING_HERE, "errors": {}}, status=404)
