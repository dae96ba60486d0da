"""What events do once their fact is written, and when their organisation changes. Each may run twice."""

from jeveuxagir.audit.models import Event as Fact
from jeveuxagir.audit.services import subscribe
from organisations.enums import State as OrganisationState
from organisations.models import Organisation

from . import notifications, services
from .models import Event, Note


def _event(fact: Fact) -> Event | None:
    rows = Event.objects.select_related("organisation", "commune")
    return rows.filter(pk=int(fact.subject_id)).first()


def moved(fact: Fact) -> None:
    """Everybody is told of the last place and hour; of one that moved again meanwhile, once."""
    event = _event(fact)
    if event is not None and event.sequence == fact.data["sequence"] and not event.is_cancelled:
        notifications.tell_all(event, "moved", once=str(event.sequence))


def cancelled(fact: Fact) -> None:
    event = _event(fact)
    if event is not None and event.is_cancelled:
        notifications.tell_all(event, "cancelled", once="cancelled", reason=event.reason)


def followed(fact: Fact) -> None:
    event = _event(fact)
    if event is not None and fact.data["first"] and event.followed_at is not None:
        notifications.tell_all(event, "followed", once="followed", waiting=False)


def noted(fact: Fact) -> None:
    note = Note.objects.select_related("event__organisation", "event__commune").get(pk=fact.data["note"])
    notifications.tell_note(note)


def _organisation(fact: Fact) -> Organisation | None:
    return Organisation.objects.filter(pk=int(fact.subject_id)).first()


def organisation_closed(fact: Fact) -> None:
    organisation = _organisation(fact)
    if organisation is not None:
        services.cancel_of_organisation(organisation)


def organisation_suspended(fact: Fact) -> None:
    """Nobody is told when it was lifted meanwhile."""
    organisation = _organisation(fact)
    if organisation is not None and organisation.state == OrganisationState.SUSPENDED:
        services.paused(organisation, once=fact.pk)


def organisation_lifted(fact: Fact) -> None:
    """After the last suspension before this lifting."""
    organisation = _organisation(fact)
    before = Fact.objects.filter(
        verb="organisation.suspended",
        subject_type=fact.subject_type,
        subject_id=fact.subject_id,
        pk__lt=fact.pk,
    )
    suspension = before.order_by("-pk").first()
    if organisation is not None and organisation.is_verified and suspension is not None:
        services.resumed(organisation, once=suspension.pk)


def organisation_updated(fact: Fact) -> None:
    organisation = _organisation(fact)
    if organisation is not None:
        services.renamed(organisation)


def register() -> None:
    subscribe("event.moved", "events", moved)
    subscribe("event.cancelled", "events", cancelled)
    subscribe("event.followed", "events", followed)
    subscribe("event.noted", "events", noted)
    subscribe("organisation.closed", "events", organisation_closed)
    subscribe("organisation.suspended", "events", organisation_suspended)
    subscribe("organisation.lifted", "events", organisation_lifted)
    subscribe("organisation.updated", "events", organisation_updated)
