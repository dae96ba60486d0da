"""What becomes of keys when somebody leaves, or when the organisation closes. May run twice."""

from jeveuxagir.audit.models import Event
from jeveuxagir.audit.services import subscribe
from organisations.models import Membership, Organisation

from . import services
from .policies import HANDLERS


def closed(event: Event) -> None:
    services.revoke_all_of(Organisation.objects.get(pk=int(event.subject_id)), actor=event.actor)


def left(event: Event) -> None:
    """Gone, or a reader now: they may have kept the secret. Somebody erased is no longer anybody's maker."""
    found = Membership.objects.filter(pk=event.data.get("membership")).select_related(
        "organisation", "person"
    )
    membership = found.first()
    if membership is not None and (membership.ended_at or membership.role not in HANDLERS):
        services.tell_of_leaving(membership.organisation, membership.person)


def register() -> None:
    subscribe("organisation.closed", "api_keys", closed)
    for verb in ("organisation.left", "organisation.member_removed", "organisation.role_changed"):
        subscribe(verb, "api_keys", left)
