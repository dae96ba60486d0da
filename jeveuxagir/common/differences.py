"""What changed between two texts, word by word. Pure."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, ADDED, REMOVED = "same", "added", "removed"


@dataclass(frozen=True)
class Piece:
    """Some words in a row: the same in both, added or removed."""

    kind: str
    text: str


def words(before: str, after: str) -> tuple[Piece, ...]:
    """The new words, with those that went where they stood."""
    old, new = _split(before), _split(after)
    pieces: list[Piece] = []
    for act, start, end, to_start, to_end in SequenceMatcher(None, old, new).get_opcodes():
        if act == "equal":
            pieces.append(Piece(SAME, "".join(new[to_start:to_end])))
            continue
        if end > start:
            pieces.append(Piece(REMOVED, "".join(old[start:end])))
        if to_end > to_start:
            pieces.append(Piece(ADDED, "".join(new[to_start:to_end])))
    return tuple(pieces)


def _split(text: str) -> list[str]:
    """Words with the space that follows them, so that a changed word is one piece."""
    return re.findall(r"\S+\s*|\s+", text)
