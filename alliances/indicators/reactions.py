"""When a party leaves: the indicators it was responsible for find another party, or wait for one."""

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


def register() -> None:
    subscribe("alliance.party_left", "indicators", party_left)
