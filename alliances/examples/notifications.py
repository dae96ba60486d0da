"""What people are told of an example: their party's consent is asked, somebody took theirs back, is it still true?"""

from typing import TYPE_CHECKING

from alliances.library.notifications import people_of as writers_of
from alliances.notifications import people_of
from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Audience, Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send

if TYPE_CHECKING:
    from .models import Consent, Example

MEMBER = "Vous prenez part à une alliance sur Jeveuxagir."
AUTHOR = "Vous avez écrit un exemple de la bibliothèque de Jeveuxagir."
KINDS: dict[str, tuple[str, str, Audience]] = {
    "consent_asked": ("Un exemple raconte mon alliance : mon accord est demandé", MEMBER, "member"),
    "changed": ("Un exemple auquel ma partie a donné son accord a changé", MEMBER, "member"),
    "consent_withdrawn": ("Une partie retire son accord à un exemple que j’ai écrit", AUTHOR, "person"),
    "all_agreed": ("Toutes les parties sont d’accord avec un exemple que j’ai écrit", AUTHOR, "person"),
    "still_true": ("Un exemple que j’ai écrit est-il toujours vrai ?", AUTHOR, "person"),
}


def register() -> None:
    for name, (label, why, audience) in KINDS.items():
        catalogue.register(
            Kind(
                f"examples.{name}",
                label,
                why,
                f"emails/examples/{name}.txt",
                can_stop=False,
                audience=audience,
                digestible=False,
            )
        )


def ask_consent(example: "Example", consents: "list[Consent]", *, besides: int | None) -> None:
    """Who speaks for these parties, but whoever wrote it."""
    for person in people_of([consent.party for consent in consents]):
        if person.pk == besides:
            continue
        send(
            "examples.consent_asked",
            to=person,
            dedupe_key=f"examples.consent_asked:{example.pk}:{example.version}:{person.pk}",
            context={
                "title": example.title,
                "alliance": str(example.alliance or ""),
                "url": absolute(example.get_absolute_url()) + "accord/",
            },
        )


def tell_changed(
    example: "Example", consents: "list[Consent]", labels: list[str], *, once: str, besides: set[int]
) -> None:
    """Who speaks for the parties that agreed, but its writers."""
    for person in people_of([consent.party for consent in consents if consent.is_agreed]):
        if person.pk in besides:
            continue
        send(
            "examples.changed",
            to=person,
            dedupe_key=f"examples.changed:{example.pk}:{once}:{person.pk}",
            context={
                "title": example.title,
                "alliance": str(example.alliance or ""),
                "labels": labels,
                "url": absolute(example.get_absolute_url()) + "accord/",
                "history_url": absolute(example.get_absolute_url()) + "historique/",
            },
        )


def tell_author(example: "Example", name: str, *, once: str, **context: str) -> None:
    """Whoever looks after it: not an author who left the organisation that signs it."""
    for person in writers_of(example):
        send(
            f"examples.{name}",
            to=person,
            dedupe_key=f"examples.{name}:{example.pk}:{once}:{person.pk}",
            context={"title": example.title, "url": absolute(example.get_absolute_url()), **context},
        )
