"""When a party leaves: its tasks find a new owner, and votes that only waited for it are counted. When the alliance
closes, nothing is left to vote or to come to."""

from alliances.departures import when_a_party_leaves
from alliances.models import Alliance, Party
from jeveuxagir.audit.models import Event
from jeveuxagir.audit.services import subscribe

from . import services


def _follows(alliance: Alliance, party: Party, successor: Party | None) -> None:
    services.pass_on(alliance, party, successor)
    services.settle_all(alliance)


def _closed(event: Event) -> None:
    alliance = Alliance.objects.filter(pk=event.subject_id).first()
    if alliance is not None:
        services.end_with(alliance)


def register() -> None:
    when_a_party_leaves("governance", _follows)
    subscribe("alliance.closed", "governance", _closed)
