"""When an organisation closes, what it gives or receives ends, said with its reason; when a need is taken or given up,
whoever answered it is told, and has their time back."""

from jeveuxagir.audit.models import Event
from jeveuxagir.audit.services import subscribe
from organisations.models import Organisation

from . import services


def _closed(event: Event) -> None:
    organisation = Organisation.objects.filter(pk=event.subject_id).first()
    if organisation is not None:
        services.end_with_organisation(organisation)


def _need_moved(event: Event) -> None:
    services.release_of_need(int(event.subject_id))


def register() -> None:
    for verb in ("agreed", "delivered", "no_taker", "sent_back"):
        subscribe(f"skill_need.{verb}", "sponsorships.release", _need_moved)
    subscribe("organisation.closed", "sponsorships.end", _closed)
