"""What the parties are told about an evaluation: never what anybody answered."""

from typing import TYPE_CHECKING

from alliances.notifications import WHY, people_of
from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send

if TYPE_CHECKING:
    from alliances.models import Party

    from .models import Round

KINDS = {
    "opened": "Une évaluation de mon alliance est ouverte",
    "late": "Une évaluation de mon alliance attend notre réponse",
    "revealed": "Les réponses à une évaluation de mon alliance sont visibles",
    "abandoned": "Une évaluation de mon alliance est abandonnée",
}


def register() -> None:
    for name, label in KINDS.items():
        catalogue.register(
            Kind(
                f"evaluations.{name}",
                label,
                WHY,
                f"emails/evaluations/{name}.txt",
                can_stop=True,
                audience="member",
                digestible=True,
            )
        )


def tell(
    round_: "Round", name: str, parties: "list[Party]", *, once: str = "", besides: int | None = None
) -> None:
    """Who speaks for these parties, once each."""
    for person in people_of(parties):
        if person.pk == besides:
            continue
        send(
            f"evaluations.{name}",
            to=person,
            dedupe_key=f"evaluations.{name}:{round_.pk}{f':{once}' if once else ''}:{person.pk}",
            context={"alliance": round_.alliance, "round": round_, "url": absolute(round_.page_url)},
        )
