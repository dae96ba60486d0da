"""A word that no mission has, and the nearest word that one has: « jardinnage » → « jardinage »."""

import hashlib
import re
from difflib import SequenceMatcher

from django.core.cache import cache
from django.db import connection, transaction

from jeveuxagir.common.text import fold

#: Words shorter than this are not corrected, nor more words than this.
SHORTEST, MOST_WORDS = 3, 6
#: How many of its groups of three letters a text must have, for its words to be compared one by one.
NEAR = 0.4
#: How alike two words must be, letter by letter.
LIKE = 0.7
#: Texts like a word that are compared with it, and the best of them, whose words are compared one by one.
TEXTS, BEST = 600, 20
KEPT_SECONDS = 60

_WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")

# A word that full text knows is right. For the others the index on `words` answers "<%": some part of it is alike.
_SQL = """
SELECT typed.word, typed.known, near.words
FROM (
    SELECT word, (
        SELECT count(*) FROM (
            SELECT FROM missions_mission
            WHERE state = 'open' AND search @@ (SELECT f_french_query(word)) LIMIT %s
        ) taken
    ) = %s AS known
    FROM unnest(%s::text[]) AS word
) typed
LEFT JOIN LATERAL (
    SELECT words, word_similarity(typed.word, words) AS likeness
    FROM (
        SELECT words FROM missions_mission
        WHERE NOT typed.known AND state = 'open' AND typed.word <%% words
        LIMIT %s
    ) taken
    ORDER BY likeness DESC
    LIMIT %s
) near ON true
"""


def corrected(text: str, *, enough: int = 1) -> str:
    """The text with each unknown word replaced by the nearest known one; "" when nothing changes. Kept a moment.

    A word is known when `enough` missions say it.
    """
    key = f"missions:spelling:{enough}:{hashlib.sha256(text.encode(errors='replace')).hexdigest()}"
    kept: str | None = cache.get(key)
    if kept is None:
        kept = _corrected(text, enough)
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def _corrected(text: str, enough: int) -> str:
    typed = list(dict.fromkeys(fold(word) for word in _WORD.findall(text)))
    looked_up = [word for word in typed if len(word) >= SHORTEST][:MOST_WORDS]
    if not looked_up:
        return ""
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(NEAR)])
        cursor.execute(_SQL, [enough, enough, looked_up, TEXTS, BEST])
        near: dict[str, set[str]] = {}
        for word, is_known, words in cursor.fetchall():
            found = near.setdefault(word, set())
            found.update([word] if is_known else re.findall(r"[a-z]+", fold(words or "")))
    best = {word: _nearest(word, near.get(word, set())) for word in looked_up}

    def replacement(match: re.Match[str]) -> str:
        return best.get(fold(match[0])) or match[0]

    result = _WORD.sub(replacement, text)
    return result if fold(result) != fold(text) else ""


def _nearest(word: str, known: set[str]) -> str:
    """The most alike of the known words; the word itself when it is known, "" when none is alike."""
    if word in known:
        return word
    alike = [(SequenceMatcher(None, word, other).ratio(), other) for other in sorted(known)]
    likeness, other = max(alike, default=(0.0, ""))
    return other if likeness >= LIKE else ""
