"""When a party leaves, its obligations find a new owner and what only waited for it enters into force.

When a text enters into force, its document is made, so that whoever may read it finds it.
"""

from alliances.models import Alliance, Party
from jeveuxagir.audit.models import Event
from jeveuxagir.audit.services import subscribe

from . import documents, services
from .models import Version


def party_left(event: Event) -> None:
    alliance = Alliance.objects.filter(pk=event.subject_id).first()
    party = Party.objects.filter(pk=event.data["party"]).first()
    if alliance is None or party is None:
        return
    successor = Party.objects.live().filter(alliance=alliance, pk=event.data.get("successor") or 0).first()
    services.pass_on(alliance, party, successor)
    services.settle_all(alliance)


def in_force(event: Event) -> None:
    version = Version.objects.filter(text=event.data["text"], number=event.data["number"]).first()
    if version is not None:
        documents.document_of(version)


def register() -> None:
    subscribe("alliance.party_left", "texts", party_left)
    subscribe("text.in_force", "texts", in_force)
