"""The words of indicators and of their values."""

from django.db.models import TextChoices


class Rhythm(TextChoices):
    MONTHLY = "monthly", "chaque mois"
    QUARTERLY = "quarterly", "chaque trimestre"
    YEARLY = "yearly", "chaque année"


class Wanted(TextChoices):
    UP = "up", "plus c’est haut, mieux c’est"
    DOWN = "down", "plus c’est bas, mieux c’est"


class Verdict(TextChoices):
    CONFIRMED = "confirmed", "confirmée"
    DISPUTED = "disputed", "contestée"


class Standing(TextChoices):
    """What the other parties say of a value, computed from their verdicts."""

    ENTERED = "entered", "saisie"
    CONFIRMED = "confirmed", "confirmée"
    DISPUTED = "disputed", "contestée"
    CONFLICT = "conflict", "deux valeurs différentes"


class Axis(TextChoices):
    """The three axes on which the founding report tells the benefits of an alliance."""

    INNOVATION = "innovation", "innovation"
    PERFORMANCE = "performance", "performance"
    TRUST = "trust", "confiance"
