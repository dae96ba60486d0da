"""Row locks. One order everywhere: organisation → mission → slot → participation → person."""

from typing import TypeVar

from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)


def lock(rows: "QuerySet[M]", **where: object) -> M:
    """The one row, locked FOR NO KEY UPDATE until the transaction ends. Raises DoesNotExist."""
    return rows.select_for_update(of=("self",), no_key=True).get(**where)


def lock_all(rows: "QuerySet[M]") -> list[M]:
    """All rows, locked in primary-key order, so that two callers never wait for each other."""
    return list(rows.order_by("pk").select_for_update(of=("self",), no_key=True))
