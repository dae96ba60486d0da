"""An ETag on what is read, by GET or by HEAD, and 304 when nothing changed; Django's own middleware leaves HEAD out.

What is so read is public and the same for all, so a page of any other site may read it too (CORS), without cookies.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, set_response_etag

READ = ("GET", "HEAD")


def conditional(view: Callable[..., Any]) -> Callable[..., Any]:
    """For a view whose whole answer is made at once."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            return _asked_before()
        response: Any = _readable_from_anywhere(view(request, *args, **kwargs))
        if request.method not in READ:
            return response
        if hasattr(response, "add_post_render_callback") and not response.is_rendered:
            response.add_post_render_callback(lambda rendered: _unchanged(request, rendered))
            return response
        return _unchanged(request, response)

    return wrapped


def _unchanged(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if response.status_code != 200:
        return response
    if not response.has_header("ETag"):
        set_response_etag(response)
    told = get_conditional_response(request, etag=response["ETag"], response=response) or response
    return _readable_from_anywhere(told)


def _asked_before() -> HttpResponse:
    """What a browser asks before it sends a header of its own, such as the ETag it holds."""
    answer = _readable_from_anywhere(HttpResponse(status=204))
    answer["Access-Control-Allow-Methods"] = ", ".join(READ)
    answer["Access-Control-Allow-Headers"] = "If-None-Match, If-Modified-Since"
    answer["Access-Control-Max-Age"] = "86400"
    return answer


def _readable_from_anywhere(response: HttpResponse) -> HttpResponse:
    response["Access-Control-Allow-Origin"] = "*"
    response["Access-Control-Expose-Headers"] = "ETag, Retry-After"
    return response
