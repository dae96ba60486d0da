"""What the parties are told about their charter and agreements."""

from typing import TYPE_CHECKING

from alliances.notifications import WHY, people_of
from jeveuxagir.notifications import catalogue
from jeveuxagir.notifications.catalogue import Kind
from jeveuxagir.notifications.links import absolute
from jeveuxagir.notifications.services import send

if TYPE_CHECKING:
    from .models import Version

KINDS = {
    "comment": ("Un texte de mon alliance est à commenter", True),
    "adopt": ("Un texte de mon alliance est à adopter", False),
    "in_force": ("Un texte de mon alliance est en vigueur", True),
}


def register() -> None:
    for name, (label, digestible) in KINDS.items():
        catalogue.register(
            Kind(
                f"texts.{name}",
                label,
                WHY,
                f"emails/texts/{name}.txt",
                can_stop=digestible,
                audience="member",
                digestible=digestible,
            )
        )


def tell(version: "Version", name: str, *, besides: int | None = None) -> None:
    """Who speaks for each live party, once per version and per fact."""
    alliance = version.text.alliance
    url = version.adopt_url if name == "adopt" else version.page_url
    parties = list(alliance.parties.live().select_related("person").order_by("pk"))
    for person in people_of(parties):
        if person.pk == besides:
            continue
        send(
            f"texts.{name}",
            to=person,
            dedupe_key=f"texts.{name}:{version.pk}:{person.pk}",
            context={"alliance": alliance, "version": version, "url": absolute(url)},
        )
