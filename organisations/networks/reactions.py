"""What networks do when an organisation closes. It may run twice."""

from jeveuxagir.audit.models import Event
from jeveuxagir.audit.services import subscribe

from . import services


def _closed(event: Event) -> None:
    services.organisation_closed(int(event.subject_id))


def register() -> None:
    subscribe("organisation.closed", "networks", _closed)
