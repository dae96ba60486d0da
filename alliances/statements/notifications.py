"""What who said what they live through is told."""

from typing import TYPE_CHECKING

from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send

if TYPE_CHECKING:
    from .models import Statement

WHY = "Vous avez écrit un témoignage sur votre commune, sur Jeveuxagir."
KINDS = {
    "published": "Mon témoignage est publié",
    "refused": "Mon témoignage n’est pas publié",
}


def register() -> None:
    for name, label in KINDS.items():
        catalogue.register(
            Kind(f"statements.{name}", label, WHY, f"emails/statements/{name}.txt", can_stop=False)
        )


def tell(statement: "Statement", name: str) -> None:
    if statement.person is None:
        return
    send(
        f"statements.{name}",
        to=statement.person,
        dedupe_key=f"statements.{name}:{statement.pk}",
        context={
            "commune": statement.commune.label,
            "answer": statement.answer,
            "url": absolute(statement.get_absolute_url()),
        },
    )
