"""When a party leaves: its tasks find a new owner, and votes that only waited for it are counted."""

from alliances.departures import when_a_party_leaves
from alliances.models import Alliance, Party

from . import services


def _follows(alliance: Alliance, party: Party, successor: Party | None) -> None:
    services.pass_on(alliance, party, successor)
    services.settle_all(alliance)


def register() -> None:
    when_a_party_leaves("governance", _follows)
