"""What a head and its members tell each other, to the owners of the other side."""

from typing import TYPE_CHECKING

from django.urls import reverse

from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send
from organisations.models import Membership, Organisation
from organisations.policies import HANDLERS

if TYPE_CHECKING:
    from .models import Affiliation, MailInvitation

WHY = "Vous gérez une organisation sur Jeveuxagir."
#: name → label, may wait for the mail of the day
KINDS = {
    "invited": ("Un réseau invite mon organisation", True),
    "joined": ("Une organisation rejoint notre réseau", True),
    "declined": ("Une organisation ne rejoint pas notre réseau", True),
    "ended": ("Une organisation et son réseau se séparent", True),
}


def register() -> None:
    for name, (label, digestible) in KINDS.items():
        catalogue.register(
            Kind(
                code=f"networks.{name}",
                label=label,
                why=WHY,
                template=f"emails/networks/{name}.txt",
                can_stop=digestible,
                audience="member",
                digestible=digestible,
            )
        )
    catalogue.register(
        Kind(
            code="networks.invited_by_mail",
            label="Un réseau m’invite",
            why="Un réseau a donné votre adresse pour inviter votre organisation. Si ce n’est pas attendu, ne faites "
            "rien.",
            template="emails/networks/invited_by_mail.txt",
            can_stop=False,
            audience="member",
        )
    )


def space_url(organisation: Organisation) -> str:
    return reverse("networks:space", args=[organisation.pk, organisation.slug])


def invited(affiliation: "Affiliation") -> None:
    _tell(affiliation, "invited", affiliation.member, affiliation.head)


def joined(affiliation: "Affiliation") -> None:
    _tell(affiliation, "joined", affiliation.head, affiliation.member)


def declined(affiliation: "Affiliation") -> None:
    _tell(affiliation, "declined", affiliation.head, affiliation.member)


def ended(affiliation: "Affiliation", *, by_member: bool) -> None:
    told, other = (
        (affiliation.head, affiliation.member) if by_member else (affiliation.member, affiliation.head)
    )
    _tell(affiliation, "ended", told, other, by_member=by_member)


def invited_by_mail(invitation: "MailInvitation", token: str, days: int) -> None:
    """To the bare address: whether it has an account is nobody's business."""
    send(
        "networks.invited_by_mail",
        to=invitation.email,
        dedupe_key=f"networks.invited_by_mail:{invitation.pk}",
        context={
            "head": invitation.head.name,
            "days": days,
            "url": absolute(reverse("networks:invitation", args=[token])),
        },
    )


def _tell(
    affiliation: "Affiliation", name: str, told: Organisation, other: Organisation, **more: object
) -> None:
    members = Membership.objects.live().filter(organisation=told, role__in=HANDLERS).select_related("person")
    for member in members.order_by("pk"):
        send(
            f"networks.{name}",
            to=member.person,
            dedupe_key=f"networks.{name}:{affiliation.pk}:{member.person_id}",
            context={
                "mine": told.name,
                "other": other.name,
                "message": affiliation.message if name == "invited" else "",
                "url": absolute(space_url(told)),
                **more,
            },
        )
