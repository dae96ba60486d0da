"""What who contested a definition is told."""

from typing import TYPE_CHECKING

from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send

if TYPE_CHECKING:
    from .models import Contest

WHY = "Vous avez contesté un terme du glossaire de Jeveuxagir."
KINDS = {
    "revised": "Le terme que j’ai contesté est révisé",
    "refused": "Ma contestation d’un terme n’est pas retenue",
}


def register() -> None:
    for name, label in KINDS.items():
        catalogue.register(
            Kind(f"glossary.{name}", label, WHY, f"emails/glossary/{name}.txt", can_stop=False)
        )


def tell(contest: "Contest", name: str) -> None:
    if contest.person is None:
        return
    send(
        f"glossary.{name}",
        to=contest.person,
        dedupe_key=f"glossary.{name}:{contest.pk}",
        context={
            "term": contest.term.name,
            "answer": contest.answer,
            "reworded": contest.reworded,
            "url": absolute(contest.term.get_absolute_url()),
        },
    )
