"""Load the sheets of `data/instruments.toml`. Whatever staff corrected keeps their words; none is ever deleted."""

import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction

from jeveuxagir.common.text import spaced

from .models import Instrument

FILE = Path(__file__).parent / "data" / "instruments.toml"
_DEFAULTS: dict[str, Any] = {
    "minimum": None,
    "maximum": None,
    "domains": [],
    "departments": [],
    "without": [],
    "within": "",
    "conditions": [],
    "periods": "",
    "rule_links": {},
    "checked_on": None,
    "active": True,
}
#: what the file says of each
COLUMNS = (
    *("name", "operator", "summary", "gives", "audiences", "source", "link", "written_on"),
    *_DEFAULTS,
)


@cache
def seed() -> tuple[dict[str, Any], ...]:
    """One dictionary by sheet, whole: every column, sentences with their non-breaking spaces."""
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))["instrument"]
    return tuple(complete(row) for row in rows)


def complete(row: dict[str, Any]) -> dict[str, Any]:
    """A row of a file as the table keeps it."""
    made = {**_DEFAULTS, **row}
    for name, value in made.items():
        if name in ("minimum", "maximum") and value is not None:
            made[name] = Decimal(value)
        elif isinstance(value, str) and name not in ("link", "slug"):
            made[name] = spaced(value)
        elif name == "conditions":
            made[name] = [spaced(one) for one in value]
    return made


def load(connection: Any) -> bool:
    """One statement when nothing changed; True if something was written. A date of check that a person gave stays."""
    using = connection.alias
    wanted = {row["slug"]: row for row in seed()}
    with transaction.atomic(using=using):
        known = {one.slug: one for one in Instrument.objects.using(using)}
        new = [Instrument(**row) for slug, row in wanted.items() if slug not in known]
        ours = [one for one in known.values() if one.edited_at is None and not one.invented]
        changed = [one for one in ours if _differs(one, wanted.get(one.slug))]
        if new:
            Instrument.objects.using(using).bulk_create(new)
        if changed:
            Instrument.objects.using(using).bulk_update(changed, [*COLUMNS])
    return bool(new or changed)


def _differs(one: Instrument, row: dict[str, Any] | None) -> bool:
    """Take the file's words, and say whether they were others. What left the file is no longer shown."""
    if row is None:
        changed, one.active = one.active, False
        return changed
    names = [name for name in COLUMNS if getattr(one, name) != row[name]]
    if (
        "checked_on" in names
        and one.checked_on is not None
        and (row["checked_on"] is None or row["checked_on"] < one.checked_on)
    ):
        names.remove("checked_on")
    for name in names:
        setattr(one, name, row[name])
    return bool(names)
