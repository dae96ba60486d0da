"""What the author of a common problem and those who support it are told."""

from typing import TYPE_CHECKING

from django.urls import reverse

from jeveuxagir.accounts.models import Person
from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send

if TYPE_CHECKING:
    from .models import Challenge, Support

WHY = "Vous avez exposé ou soutenu un problème commun sur Jeveuxagir."
#: name → label, whether it may wait for the mail of the day (and be stopped)
KINDS = {
    "opened": ("Le problème que j’ai exposé est ouvert", False),
    "to_mend": ("Le problème que j’ai exposé est à corriger", False),
    "refused": ("Le problème que j’ai exposé n’est pas retenu", False),
    "ready": ("Un problème commun est prêt pour une alliance", True),
    "allied": ("Une alliance naît d’un problème commun", True),
    "reworded": ("Un problème que je soutiens a été récrit", True),
    "words_removed": ("Des mots que j’ai écrits sous un problème sont retirés", False),
    "closed": ("Un problème que je soutiens est fermé", True),
}


def register() -> None:
    for name, (label, digestible) in KINDS.items():
        catalogue.register(
            Kind(
                f"challenges.{name}",
                label,
                WHY,
                f"emails/challenges/{name}.txt",
                can_stop=digestible,
                digestible=digestible,
            )
        )


def people_of(challenge: "Challenge", *, supporters: bool) -> list[Person]:
    """Who stated it, then who said « nous aussi », each once."""
    people = {challenge.person.pk: challenge.person} if challenge.person else {}
    if supporters:
        for made in challenge.supports.select_related("by__person").order_by("pk"):
            if made.by is not None:
                people.setdefault(made.by.person_id, made.by.person)
    return list(people.values())


def tell(
    challenge: "Challenge",
    name: str,
    *,
    supporters: bool = False,
    once: str = "",
    besides: int | None = None,
) -> None:
    for person in people_of(challenge, supporters=supporters):
        if person.pk == besides:
            continue
        send(
            f"challenges.{name}",
            to=person,
            dedupe_key=f"challenges.{name}:{challenge.pk}:{once}:{person.pk}",
            context={
                "statement": challenge.statement,
                "reason": challenge.reason,
                "url": absolute(challenge.get_absolute_url()),
                "list_url": absolute(reverse("challenges:list")),
            },
        )


def tell_of_words(made: "Support") -> None:
    """What they wrote beside their support was taken away: once for these words."""
    if made.by is None:
        return
    challenge = made.challenge
    send(
        "challenges.words_removed",
        to=made.by.person,
        dedupe_key=f"challenges.words_removed:{made.pk}:{made.agreed_at}",
        context={"statement": challenge.statement, "url": absolute(challenge.get_absolute_url())},
    )
