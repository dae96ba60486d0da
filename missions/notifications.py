"""The mails about missions, to the members who handle them."""

from typing import TYPE_CHECKING

from django.urls import reverse

from jeveuxagir.accounts.models import Person
from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send
from organisations.models import Membership

from .policies import HANDLERS

if TYPE_CHECKING:
    from .models import Mission

WHY = "Vous gérez les missions d’une organisation sur Jeveuxagir."
KINDS = {
    "published": ("Ma mission est publiée", True),
    "refused": ("Ma mission est refusée", False),
    "correction": ("Ma mission est à corriger", False),
    "edit_accepted": ("La modification de ma mission est publiée", True),
    "edit_refused": ("La modification de ma mission n’est pas publiée", False),
    "suspended": ("Ma mission est suspendue par la brigade", False),
    "lifted": ("Ma mission n’est plus suspendue", True),
    "to_mend": ("La page de ma mission est à corriger", False),
    "past": ("Ma mission est fermée : ses dates sont passées", True),
}


def register() -> None:
    for name, (label, can_stop) in KINDS.items():
        catalogue.register(
            Kind(
                code=f"missions.{name}",
                label=label,
                why=WHY,
                template=f"emails/missions/{name}.txt",
                can_stop=can_stop,
                audience="member",
                digestible=can_stop,
            )
        )


def handlers_of(organisation_id: int) -> list[Person]:
    """The owners and managers who write missions and answer applications."""
    members = Membership.objects.filter(
        organisation_id=organisation_id, ended_at__isnull=True, role__in=HANDLERS
    )
    return [member.person for member in members.select_related("person").order_by("pk")]


def tell_members(mission: "Mission", name: str, *, reason: str = "") -> None:
    """Tell each owner and manager once for this version of the mission; an imported one is not theirs to mend."""
    if mission.is_imported:
        return
    organisation = mission.organisation
    url = reverse("missions:manage", args=[organisation.pk, organisation.slug, mission.pk])
    for member in handlers_of(organisation.pk):
        send(
            f"missions.{name}",
            to=member,
            dedupe_key=f"missions.{name}:{mission.pk}:{mission.version}:{member.pk}",
            context={"mission": mission, "reason": reason, "url": absolute(url)},
        )
