"""The words of a version in one canonical form, and their SHA-256. Pure.

One form for ever: changing it would change every hash. NFC, one space between words, lines kept, UTF-8.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence


def canonical(
    *, title: str, number: int, articles: Sequence[Mapping[str, str]], obligations: Sequence[str] = ()
) -> str:
    """The title, the version, then each article with its rank, its title and its text, and who promises what."""
    parts = [f"{_line(title)}\nversion {number}"]
    for rank, article in enumerate(articles, start=1):
        lines = [line for line in map(_line, article["text"].splitlines()) if line]
        parts.append("\n".join([f"{rank}. {_line(article['title'])}", *lines]))
    if obligations:
        parts.append("\n".join(["Obligations", *(f"- {_line(one)}" for one in obligations)]))
    return "\n\n".join(parts) + "\n"


def hash_of(text: str) -> str:
    """64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def _line(text: str) -> str:
    return re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()
