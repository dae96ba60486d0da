"""What whoever wrote a sheet is told of it."""

from typing import TYPE_CHECKING

from jeveuxagir.accounts.models import Person
from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send
from organisations.models import Membership
from organisations.policies import HANDLERS

if TYPE_CHECKING:
    from .sheets import Sheet

WHY = "Vous avez écrit une fiche de la bibliothèque de Jeveuxagir."
KINDS = {
    "published": "Une fiche que j’ai écrite est publiée",
    "to_mend": "Une fiche que j’ai écrite est à corriger",
    "refused": "Une fiche que j’ai écrite n’est pas retenue",
    "edit_accepted": "Ma correction d’une fiche est publiée",
    "edit_refused": "Ma correction d’une fiche n’est pas retenue",
    "link_dead": "Le lien d’un outil que j’ai proposé ne répond plus",
}


def register() -> None:
    for name, label in KINDS.items():
        catalogue.register(
            Kind(
                f"library.{name}", label, WHY, f"emails/library/{name}.txt", can_stop=False, digestible=False
            )
        )


def people_of(sheet: "Sheet") -> list[Person]:
    """Its author while they look after it; else who owns the organisation that signs it. Nobody of an imported one."""
    if sheet.organisation is None:
        return [sheet.person] if sheet.person is not None else []
    live = Membership.objects.live().filter(organisation=sheet.organisation)
    if sheet.person is not None and live.filter(person=sheet.person, role__in=HANDLERS).exists():
        return [sheet.person]
    owners = Membership.objects.owners().filter(organisation=sheet.organisation)
    return [row.person for row in owners.select_related("person").order_by("pk")]


def tell(sheet: "Sheet", name: str, *, reason: str = "", once: str = "") -> None:
    """To whoever looks after it (see `people_of`)."""
    for person in people_of(sheet):
        send(
            f"library.{name}",
            to=person,
            dedupe_key=f"library.{name}:{sheet._meta.label}:{sheet.pk}:{once or sheet.version}:{person.pk}",
            context={
                "title": sheet.title,
                "reason": reason or sheet.reason,
                "url": absolute(sheet.get_absolute_url()),  # type: ignore[attr-defined]
            },
        )
