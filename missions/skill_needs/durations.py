"""Working time in words and from words: whole minutes inside, « 2 jours et demi » on screens.

A day is `DAY_MINUTES` unless a convention says otherwise: pass its own as `day_minutes`.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from jeveuxagir.common.text import NBSP, as_keyed, fold, joined_thousands, plural

#: minutes of a day when no convention says otherwise: seven hours
DAY_MINUTES = 420
#: longer than any number of days somebody means
MOST_DIGITS = 6
#: longer than any duration in words
MOST_LETTERS = 80

_SIGNS = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3"}
_NUMBER = r"(?:\d+(?:[.,]\d+)?|\d+ \d+/\d+|\d+/\d+|un|une)"
_HOURS = re.compile(
    rf"^(?P<hours>{_NUMBER}) ?(?:h|heures?)(?: ?(?P<minutes>\d{{1,2}}|et demie)(?: ?(?:min|minutes?))?)?$",
    re.ASCII,
)
_MINUTES = re.compile(r"^(?P<minutes>\d+) ?(?:mn|min|minutes?)$", re.ASCII)
_DAYS = re.compile(
    rf"^(?P<days>{_NUMBER})(?: ?(?:j|jours?|journees?))?(?P<half> et demie?)?"
    r"(?: et (?:(?P<hours>\d{1,2}) ?(?:h|heures?)(?: ?(?P<minutes>\d{1,2})(?: ?(?:mn|min|minutes?))?)?"
    r"|(?P<only>\d{1,3}) ?(?:mn|min|minutes?)))?$",
    re.ASCII,
)
_HALF_DAYS = re.compile(rf"^(?P<halves>{_NUMBER}) demi ?journees?$", re.ASCII)
#: « 2.000 »: two thousand for some, two for others
_TWO_WAYS = re.compile(r"(?<![\d.,])[1-9]\d{0,2}(?:\.\d{3})+(?![\d.,])", re.ASCII)
#: a week or a month is no number of days that two people would agree on
_LONGER = re.compile(r"\b(?:semaines?|mois|ans?|annees?)\b")
_A_NUMBER = re.compile(r"\d+(?:,\d+)?(?: ?(?:j|jours?|journees?|h|heures?))?", re.ASCII)
_COUNT = {
    "deux": "2", "trois": "3", "quatre": "4", "cinq": "5", "six": "6", "sept": "7", "huit": "8", "neuf": "9",
    "dix": "10", "onze": "11", "douze": "12", "quinze": "15", "vingt": "20", "trente": "30",
}  # fmt: skip
_COUNTED = re.compile(rf"\b(?:{'|'.join(_COUNT)})\b")


def hours_in_words(minutes: int) -> str:
    """« 3 h », « 1 h 30 », « 45 min »."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}{NBSP}min"
    return f"{hours}{NBSP}h{NBSP}{rest:02}" if rest else f"{hours}{NBSP}h"


def in_words(minutes: int | None, day_minutes: int = DAY_MINUTES) -> str:
    """« 2 jours et demi », « une demi-journée », « 1 jour et 2 h », « 3 h »; nothing known, nothing said."""
    if minutes is None:
        return ""
    if minutes <= 0:
        return f"0{NBSP}jour"
    days, rest = divmod(minutes, day_minutes)
    is_half = rest * 2 == day_minutes
    if not days:
        return "une demi-journée" if is_half else hours_in_words(rest)
    said = plural(days, "jour")
    if is_half:
        return f"{said} et demi"
    return f"{said} et {hours_in_words(rest)}" if rest else said


def in_words_by(minutes_by_day: Mapping[int, int]) -> str:
    """`in_words` of time counted in days of several lengths (minutes of a day → minutes): each in its own days, what
    makes neither a day nor half of one in hours."""
    counted = {length: minutes for length, minutes in minutes_by_day.items() if minutes}
    if len(counted) < 2:
        return in_words(*next(((minutes, length) for length, minutes in counted.items()), (0, DAY_MINUTES)))
    halves, rest = 0, 0
    for length, minutes in counted.items():
        days, left = divmod(minutes, length)
        is_half = left * 2 == length
        halves += 2 * days + is_half
        rest += 0 if is_half else left
    if not halves:
        return hours_in_words(rest)
    said = in_words(halves, 2)
    return f"{said} et {hours_in_words(rest)}" if rest else said


def days_typed(minutes: int | None, day_minutes: int = DAY_MINUTES) -> str:
    """What stands in the field: « 2,5 » when it is a plain number of days, else the words."""
    if minutes is None:
        return ""
    days = Fraction(minutes, day_minutes)
    hundredths = days * 100
    if hundredths.denominator != 1:
        return hours_in_words(minutes) if minutes < day_minutes else in_words(minutes, day_minutes)
    return (
        f"{Decimal(hundredths.numerator) / 100:f}".rstrip("0").rstrip(".").replace(".", ",")
        if (hundredths.numerator % 100)
        else str(hundredths.numerator // 100)
    )


def _fraction(text: str) -> Fraction:
    """« 2 1/2 », « 1/2 », « 2,5 », « une »."""
    if text in ("un", "une"):
        return Fraction(1)
    return sum((Fraction(part.replace(",", ".")) for part in text.split()), Fraction(0))


def _as_read(text: str) -> str:
    """`text` in plain figures and letters, one space between words, accents and hyphens of words gone."""
    for sign, words in _SIGNS.items():
        text = text.replace(sign, f" {words}")
    text = re.sub(r"(?<=[^\W\d_])-(?=[^\W\d_])", " ", as_keyed(text).lower())
    text = joined_thousands(re.sub(r"\s*/\s*", "/", text))
    text = re.sub(
        r"[^\W\d_]+", lambda word: fold(word.group()) if word.group().isalpha() else word.group(), text
    )
    return _COUNTED.sub(lambda word: _COUNT[word.group()], text)


def minutes_of(text: str, day_minutes: int = DAY_MINUTES) -> int | None:
    """The whole minutes that were typed: days (« 0,5 », « 1.5 », « 2 1/2 », « 1 500 jours », « 2 jours et demi »,
    « une demi-journée », « 1 jour et 30 min ») or hours (« 3 h », « 1 h 30 »). None when it is not understood, or
    when it reads two ways (« 2.000 »); it rounds to the minute.
    """
    if len(text) > MOST_LETTERS:
        return None
    text = _as_read(text)
    if _TWO_WAYS.search(text):
        return None
    if max((len(digits) for digits in re.findall(r"\d+", text)), default=0) > MOST_DIGITS:
        return None
    try:
        if found := _HOURS.match(text):
            extra = found["minutes"] or "0"
            return round(_fraction(found["hours"]) * 60) + (30 if extra == "et demie" else int(extra))
        if found := _MINUTES.match(text):
            return int(found["minutes"])
        if found := _HALF_DAYS.match(text):
            return round(_fraction(found["halves"]) * day_minutes / 2)
        if found := _DAYS.match(text):
            days = _fraction(found["days"]) + (Fraction(1, 2) if found["half"] else 0)
            more = int(found["hours"] or 0) * 60 + int(found["minutes"] or found["only"] or 0)
            return round(days * day_minutes) + more
    except ZeroDivisionError:
        return None
    return None


class DaysField(forms.CharField):
    """A number of days, as people type it; `cleaned_data` holds whole minutes, None when it is empty.

    `least` and `most` are minutes. What was typed comes back as it was when it is refused.
    """

    default_error_messages = {
        "required": "Dites en combien de jours.",
        "invalid": "Écrivez un nombre de jours, par exemple 2,5 ou une demi-journée, ou des heures, par exemple 3 h.",
        "two_ways": "Un point devant trois chiffres se lit de deux façons. Écrivez 2 000 avec une espace, ou 2,5 "
        "avec une virgule.",
        "longer": "Comptez en jours, par exemple 10. Une semaine de travail fait d’ordinaire 5 jours, un "
        "mois une vingtaine.",
    }

    def __init__(
        self, *, day_minutes: int = DAY_MINUTES, least: int = 1, most: int | None = None, **kwargs: Any
    ) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off"}))
        super().__init__(**kwargs)
        self.day_minutes, self.least, self.most = day_minutes, least, most

    def prepare_value(self, value: Any) -> Any:
        return days_typed(value, self.day_minutes) if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if text in self.empty_values:
            return None
        minutes = minutes_of(str(text), self.day_minutes)
        if minutes is None:
            raise self._refused(str(text))
        return minutes

    def _refused(self, text: str) -> ValidationError:
        """Why it is not understood, as far as one can guess what was meant."""
        read = _as_read(text) if len(text) <= MOST_LETTERS else as_keyed(text)
        if _TWO_WAYS.search(read):
            return ValidationError(self.error_messages["two_ways"], code="two_ways")
        if self.most is not None and _A_NUMBER.fullmatch(read):
            return ValidationError(self._too_long(), code="most")  # a number, only far too big a one
        code = "longer" if _LONGER.search(read) else "invalid"
        return ValidationError(self.error_messages[code], code=code)

    def _too_long(self) -> str:
        return f"C’est trop long{NBSP}: au plus {in_words(self.most, self.day_minutes)}."

    def validate(self, value: Any) -> None:
        if value is None:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return
        if value < self.least:
            least = in_words(self.least, self.day_minutes)
            raise ValidationError(f"C’est trop court{NBSP}: comptez au moins {least}.", code="least")
        if self.most is not None and value > self.most:
            raise ValidationError(self._too_long(), code="most")

    def run_validators(self, value: Any) -> None:
        """The validators of text (length, no NUL) have nothing to say of a number."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        typed = minutes_of(str(data or ""), self.day_minutes)
        return (typed if data else None) != initial
