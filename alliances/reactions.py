"""What alliances do when something happens elsewhere."""

from jeveuxagir.audit.models import Event
from jeveuxagir.audit.services import subscribe
from organisations.models import Organisation

from . import services


def _organisation_closed(event: Event) -> None:
    organisation = Organisation.objects.filter(pk=event.subject_id).first()
    if organisation is not None:
        services.organisation_ended(organisation)


def _organisation_updated(event: Event) -> None:
    organisation = Organisation.objects.filter(pk=event.subject_id).first()
    if organisation is not None:
        services.organisation_renamed(organisation)


def register() -> None:
    subscribe("organisation.updated", "alliances.names", _organisation_updated)
    subscribe("organisation.closed", "alliances.parties", _organisation_closed)
