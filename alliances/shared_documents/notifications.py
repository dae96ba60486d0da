"""What the parties are told about the documents of their alliance. No title goes by mail to whoever left."""

from typing import TYPE_CHECKING, Any

from alliances.notifications import WHY, live_parties, people_of
from jeveuxagir.accounts.models import Person
from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.enums import Rhythm
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send

if TYPE_CHECKING:
    from .models import SharedDocument

#: name → (label, whether it may wait for the mail of the day)
KINDS = {
    "added": ("Un document est déposé dans mon alliance", True),
    "version": ("Un document de mon alliance a une nouvelle version", True),
    "published": ("Un document de mon alliance est public", False),
    "refused": ("Un document de mon alliance n’est pas publié", False),
}


def register() -> None:
    for name, (label, digestible) in KINDS.items():
        catalogue.register(
            Kind(
                f"shared_documents.{name}",
                label,
                WHY,
                f"emails/shared_documents/{name}.txt",
                can_stop=True,
                audience="member",
                digestible=digestible,
                default=Rhythm.DAILY if digestible else None,
            )
        )


def tell(document: "SharedDocument", name: str, *, once: str, besides: int | None = None) -> None:
    """Who speaks for the parties, but whoever acted."""
    _send(document, name, people_of(live_parties(document.alliance)), once, besides)


def tell_party(document: "SharedDocument", name: str, **context: Any) -> None:
    """Its party; who animates, once that party has left."""
    mine = live_parties(document.alliance, pk=document.party_id)
    parties = mine or live_parties(document.alliance, is_animator=True)
    _send(document, name, people_of(parties), str(document.version), None, **context)


def _send(
    document: "SharedDocument",
    name: str,
    people: list[Person],
    once: str,
    besides: int | None,
    **context: Any,
) -> None:
    for person in people:
        if person.pk == besides:
            continue
        send(
            f"shared_documents.{name}",
            to=person,
            dedupe_key=f"shared_documents.{name}:{document.pk}:{once}:{person.pk}",
            context={
                "alliance": document.alliance,
                "document": document,
                "url": absolute(document.page_url),
                **context,
            },
        )
