"""What of an alliance itself shows that a step of its journey is behind."""

from django.db.models import BooleanField, Count, ExpressionWrapper, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual

from .models import Party
from .spaces import Sign, signs

#: worlds around the table from which it is one
WORLDS = 3


def holds(condition: Q) -> ExpressionWrapper:
    """A condition on the alliance, as an annotation."""
    return ExpressionWrapper(condition, BooleanField())


def _worlds() -> Coalesce:
    live = Party.objects.live().filter(alliance=OuterRef("pk")).order_by().values("alliance")
    return Coalesce(Subquery(live.annotate(n=Count("college", distinct=True)).values("n")), Value(0))


def register() -> None:
    signs.register("constat", Sign("Le but et le territoire sont écrits.", holds(~Q(purpose=""))))
    signs.register(
        "tour-de-table",
        Sign("Trois mondes au moins sont autour de la table.", GreaterThanOrEqual(_worlds(), WORLDS)),
    )
    signs.register(
        "categorie", Sign("La forme du partenariat est choisie.", holds(Q(category__isnull=False)))
    )
    signs.register(
        "perimetre",
        Sign(
            "Le territoire, les dates et la règle de décision sont fixés.",
            holds(Q(starts_on__isnull=False, ends_on__isnull=False)),
        ),
    )
    signs.register("rythme", Sign("Le rythme est choisi.", holds(Q(cadence_days__isnull=False))))
