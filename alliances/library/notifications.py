"""What whoever wrote a sheet is told of it."""

from typing import TYPE_CHECKING

from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send

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


def tell(sheet: "Sheet", name: str, *, reason: str = "", once: str = "") -> None:
    """To its author; nobody when it was imported or its author left."""
    if sheet.person is None:
        return
    send(
        f"library.{name}",
        to=sheet.person,
        dedupe_key=f"library.{name}:{sheet._meta.label}:{sheet.pk}:{once or sheet.version}",
        context={
            "title": sheet.title,
            "reason": reason or sheet.reason,
            "url": absolute(sheet.get_absolute_url()),  # type: ignore[attr-defined]
        },
    )
