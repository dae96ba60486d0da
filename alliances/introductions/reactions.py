"""What introductions do when something happens elsewhere."""

from jeveuxagir.audit.models import Event
from jeveuxagir.audit.services import subscribe
from organisations.models import Organisation

from . import services


def _organisation_closed(event: Event) -> None:
    organisation = Organisation.objects.filter(pk=event.subject_id).first()
    if organisation is not None:
        services.organisation_ended(organisation)


def register() -> None:
    subscribe("organisation.closed", "introductions.closed", _organisation_closed)
