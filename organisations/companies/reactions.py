"""What an employer's people do when it closes. May run twice."""

from jeveuxagir.audit.models import Event
from jeveuxagir.audit.services import subscribe
from organisations.models import Organisation

from . import services


def closed(event: Event) -> None:
    services.end_all_of(Organisation.objects.get(pk=int(event.subject_id)), actor=event.actor)


def register() -> None:
    subscribe("organisation.closed", "companies", closed)
