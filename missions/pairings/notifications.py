"""What the two sides of a pairing are told: never a person's name or contact, those are behind the link."""

from typing import TYPE_CHECKING

from django.urls import reverse

from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send
from missions.notifications import handlers_of

from .enums import Side

if TYPE_CHECKING:
    from .models import Pairing

WHY = "Vous gérez une organisation qui demande ou qui offre des compétences sur Jeveuxagir."
#: name → label, may wait for the mail of the day
KINDS = {
    "asked": ("Un besoin et une offre de compétences vont ensemble", True),
    "interested": ("Un employeur est intéressé par notre besoin", False),
    "agreed": ("Les deux côtés ont dit oui", False),
    "ended": ("Une proposition de compétences n’aura pas de suite", True),
}


def register() -> None:
    for name, (label, digestible) in KINDS.items():
        catalogue.register(
            Kind(
                code=f"pairings.{name}",
                label=label,
                why=WHY,
                template=f"emails/pairings/{name}.txt",
                can_stop=digestible,
                audience="member",
                digestible=digestible,
            )
        )


def url_for(pairing: "Pairing", side: str) -> str:
    """Its page in the space of that side."""
    organisation = pairing.organisation_of(side)
    return reverse("pairings:one", args=[organisation.pk, organisation.slug, pairing.pk])


def ask(pairing: "Pairing", side: str) -> None:
    """Both read the same reasons."""
    _tell(pairing, side, "asked")


def interested(pairing: "Pairing") -> None:
    _tell(pairing, Side.ASSOCIATION, "interested")


def agreed(pairing: "Pairing", side: str) -> None:
    _tell(pairing, side, "agreed")


def ended(pairing: "Pairing", side: str) -> None:
    _tell(pairing, side, "ended")


def _tell(pairing: "Pairing", side: str, name: str) -> None:
    other = Side.ASSOCIATION if side == Side.COMPANY else Side.COMPANY
    for person in handlers_of(pairing.organisation_of(side).pk):
        send(
            f"pairings.{name}",
            to=person,
            dedupe_key=f"pairings.{name}:{pairing.pk}:{side}:{person.pk}",
            context={
                "mine": pairing.organisation_of(side).name,
                "other": pairing.organisation_of(other).name,
                "employer": side == Side.COMPANY,
                "need": pairing.need.title,
                "offer": pairing.offer.title,
                "reasons": [reason["mail"] for reason in pairing.reasons],
                "reservation": (pairing.reservation or {}).get("mail", ""),
                "state": pairing.state,
                "until": pairing.expires_at.date().isoformat(),
                "url": absolute(url_for(pairing, side)),
            },
        )
