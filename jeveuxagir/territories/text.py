"""French text for the database: how names are normalised, and a search that knows French words."""

import re
import unicodedata

from django.contrib.postgres.search import SearchQuery
from django.db.models import CharField, Func, TextField, Transform

SEARCH_CONFIG = "french_unaccent"

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ð": "d", "þ": "th", "ł": "l"})
_ABBREVIATIONS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_SUR = re.compile(r"(?<=\w)\s+(?:s/s|s/|/)\s*")
_NOT_WORD = re.compile(r"[^a-z0-9]+")


def normalise(text: str) -> str:
    """Lower case, no accent, words parted by one space, "st" spelled out: how place names are compared."""
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_LIGATURES))
    folded = "".join(char for char in folded if not unicodedata.combining(char))
    folded = _SUR.sub(" sur ", folded)
    words = _NOT_WORD.sub(" ", folded).split()
    return " ".join(_ABBREVIATIONS.get(word, word) for word in words)


class Unaccent(Transform):
    """The IMMUTABLE `f_unaccent`: usable in indexes and generated columns."""

    function = "f_unaccent"
    output_field = TextField()


class SortName(Func):
    """Order names the French way without a French collation: `order_by(SortName("name"))`."""

    function = "f_unaccent"
    template = "lower(%(function)s(%(expressions)s))"
    output_field = CharField()


class FrenchQuery(SearchQuery):
    """What a person typed, as a full-text query: quotes, "or" and minus understood, synonyms added.

    To be compared with vectors built with the `french_unaccent` configuration (SEARCH_CONFIG).
    """

    def __init__(self, value: object, **extra: object) -> None:
        super().__init__(value, search_type="websearch", **extra)
        self.function = "f_french_query"
