"""When a party leaves: its tasks find a new owner, and votes that only waited for it are counted."""

from alliances.models import Alliance, Party
from jeveuxagir.audit.models import Event
from jeveuxagir.audit.services import subscribe

from . import services


def party_left(event: Event) -> None:
    alliance = Alliance.objects.filter(pk=event.subject_id).first()
    party = Party.objects.filter(pk=event.data["party"]).first()
    if alliance is None or party is None:
        return
    successor = Party.objects.live().filter(alliance=alliance, pk=event.data.get("successor") or 0).first()
    services.pass_on(alliance, party, successor)
    services.settle_all(alliance)


def register() -> None:
    subscribe("alliance.party_left", "governance", party_left)
