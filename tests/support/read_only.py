"""GET changes nothing: mail scanners and prefetching browsers open every link.

Test settings put this middleware first: any write that a GET or a HEAD makes fails the test.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.db import connections
from django.http import HttpRequest, HttpResponse

_WRITE = re.compile(
    r"\b(INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE)\s+(?:ONLY\s+)?\"?(\w+)\"?", re.IGNORECASE
)
_READ = re.compile(r"^\s*\(*\s*SELECT\b", re.IGNORECASE)  # SELECT … FOR UPDATE takes a lock, writes nothing


class WroteOnGet(AssertionError):
    """A GET or a HEAD wrote into a table that is not in GET_MAY_WRITE."""


def _refuse_writes(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    if not _READ.match(sql):
        for verb, table in _WRITE.findall(sql):
            if table not in settings.GET_MAY_WRITE:
                raise WroteOnGet(f"{verb.upper()} {table} while answering a GET")
    return execute(sql, params, many, context)


class GetChangesNothing:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            return self.get_response(request)
        with ExitStack() as stack:
            for connection in connections.all():
                stack.enter_context(connection.execute_wrapper(_refuse_writes))
            return self.get_response(request)
