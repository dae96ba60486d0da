"""What skill needs do when something happens to their association. Each may run twice."""

from jeveuxagir.audit.models import Event
from jeveuxagir.audit.services import subscribe
from organisations.models import Organisation

from . import services


def _organisation(event: Event) -> Organisation:
    return Organisation.objects.get(pk=int(event.subject_id))


def suspended(event: Event) -> None:
    organisation = _organisation(event)
    if organisation.state == "suspended":
        services.suspend_of_organisation(organisation, actor=event.actor)


def lifted(event: Event) -> None:
    organisation = _organisation(event)
    if organisation.is_verified:
        services.lift_of_organisation(organisation, actor=event.actor)


def closed(event: Event) -> None:
    services.close_of_organisation(_organisation(event), actor=event.actor)


def register() -> None:
    subscribe("organisation.suspended", "skill_needs", suspended)
    subscribe("organisation.lifted", "skill_needs", lifted)
    subscribe("organisation.closed", "skill_needs", closed)
