"""The common problem that an alliance was born of, in its archive: what its public page says."""

from alliances.exports import Folder, Part, parts
from alliances.models import Alliance
from jeveuxagir.accounts.models import User

from .models import Challenge


def _write(folder: Folder, alliance: Alliance, reader: User) -> None:
    for one in Challenge.objects.public().filter(alliance=alliance).order_by("pk"):
        folder.text(
            one.statement,
            "\n\n".join(filter(None, [one.who, one.evidence, one.link])),
            [
                ("Où", one.place.label),
                ("Exposé par", one.stated_by),
                ("Ouvert le", one.opened_at),
                *((world, count) for world, count in one.thermometer()),
            ],
        )


def register() -> None:
    parts.register("challenges", Part("Problème commun", _write, order=15))
