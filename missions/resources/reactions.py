"""What needs of means do when their organisation changes. Each may run twice."""

from jeveuxagir.audit.models import Event as Fact
from jeveuxagir.audit.services import subscribe
from organisations.models import Organisation

from . import services


def _organisation(fact: Fact) -> Organisation | None:
    return Organisation.objects.filter(pk=int(fact.subject_id)).first()


def organisation_closed(fact: Fact) -> None:
    organisation = _organisation(fact)
    if organisation is not None:
        services.close_of_organisation(organisation)


def organisation_updated(fact: Fact) -> None:
    organisation = _organisation(fact)
    if organisation is not None:
        services.renamed(organisation)


def register() -> None:
    subscribe("organisation.closed", "resources", organisation_closed)
    subscribe("organisation.updated", "resources", organisation_updated)
