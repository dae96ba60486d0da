"""A mission that opens is news. Each runs in a Celery task, and may run twice."""

from jeveuxagir.audit.models import Event
from jeveuxagir.audit.services import subscribe

from . import services


def _opened(event: Event) -> None:
    services.note_open(int(event.subject_id))


def register() -> None:
    for verb in ("published", "reopened", "lifted", "imported"):
        subscribe(f"mission.{verb}", "mission_alerts", _opened)
