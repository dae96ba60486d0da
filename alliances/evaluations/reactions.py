"""When a party leaves, or the alliance closes: an open evaluation waits for nobody who is not there any more."""

from alliances.departures import when_a_party_leaves
from alliances.models import Alliance, Party
from jeveuxagir.audit.models import Event
from jeveuxagir.audit.services import subscribe

from . import services


def _left(alliance: Alliance, party: Party, successor: Party | None) -> None:
    services.settle(alliance)


def _closed(event: Event) -> None:
    alliance = Alliance.objects.filter(pk=event.subject_id).first()
    if alliance is not None:
        services.settle(alliance)


def register() -> None:
    when_a_party_leaves("evaluations", _left)
    subscribe("alliance.closed", "evaluations", _closed)
