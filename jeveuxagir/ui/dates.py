"""Delays in words: « il y a 3 jours », « dans 2 heures »."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format

from jeveuxagir.common.clock import PARIS, now, today
from jeveuxagir.common.text import NBSP

_HOUR = 3600
_DAY = 24 * _HOUR


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number}{NBSP}{one if number < 2 else (many or one + 's')}"


def _days(days: int) -> str:
    if days < 14:
        return _count(days, "jour")
    if days < 60:
        return _count(days // 7, "semaine")
    if days < 365:
        return _count(days // 30, "mois", "mois")
    return _count(days // 365, "an")


def in_words(moment: date | datetime) -> str:
    """How far `moment` is from now, in French."""
    if isinstance(moment, datetime):
        seconds = (now() - moment).total_seconds()
        past, distance = seconds >= 0, abs(seconds)
        if distance < 60:
            return "à l’instant" if past else "dans un instant"
        if distance < _HOUR:
            words = _count(int(distance // 60), "minute")
        elif distance < _DAY:
            words = _count(int(distance // _HOUR), "heure")
        else:
            words = _days(int(distance // _DAY))
        return f"il y a {words}" if past else f"dans {words}"
    days = (moment - today()).days
    near = {0: "aujourd’hui", 1: "demain", -1: "hier"}
    if days in near:
        return near[days]
    return f"dans {_days(days)}" if days > 0 else f"il y a {_days(-days)}"


def exact(moment: date | datetime) -> str:
    """« mercredi 25 novembre 2026 à 14 h 05 » (the hour only when there is one)."""
    if isinstance(moment, datetime):
        if timezone.is_aware(moment):
            moment = moment.astimezone(PARIS)
        return f"{_day(moment)} à {hour(moment)}"
    return _day(moment)


def day_of(moment: date | datetime) -> str:
    """« 25 novembre 2026 », the day in Paris; the first is « 1er »."""
    moment = _in_paris(moment)
    return f"{_number(moment)}{NBSP}{date_format(moment, 'F Y')}"


def day_month(moment: date | datetime) -> str:
    """« 25 novembre », where the year is not in doubt."""
    return _without_year(day_of(moment))


def weekday(moment: date | datetime) -> str:
    """« mercredi 25 novembre 2026 », the day in Paris."""
    return _day(_in_paris(moment))


def weekday_month(moment: date | datetime) -> str:
    """« mercredi 25 novembre »."""
    return _without_year(weekday(moment))


def hour(moment: datetime) -> str:
    """« 18 h », « 18 h 30 », as `moment` says it."""
    return f"{moment.hour}{NBSP}h" + (f"{NBSP}{moment.minute:02d}" if moment.minute else "")


def _day(moment: date | datetime) -> str:
    """The number of the day stays with its month; the first is « 1er »."""
    return f"{date_format(moment, 'l')} {_number(moment)}{NBSP}{date_format(moment, 'F Y')}"


def _in_paris(moment: date | datetime) -> date | datetime:
    """A naive hour is already that of its place."""
    if isinstance(moment, datetime) and timezone.is_aware(moment):
        return moment.astimezone(PARIS)
    return moment


def _without_year(words: str) -> str:
    return words.rpartition(" ")[0]


def _number(moment: date | datetime) -> str:
    return "1er" if moment.day == 1 else str(moment.day)
