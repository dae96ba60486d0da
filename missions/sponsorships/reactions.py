"""When an organisation closes, what it gives or receives ends, said with its reason."""

from jeveuxagir.audit.models import Event
from jeveuxagir.audit.services import subscribe
from organisations.models import Organisation

from . import services


def _closed(event: Event) -> None:
    organisation = Organisation.objects.filter(pk=event.subject_id).first()
    if organisation is not None:
        services.end_with_organisation(organisation)


def register() -> None:
    subscribe("organisation.closed", "sponsorships.end", _closed)
