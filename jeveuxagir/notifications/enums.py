"""How a person receives one kind of message."""

from django.db.models import TextChoices


class Rhythm(TextChoices):
    IMMEDIATE = "immediate", "Tout de suite"
    DAILY = "daily", "Une fois par jour"
    NEVER = "never", "Jamais"
