"""What the two sides of a pairing are told: never a person's name or contact, those are behind the link."""

from typing import TYPE_CHECKING

from django.urls import reverse

from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.models import Message
from jeveuxagir.notifications.services import send
from missions.notifications import handlers_of
from organisations.companies.policies import is_employer

from .enums import Side

if TYPE_CHECKING:
    from collections.abc import Sequence

    from organisations.models import Organisation

    from .models import Pairing
    from .weekly import News

WHY = "Vous gérez une organisation qui demande ou qui offre des compétences sur Jeveuxagir."
#: the mail of the week
WEEKLY = "pairings.weekly"
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
    catalogue.register(
        Kind(
            code=WEEKLY,
            label="Chaque semaine, les besoins ou les offres de compétences qui nous conviennent",
            why=WHY,
            template="emails/pairings/weekly.txt",
            can_stop=True,
            audience="member",
            digestible=False,
        )
    )


def weekly(organisation: "Organisation", found: "Sequence[News]", week: str) -> int:
    """What is new for it this week, to each owner and manager who wants it: how many do."""
    employer = is_employer(organisation)
    context = {
        "mine": organisation.name,
        "employer": employer,
        "lines": [
            {
                "title": news.title,
                "who": news.who,
                "url": absolute(news.path),
                "reasons": " · ".join(news.reasons),
            }
            for news in found
        ],
        "url": absolute(reverse("skill_needs:list") if employer else organisation.space_url),
    }
    sent = [
        send(
            WEEKLY,
            to=person,
            dedupe_key=f"{WEEKLY}:{week}:{organisation.pk}:{person.pk}",
            context=context,
        )
        for person in handlers_of(organisation.pk)
    ]
    return sum(message is not None for message in sent)


def was_told(organisation: "Organisation", week: str) -> bool:
    """Whether somebody of it has the mail of this week."""
    key = f"{WEEKLY}:{week}:{organisation.pk}:"
    return Message.objects.filter(dedupe_key__startswith=key).exists()


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
