"""Row locks. One order everywhere: organisation → mission → slot → participation → person."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.db import OperationalError, transaction
from django.db.models import Model, QuerySet

from .errors import RuleBroken

M = TypeVar("M", bound=Model)
Verb = TypeVar("Verb", bound=Callable[..., Any])


def lock(rows: "QuerySet[M]", **where: object) -> M:
    """The one row, locked FOR NO KEY UPDATE until the transaction ends. Raises DoesNotExist."""
    return rows.select_for_update(of=("self",), no_key=True).get(**where)


def lock_all(rows: "QuerySet[M]") -> list[M]:
    """All rows, locked in primary-key order, so that two callers never wait for each other."""
    return list(rows.order_by("pk").select_for_update(of=("self",), no_key=True))


def retried_once(busy: str) -> Callable[[Verb], Verb]:
    """In a transaction; tried once more when a lock came too late, or two callers waited for each other. `busy` is
    the French sentence for whoever comes in the rush."""

    def decorate(function: Verb) -> Verb:
        @wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            for last in (False, True):
                try:
                    with transaction.atomic():
                        return function(*args, **kwargs)
                except OperationalError as error:
                    if getattr(error.__cause__, "sqlstate", "") not in ("55P03", "40P01"):
                        raise
                    if last:
                        raise RuleBroken(busy, code="busy") from error
            raise AssertionError("unreachable")

        return run  # type: ignore[return-value]

    return decorate
