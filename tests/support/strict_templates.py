"""Our templates may not print a variable that does not exist: a typing error must not render as nothing."""

from __future__ import annotations

import sys
from pathlib import Path

from django.conf import settings
from django.template.base import Node


class UndefinedVariable(AssertionError):
    """A template of ours printed a variable its view did not give."""


class FailIfOurs:
    """A `string_if_invalid` that raises in our templates and stays empty in those of libraries.

    Not a string: Django ignores an empty one.
    """

    def __str__(self) -> str:
        return ""

    def __contains__(self, key: object) -> bool:
        return key == "%s"

    def __mod__(self, variable: object) -> str:
        origin = _innermost_origin()
        if origin is not None and _is_ours(origin):
            raise UndefinedVariable(f"« {variable} » is undefined in {origin}.")
        return ""


def _innermost_origin() -> str | None:
    frame = sys._getframe(2)
    while frame is not None:
        node = frame.f_locals.get("self")
        if isinstance(node, Node) and getattr(node, "origin", None) is not None:
            return str(node.origin)
        frame = frame.f_back
    return None


def _is_ours(origin: str) -> bool:
    path = Path(origin)
    return path.is_relative_to(settings.BASE_DIR) and "site-packages" not in path.parts
