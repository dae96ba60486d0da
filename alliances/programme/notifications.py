"""What those who look after a pledge are told: the brigade's answer, and once that news are awaited."""

from typing import TYPE_CHECKING

from jeveuxagir.accounts.models import Person
from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send
from organisations.models import Membership
from organisations.policies import HANDLERS

if TYPE_CHECKING:
    from .models import Pledge

WHY = "Votre organisation s’est engagée sur une mesure du programme."
KINDS = {
    "opened": "Notre engagement est publié",
    "to_mend": "Notre engagement est à corriger",
    "refused": "Notre engagement n’est pas retenu",
    "news": "On attend des nouvelles de notre engagement",
}


def register() -> None:
    for name, label in KINDS.items():
        template = f"emails/programme/{name}.txt"
        catalogue.register(Kind(f"programme.{name}", label, WHY, template, can_stop=False))


def people_of(pledge: "Pledge") -> list[Person]:
    """Who wrote it, while they handle the organisation; else its owners."""
    live = Membership.objects.live().filter(organisation=pledge.organisation)
    if pledge.person is not None and live.filter(person=pledge.person, role__in=HANDLERS).exists():
        return [pledge.person]
    owners = Membership.objects.owners().filter(organisation=pledge.organisation)
    return [row.person for row in owners.select_related("person").order_by("pk")]


def tell(pledge: "Pledge", name: str, *, once: str = "") -> None:
    for person in people_of(pledge):
        send(
            f"programme.{name}",
            to=person,
            dedupe_key=f"programme.{name}:{pledge.pk}:{once}:{person.pk}",
            context={
                "what": pledge.what,
                "organisation": pledge.organisation.name,
                "measure": pledge.measure.name,
                "until": pledge.until,
                "reason": pledge.reason,
                "url": absolute(pledge.get_absolute_url()),
            },
        )
