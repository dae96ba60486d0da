"""French text for the database: how names are normalised, and a search that knows French words."""

import re
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import CharField, Func, TextField, Transform

from jeveuxagir.common.text import fold

SEARCH_CONFIG = "french_unaccent"

_ABBREVIATIONS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_SUR = re.compile(r"\bs/", re.IGNORECASE)


def normalise(text: str) -> str:
    """A place name as it is compared: folded, with "st" and "s/" spelled out."""
    words = fold(_SUR.sub(" sur ", text)).split()
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

    def __init__(self, value: Any, **extra: Any) -> None:
        super().__init__(value, search_type="websearch", **extra)
        self.function = "f_french_query"

    def as_sql(self, *args: Any, **kwargs: Any) -> Any:
        """In a SELECT of its own: read once per statement, not once per row."""
        sql, params = super().as_sql(*args, **kwargs)
        return f"(SELECT {sql})", params
