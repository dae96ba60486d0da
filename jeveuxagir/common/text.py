"""Text as people type it: cleaned on the way in, compared without accents, shown the French way."""

import re
import unicodedata
from datetime import timedelta
from decimal import Decimal

NBSP = "\u00a0"
NARROW_NBSP = "\u202f"
#: « Qui est venu ? » · « Avant : » · « … ; » · « » »: after a word, a bracket, a tag or what a variable gives
_BEFORE_MARK = re.compile(r"(?<=[\w)»…’%}>]) (?=[?!;:»](?:[\s\"'<)\].,]|$))", re.MULTILINE)
_AFTER_QUOTE = re.compile(r"(?<=«) (?=\S)")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
#: what a word processor leaves inside words and shows to nobody; the joiners of scripts and of emoji stay
_LEFT_OVER = re.compile(r"[\u00ad\u200b\u2060-\u2064]")
#: a bullet, in the private letters of a font of symbols
_BULLET = re.compile(r"[\uf020-\uf0ff]")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w{2,}")
_PHONE = re.compile(r"(?<!\d)(?:(?:\+|00)33[\s.\-]?(?:\(0\)[\s.\-]?)?|0)[1-9](?:[\s.\-]?\d\d){4}(?!\d)")
#: what shows nothing: spaces of all sorts, soft hyphen, zero widths, marks of direction, fillers
_NOTHING = "".join(letter for letter in map(chr, range(0x3001)) if letter.isspace()) + (
    "\u00ad\u115f\u1160\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\u2800\u3164\uffa0"
)


def clean(text: str) -> str:
    """NFC, no NUL or control or direction-override character, none that XML refuses, unified line ends, what a word
    processor leaves taken out, trimmed of spaces and of what shows nothing."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _BULLET.sub("•", _LEFT_OVER.sub("", _CONTROL.sub("", text)))
    return unicodedata.normalize("NFC", text).strip(_NOTHING)


def said_length(text: str) -> int:
    """How long a text is, for a least length: accents do not count, and a row of signs counts by its letters."""
    shown = [letter for letter in clean(text) if not unicodedata.combining(letter)]
    letters = sum(letter.isalnum() for letter in shown)
    return len(shown) if 3 * letters >= len(shown) else letters


def says_contact(text: str) -> bool:
    """Whether an e-mail address or a French telephone number is written in it."""
    return bool(_MAIL.search(text) or _PHONE.search(text))


def clean_line(text: str) -> str:
    """`clean`, on one line: a line end or a tab that a program sent becomes a space."""
    text = clean(text)
    return " ".join(text.split()) if "\n" in text or "\t" in text else text


#: figures, letters and marks as wide as an ideogram: what some keyboards of Asia write
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_THOUSANDS = re.compile(r"(?<![\d.,/])(?<![\d.,/] )[1-9]\d{0,2}(?: \d{3})+(?![\d/])", re.ASCII)


def as_keyed(text: str) -> str:
    """What was typed with the letters and figures of a French keyboard, one ordinary space between words."""
    return " ".join(text.translate(_WIDE).split())


def joined_thousands(text: str) -> str:
    """« 1 500 jours » as « 1500 jours »: the spaces between thousands gone."""
    return _THOUSANDS.sub(lambda number: number.group().replace(" ", ""), text)


def spaced(text: str) -> str:
    """`text` with non-breaking spaces where French wants them: a mark never begins a line."""
    return _AFTER_QUOTE.sub(NBSP, _BEFORE_MARK.sub(NBSP, text))


def fold(text: str) -> str:
    """Lower case without accents, ligatures, hyphens or apostrophes: how names are compared."""
    text = text.lower().replace("œ", "oe").replace("æ", "ae")
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^a-z0-9]+", " ", text).split())


def slugify(text: str, max_length: int = 80) -> str:
    slug = fold(text).replace(" ", "-")[:max_length].strip("-")
    return slug or "sans-titre"


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 place`, `2 places`: French says 0 and 1 in the singular."""
    return f"{count:,}".replace(",", NARROW_NBSP) + NBSP + (one if abs(count) < 2 else (many or one + "s"))


def amount(value: Decimal | int) -> str:
    """`1 234,5`: as it is written in French, without idle zeros."""
    whole, _, cents = f"{value:,.2f}".partition(".")
    whole = whole.replace(",", NARROW_NBSP).replace("-", "−")
    return whole if cents == "00" else f"{whole},{cents.rstrip('0')}"


def unit_key(unit: str) -> str:
    """« Livres » and « livres » are one unit; « m² » and « m », « MW » and « mW » are not."""
    return " ".join(word.lower() if len(word) > 3 and word.isalpha() else word for word in unit.split())


def duration(length: timedelta) -> str:
    """`48 heures`, `62 jours`, `2 ans`: in whole years where it can be, in hours below three days."""
    if length.days >= 365 and length.days % 365 == 0:
        return plural(length.days // 365, "an")
    if length.days < 3:
        return plural(round(length.total_seconds() / 3600), "heure")
    return plural(length.days, "jour")


def _merged(name: str, singular: str, several: str) -> str:
    """The preposition and the article that opens the name, as one word; "" when none opens it."""
    first, _, rest = name.partition(" ")
    merged = {"le": singular, "les": several}.get(first.lower())
    return f"{merged} {rest}" if merged and rest else ""


def of(name: str) -> str:
    """« de Lina », « d’Émilie », « du Havre », « des Jardins du Bac »."""
    merged = _merged(name, "du", "des")
    return merged or (f"d’{name}" if fold(name)[:1] in tuple("aeiou") else f"de {name}")


def to(name: str) -> str:
    """« à Lina », « au Havre », « aux Jardins du Bac »."""
    return _merged(name, "au", "aux") or f"à {name}"


def first_words(text: str, most: int = 480) -> str:
    """The first sentences that hold in `most` characters."""
    text = " ".join(text.split())
    if len(text) <= most:
        return text
    cut = text[:most]
    end = max(cut.rfind(". "), cut.rfind(" ! "), cut.rfind(" ? "))
    return cut[: end + 1] if end > 80 else cut.rsplit(" ", 1)[0] + "…"


#: zones whose name is not that of the place in French
_CITIES = {
    "Reunion": "La Réunion",
    "Martinique": "la Martinique",
    "Guadeloupe": "la Guadeloupe",
    "Noumea": "Nouméa",
    "Miquelon": "Saint-Pierre",
    "St Barthelemy": "Saint-Barthélemy",
}


def zone_words(zone: str) -> str:
    """« heure de La Réunion » of "Indian/Reunion"; nothing for the hour of Paris."""
    city = zone.rpartition("/")[2].replace("_", " ")
    return "" if city == "Paris" else f"heure {of(_CITIES.get(city, city))}"
