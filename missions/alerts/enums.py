"""The words of alerts."""

from django.db.models import TextChoices


class Rhythm(TextChoices):
    IMMEDIATE = "immediate", "Dès qu’une mission paraît"
    DAILY = "daily", "Le matin, s’il y a du nouveau"
    WEEKLY = "weekly", "Une fois par semaine au plus"


class EndReason(TextChoices):
    CRITERIA = "criteria", "un critère n’existe plus"
    PAST = "past", "ses dates sont passées"
