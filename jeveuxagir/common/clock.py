"""The one place that says what time it is. Local dates are those of Paris unless a place says otherwise."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

PARIS = ZoneInfo("Europe/Paris")
#: no date of what people do here is before or after these: a slip of the keyboard
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)


def now() -> datetime:
    return timezone.now()


def today() -> date:
    return timezone.localdate(timezone=PARIS)
