"""Counts without people, written before the rows they come from are deleted."""

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from .models import Tally

#: a smaller cell could tell somebody apart: it is never shown
SMALLEST_SHOWN = 11


@dataclass(frozen=True)
class Cell:
    what: str
    month: datetime.date
    department: str = ""
    domain: str = ""


def cell(what: str, moment: datetime.datetime, department: str | None, domain: str | None) -> Cell:
    """Of the month of a moment."""
    return Cell(what, moment.date().replace(day=1), department or "", domain or "")


def add(cells: Iterable[Cell]) -> None:
    """Count them, in the transaction that deletes what they stand for."""
    if not connection.in_atomic_block:
        raise RuntimeError("counts are written in the transaction that deletes what they count")
    counts = Counter(cells)
    for key in sorted(counts, key=lambda c: (c.what, c.month, c.department, c.domain)):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO audit_tally (what, month, department, domain, count) VALUES (%s, %s, %s, %s, %s) "
                "ON CONFLICT (what, month, department, domain) "
                "DO UPDATE SET count = audit_tally.count + EXCLUDED.count",
                [key.what, key.month, key.department, key.domain, counts[key]],
            )


def shown(what: str = "") -> list[tuple[Cell, int | None]]:
    """The counts as anybody may read them: None where there are fewer than eleven."""
    rows = Tally.objects.order_by("what", "month", "department", "domain")
    if what:
        rows = rows.filter(what=what)
    return [
        (
            Cell(row.what, row.month, row.department, row.domain),
            row.count if row.count >= SMALLEST_SHOWN else None,
        )
        for row in rows
    ]
