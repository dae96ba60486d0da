"""The mails about offers of skills, to the employer's coordinators."""

from typing import TYPE_CHECKING

from django.urls import reverse

from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send
from organisations.companies.models import coordinators_of

if TYPE_CHECKING:
    from .models import Offer

WHY = "Vous coordonnez le mécénat de compétences de votre organisation sur Jeveuxagir."
#: what happened → its label on the page of preferences, and whether it may be stopped
KINDS = {
    "opened": ("Mon offre de mécénat est ouverte", True),
    "refused": ("Mon offre de mécénat n’est pas ouverte", False),
    "correction": ("Mon offre de mécénat est à corriger", False),
    "edit_accepted": ("La modification de mon offre est publiée", True),
    "edit_refused": ("La modification de mon offre n’est pas publiée", False),
    "suspended": ("Mon offre de mécénat est suspendue", False),
    "lifted": ("Mon offre de mécénat n’est plus suspendue", True),
    "exhausted": ("Tout le temps de mon offre est engagé", True),
    "expired": ("Mon offre de mécénat est terminée : sa période est passée", True),
}


def register() -> None:
    for name, (label, can_stop) in KINDS.items():
        catalogue.register(
            Kind(
                code=f"offers.{name}",
                label=label,
                why=WHY,
                template=f"emails/offers/{name}.txt",
                can_stop=can_stop,
                audience="member",
                digestible=can_stop,
            )
        )


def tell(offer: "Offer", name: str, *, reason: str = "") -> None:
    """Once for each coordinator and each version of the offer."""
    organisation = offer.organisation
    url = absolute(reverse("offers:manage", args=[organisation.pk, organisation.slug, offer.pk]))
    for member in coordinators_of(organisation).select_related("person").order_by("pk"):
        send(
            f"offers.{name}",
            to=member.person,
            dedupe_key=f"offers.{name}:{offer.pk}:{offer.version}:{member.person_id}",
            context={"offer": offer, "reason": reason, "url": url},
        )
