"""One log line per request: the route's name, never the address typed (it may hold a token or a name)."""

import time
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

logger = structlog.get_logger(__name__)
QUIET_ROUTES = {"health_alive", "health_ready"}


class RequestLogMiddleware:
    """Log method, route, status and time; give each request an id that all its log lines carry."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.monotonic()
        request_id = uuid.uuid4().hex
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
            match = request.resolver_match
            route = match.view_name if match else None
            if route not in QUIET_ROUTES:
                logger.info(
                    "request",
                    method=request.method,
                    route=route,
                    status=response.status_code,
                    ms=round((time.monotonic() - started) * 1000),
                )
        response["X-Request-ID"] = request_id
        return response
