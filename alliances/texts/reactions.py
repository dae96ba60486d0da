"""When a party leaves, its obligations find a new owner and what only waited for it enters into force.

When a text enters into force, its document is made, so that whoever may read it finds it; and made again once it was
withdrawn.
"""

from alliances.departures import when_a_party_leaves
from alliances.models import Alliance, Party
from jeveuxagir.audit.models import Event
from jeveuxagir.audit.services import subscribe

from . import documents, services
from .models import Version


def _follows(alliance: Alliance, party: Party, successor: Party | None) -> None:
    services.pass_on(alliance, party, successor)
    services.settle_all(alliance)


def make_document(event: Event) -> None:
    version = Version.objects.filter(text=event.data["text"], number=event.data["number"]).first()
    if version is not None:
        documents.document_of(version)


def register() -> None:
    when_a_party_leaves("texts", _follows)
    subscribe("text.in_force", "texts", make_document)
    subscribe("text.document_withdrawn", "texts", make_document)
