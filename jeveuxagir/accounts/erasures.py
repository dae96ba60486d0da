"""Who was erased, as numbers and dates: kept outside the database, so that a restore brings nobody back."""

import datetime
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from jeveuxagir.audit.models import Event

from . import privacy
from .models import Person

VERB = "person.erased"
FILE = "effacees.jsonl"


def lines() -> Iterator[str]:
    """One JSON line for each person erased: their number, and when."""
    events = Event.objects.filter(verb=VERB, subject_type=Person._meta.label).order_by("pk")
    for subject, at in events.values_list("subject_id", "created_at").iterator():
        yield json.dumps({"person": int(subject), "erased_at": at.isoformat()})


def write(file: Path) -> int:
    """The list, whole or not at all, for its owner's eyes; returns how many lines it has.

    What the file already says stays: a database that was just restored does not know all of it.
    """
    before = file.read_text().splitlines() if file.exists() else []
    listed = dict.fromkeys([*filter(str.strip, before), *lines()])
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.writelines(f"{line}\n" for line in listed)
        out.flush()
        os.fsync(out.fileno())
    unfinished.replace(file)
    return len(listed)


def replay(listed: Iterable[str]) -> int:
    """Erase again whom a restore brought back; nobody is written to twice. May run twice.

    A number given to somebody new since the restore is left alone: they came after the erasure of the list.
    """
    wanted: dict[int, datetime.datetime] = {}
    for line in filter(str.strip, listed):
        entry = json.loads(line)
        wanted[int(entry["person"])] = datetime.datetime.fromisoformat(entry["erased_at"])
    done = 0
    for person in Person.objects.filter(pk__in=list(wanted), erased_at__isnull=True).order_by("pk"):
        if person.created_at <= wanted[person.pk]:
            privacy.erase(person, actor=None, why="restored")
            done += 1
    return done
