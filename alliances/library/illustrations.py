"""The grid of the kit: 4 categories of partnership × 3 profiles, fed by published examples (K76).

The app of the examples stands above the library: it registers what it has.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import TextChoices

from jeveuxagir.common.registries import Registry

SHOWN = 3


class Profile(TextChoices):
    """Who reads the kit; also who leads a partnership, in the grid."""

    ELECTED = "elu", "Vous êtes maire ou élu"
    COMPANY = "entreprise", "Vous dirigez une entreprise"
    ASSOCIATION = "association", "Vous êtes responsable d’une association"


@dataclass(frozen=True)
class Illustration:
    """A published example: its title and its page."""

    title: str
    url: str


@dataclass(frozen=True)
class Cell:
    """What stands in a cell: how many examples, and the first of them."""

    count: int = 0
    shown: list[Illustration] = field(default_factory=list)


#: (code of a partnership category, Profile value) → how many examples, and the best of them
Source = Callable[[], Mapping[tuple[str, str], tuple[int, Sequence[Illustration]]]]

#: name → Source; asked once each time the grid is shown
illustrations: Registry[Source] = Registry("illustrations of the kit")


def grid() -> dict[tuple[str, str], Cell]:
    """{(category, profile): cell}; what nobody fills is not there."""
    counts: dict[tuple[str, str], int] = defaultdict(int)
    shown: dict[tuple[str, str], list[Illustration]] = defaultdict(list)
    for source in illustrations:
        for key, (count, several) in source().items():
            counts[key] += count
            shown[key] += several
    return {key: Cell(count, shown[key][:SHOWN]) for key, count in counts.items() if count}
