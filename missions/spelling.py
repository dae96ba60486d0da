"""A word that no mission has, and the nearest word that one has: « jardinnage » → « jardinage »."""

import re
from difflib import SequenceMatcher

from django.db import connection

from jeveuxagir.common.text import fold

#: Words shorter than this are not corrected, nor more words than this.
SHORTEST, MOST_WORDS = 3, 6
#: How alike two words must be, letter by letter.
LIKE = 0.7
#: Texts looked at for each word.
TEXTS = 20

_WORD = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")

# The index on `words` answers "<%": some part of the text is like the word.
_SQL = """
SELECT typed.word, near.words
FROM unnest(%s::text[]) AS typed(word)
CROSS JOIN LATERAL (
    SELECT DISTINCT words, word_similarity(typed.word, words) AS likeness
    FROM missions_mission
    WHERE state = 'open' AND typed.word <%% words
    ORDER BY likeness DESC
    LIMIT %s
) near
"""


def corrected(text: str) -> str:
    """The text with each unknown word replaced by the nearest known one; "" when nothing changes. One statement."""
    typed = list(dict.fromkeys(fold(word) for word in _WORD.findall(text)))
    looked_up = [word for word in typed if len(word) >= SHORTEST][:MOST_WORDS]
    if not looked_up:
        return ""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [looked_up, TEXTS])
        near: dict[str, set[str]] = {}
        for word, words in cursor.fetchall():
            near.setdefault(word, set()).update(re.findall(r"[a-z]+", fold(words)))
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
