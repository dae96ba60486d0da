"""The one place that says what time it is. Local dates are those of Paris unless a place says otherwise."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

PARIS = ZoneInfo("Europe/Paris")


def now() -> datetime:
    return timezone.now()


def today() -> date:
    return timezone.localdate(timezone=PARIS)
