"""What is kept too long goes, every night: the rules of the registry, one table after the other.

Each batch is a transaction of its own and takes its rows under a lock, so that the job may stop anywhere, run twice or
run in two workers: what is gone is gone, the rest waits for the next night. A table that fails is told in the log and
does not hold up the others.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Min

from jeveuxagir.common.clock import now
from jeveuxagir.common.registries import PersonalData, Retention, personal_data

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Due:
    """What one rule would do now."""

    entry: PersonalData
    rule: Retention
    rows: int
    oldest: datetime | None


def rules() -> Iterator[tuple[PersonalData, Retention]]:
    """Every rule, the people last: what hangs on them goes with its own rule first."""
    entries = sorted(personal_data, key=lambda entry: entry.model == "accounts.Person")
    for entry in entries:
        for rule in entry.retention:
            yield entry, rule


def due(moment: datetime | None = None) -> list[Due]:
    """What the next run would take, table by table. Writes nothing."""
    at = moment or now()
    found = []
    for entry, rule in rules():
        expired = rule.expired(at).order_by()
        oldest = expired.aggregate(oldest=Min(rule.since))["oldest"]
        found.append(Due(entry, rule, expired.count(), oldest))
    return found


def run(moment: datetime | None = None) -> dict[str, Any]:
    """Do it. Returns how many rows of each table went, and the tables that failed."""
    at = moment or now()
    done: dict[str, int] = {}
    failed: list[str] = []
    for entry, rule in rules():
        try:
            done[entry.model] = done.get(entry.model, 0) + _forget(rule, at)
        except Exception:
            logger.exception("retention_failed", extra={"model": entry.model})
            failed.append(entry.model)
    return {"done": {model: count for model, count in done.items() if count}, "failed": failed}


def _forget(rule: Retention, at: datetime) -> int:
    """Batch by batch, in the order of the keys, each row looked at once."""
    total = 0
    last: Any = None
    while True:
        with transaction.atomic():
            rows = rule.expired(at).order_by("pk")
            if last is not None:
                rows = rows.filter(pk__gt=last)
            batch = list(rows.values_list("pk", flat=True)[: rule.batch])
            every = rows.model._default_manager
            if rule.lock_first is not None:
                rule.lock_first(every.filter(pk__in=batch))
            still = rule.expired(at).filter(pk__in=batch).order_by("pk")
            taken = still.select_for_update(of=("self",), skip_locked=True, no_key=True)
            pks = list(taken.values_list("pk", flat=True))
            if pks:
                rule.forget(every.filter(pk__in=pks))
        total += len(pks)
        if len(batch) < rule.batch:
            return total
        last = batch[-1]
