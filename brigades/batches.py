"""One decision on many rows, in bounded batches. What was chosen, and what came of each row, is in the session.

A batch sent twice is done once: it names where it starts. Each row is decided by the service of a single case,
on the version that was on the screen; it succeeds or fails by itself, and says so.
"""

import secrets
from dataclasses import asdict, dataclass, field
from typing import Any

from django.http import HttpRequest

from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.moderation import services
from jeveuxagir.moderation.models import ModerationItem

#: rows of one selection, rows done at once without asking again, rows done by one request
MAX_ROWS, AT_ONCE, BATCH = 3000, 50, 50
#: lines kept of each kind for the report; beyond, only their number
MAX_LINES = 500
_KEY = "brigade_bulk"


@dataclass
class Job:
    """A selection, and how far it is."""

    queue: str
    decision: str
    reason: str
    query: str
    rows: list[list[int]]
    #: the decision as its list says it
    verb: str = ""
    token: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    at: int = 0
    done: int = 0
    failed: int = 0
    #: (key, title, whether it worked, what came of it)
    lines: list[list[Any]] = field(default_factory=list)

    @property
    def left(self) -> int:
        return len(self.rows) - self.at

    def keep(self, request: HttpRequest) -> None:
        request.session[_KEY] = asdict(self)

    def forget(self, request: HttpRequest) -> None:
        request.session.pop(_KEY, None)


def of(request: HttpRequest, queue: str) -> Job | None:
    """The selection under way on this queue."""
    kept = request.session.get(_KEY)
    return Job(**kept) if isinstance(kept, dict) and kept.get("queue") == queue else None


def chosen(values: list[str]) -> list[list[int]]:
    """« id:version » of each row ticked; what is neither is left out, and a row counts once."""
    rows = {}
    for value in values[:MAX_ROWS]:
        pk, _, version = value.partition(":")
        if _number(pk) and _number(version):
            rows[int(pk)] = int(version)
    return [[pk, version] for pk, version in rows.items()]


def run(job: Job, items: Any, *, actor: Any) -> None:
    """Do the next batch on the rows of `items`, which holds only what the actor may see."""
    batch = job.rows[job.at : job.at + BATCH]
    found = {item.pk: item for item in items.filter(pk__in=[pk for pk, _ in batch])}
    for pk, version in batch:
        item = found.get(pk)
        if item is None:
            continue  # not of this queue, or not of this member's territory: it does not exist
        try:
            outcome = _do(item, job, version, actor)
            _note(job, item, True, outcome)
        except RuleBroken as broken:
            _note(job, item, False, broken.message)
    job.at += len(batch)


def _do(item: ModerationItem, job: Job, version: int, actor: Any) -> str:
    if job.decision == "take":
        services.take(item, actor=actor, version=version)
        return "Prise en charge"
    if job.decision == "release":
        services.release(item, actor=actor, version=version)
        return "Remise dans la file"
    services.decide(item, actor=actor, decision=job.decision, reason=job.reason, version=version)
    return f"{job.verb} : fait"


def _note(job: Job, item: ModerationItem, ok: bool, outcome: str) -> None:
    if ok:
        job.done += 1
    else:
        job.failed += 1
    if (job.done if ok else job.failed) <= MAX_LINES:
        job.lines.append([item.pk, item.title, ok, outcome])


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 12
