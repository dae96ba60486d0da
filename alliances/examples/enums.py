"""The words of an inspiring example."""

from django.db.models import TextChoices

from jeveuxagir.common.text import NBSP


class Ground(TextChoices):
    """What sort of place it happened in. The value is the word of the address."""

    RURAL = "rural", "rural"
    TOWN = "ville", "ville"
    PRIORITY = "quartier-prioritaire", "quartier prioritaire"
    OVERSEAS = "outre-mer", "outre-mer"


class Size(TextChoices):
    """How many people live there: a town hall looks for what is of its size."""

    SMALL = "petite", f"moins de 5{NBSP}000 habitants"
    MEDIUM = "moyenne", f"de 5{NBSP}000 à 50{NBSP}000 habitants"
    LARGE = "grande", f"plus de 50{NBSP}000 habitants"


SMALL_UNDER, LARGE_FROM = 5_000, 50_000


class Cost(TextChoices):
    """What it cost in all in its first year, money only; time given is told in words."""

    LITTLE = "presque-rien", f"moins de 1{NBSP}000 euros"
    LOW = "petit", f"de 1{NBSP}000 à 10{NBSP}000 euros"
    MIDDLE = "moyen", f"de 10{NBSP}000 à 50{NBSP}000 euros"
    HIGH = "eleve", f"de 50{NBSP}000 à 200{NBSP}000 euros"
    GREAT = "tres-eleve", f"plus de 200{NBSP}000 euros"


#: from this amount on (euros), the range
COST_FROM = (
    (200_000, Cost.GREAT),
    (50_000, Cost.HIGH),
    (10_000, Cost.MIDDLE),
    (1_000, Cost.LOW),
    (0, Cost.LITTLE),
)


def cost_of(euros: float) -> Cost:
    return next(cost for start, cost in COST_FROM if euros >= start)


def size_of(population: int | None) -> Size | None:
    """None when nobody knows how many people live there."""
    if population is None:
        return None
    return Size.SMALL if population < SMALL_UNDER else Size.MEDIUM if population < LARGE_FROM else Size.LARGE


class Leader(TextChoices):
    """Who led it: the three profiles of the kit's grid."""

    ELECTED = "elu", "une mairie ou une collectivité"
    COMPANY = "entreprise", "une entreprise"
    ASSOCIATION = "association", "une association"
