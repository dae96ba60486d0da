"""What the parties of an alliance are told."""

from typing import TYPE_CHECKING, Any

from jeveuxagir.accounts.models import Person
from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send
from organisations.models import Membership
from organisations.policies import HANDLERS

if TYPE_CHECKING:
    from .models import Alliance, AllianceInvitation, Party

WHY = "Vous prenez part à une alliance sur Jeveuxagir."
ASKED = "Une alliance vous invite, sur Jeveuxagir."
KINDS = {
    "answered": ("Une invitation de mon alliance a sa réponse", True),
    "joined": ("Une nouvelle partie rejoint mon alliance", True),
    "left": ("Une partie quitte mon alliance", True),
    "stage": ("Mon alliance change d’étape", True),
    "silent": ("Mon alliance ne donne plus de nouvelles", True),
    "asleep": ("Mon alliance s’est endormie", True),
    "woken": ("Mon alliance se réveille", True),
    "closed": ("Mon alliance est close", True),
    "born": ("Une alliance est née de la mienne", True),
    "third_ended": ("Le tiers de confiance de mon alliance n’a plus ce rôle", True),
    "replaced": ("Ma place dans une alliance est confiée à une autre partie", False),
    "published": ("La page de mon alliance est publique", False),
    "not_published": ("La page de mon alliance n’est pas publiée", False),
    "edit_accepted": ("Une modification de mon alliance est en ligne", False),
    "edit_refused": ("Une modification de mon alliance n’est pas acceptée", False),
    "to_mend": ("La page de mon alliance est à corriger", False),
    "unpublished": ("La page de mon alliance n’est plus publique", False),
}


def register() -> None:
    catalogue.register(
        Kind(
            "alliances.invited",
            "Être invité dans une alliance",
            ASKED,
            "emails/alliances/invited.txt",
            can_stop=False,
        )
    )
    for name, (label, digestible) in KINDS.items():
        catalogue.register(
            Kind(
                f"alliances.{name}",
                label,
                WHY,
                f"emails/alliances/{name}.txt",
                can_stop=digestible,
                audience="member",
                digestible=digestible,
            )
        )


def people_of(parties: "list[Party]") -> list[Person]:
    """Who speaks for these parties, each person once: owners and managers of organisations, citizens themselves."""
    organisations = [party.organisation_id for party in parties if party.organisation_id]
    members = Membership.objects.live().filter(organisation__in=organisations, role__in=HANDLERS)
    people = {member.person_id: member.person for member in members.select_related("person").order_by("pk")}
    for party in parties:
        if party.person is not None:
            people.setdefault(party.person.pk, party.person)
    return list(people.values())


def live_parties(alliance: "Alliance", **where: Any) -> "list[Party]":
    return list(alliance.parties.live().filter(**where).select_related("person").order_by("pk"))


def tell(
    alliance: "Alliance",
    name: str,
    *,
    once: str,
    parties: "list[Party] | None" = None,
    besides: int | None = None,
    **context: Any,
) -> None:
    """Tell who speaks for these parties (all of them, if none is named) once per `once`, but whoever acted."""
    told = live_parties(alliance) if parties is None else parties
    for person in people_of(told):
        if person.pk == besides:
            continue
        send(
            f"alliances.{name}",
            to=person,
            dedupe_key=f"alliances.{name}:{alliance.pk}:{once}:{person.pk}",
            context={"alliance": alliance, "url": absolute(alliance.space_url), **context},
        )


def host_of(invitation: "AllianceInvitation") -> str:
    """The party for which the invitation was sent: its name tells more than a first name."""
    if invitation.invited_by is None:
        return ""
    parties = invitation.alliance.parties.live().of_person(invitation.invited_by.person)
    return next((party.name for party in parties.order_by("-is_animator", "pk") if party.organisation_id), "")


def invite(invitation: "AllianceInvitation", token: str, days: int) -> None:
    """One mail with the link that answers, to an address; nothing secret of the alliance is in it."""
    send(
        "alliances.invited",
        to=invitation.email,
        dedupe_key=f"alliances.invited:{invitation.pk}:{invitation.token_hash[:12]}",
        context={
            "invitation": invitation,
            "alliance": invitation.alliance,
            "inviter": invitation.invited_by.person.first_name if invitation.invited_by else "",
            "host": host_of(invitation),
            "days": days,
            "url": absolute(f"/alliances/invitation/{token}/"),
        },
    )
