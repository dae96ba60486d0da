"""A mission that opens is news. Each runs in a Celery task, and may run twice."""

from datetime import timedelta

from jeveuxagir.audit.models import Event
from jeveuxagir.audit.services import subscribe

from . import services

#: longer than any import takes; a mission noted twice is told once
ONE_RUN = timedelta(days=1)


def _opened(event: Event) -> None:
    services.note_open(int(event.subject_id))


def _imported(event: Event) -> None:
    """One reaction for a whole feed: what a run opened within a day of its end."""
    services.note_opened_by(str(event.data["partner"]), since=event.created_at - ONE_RUN)


def register() -> None:
    for verb in ("published", "reopened", "lifted"):
        subscribe(f"mission.{verb}", "mission_alerts", _opened)
    subscribe("feed.run_done", "mission_alerts", _imported)
