"""Questions whose answer must be empty: asked nightly, after each chaos test and after a restore."""

from typing import Any

import structlog
from django.db import transaction

from jeveuxagir.common.registries import invariants

from .models import JobRun
from .services import record

logger = structlog.get_logger(__name__)
SHOWN = 5
#: the job of the night
JOB = "check_invariants"


def broken() -> dict[str, list[str]]:
    """name → the first rows that break it. Empty when all is well."""
    found = {}
    with transaction.atomic():
        for name, invariant in invariants.items():
            rows = [str(row) for row in invariant.offenders()[:SHOWN]]
            if rows:
                found[name] = rows
    return found


def report() -> dict[str, Any]:
    """For the job's row: what is broken; each is logged as an error."""
    found = broken()
    for name in found:
        logger.error("invariant_broken", reason=name)
    return {"asked": len(list(invariants)), "broken": found}


def ask_tonight(period: str) -> dict[str, Any]:
    """The job's work: what is broken is a fact, of which apps above tell those who mend it."""
    said = report()
    if said["broken"]:
        record("invariants.broken", JobRun.objects.get(job=JOB, period=period), broken=said["broken"])
    return said
