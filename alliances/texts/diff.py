"""What changed between two versions of a text, word by word. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from jeveuxagir.common.differences import ADDED, REMOVED, SAME, Piece, words

CHANGED, MOVED = "changed", "moved"


@dataclass(frozen=True)
class Change:
    """What became of one article: `kind` says it in a word, `pieces` word by word."""

    title: str
    kind: str
    pieces: tuple[Piece, ...]
    #: when the title changed too
    former_title: str = ""


def compare(before: Sequence[Mapping[str, str]], after: Sequence[Mapping[str, str]]) -> list[Change]:
    """Article by article in the new order, then those that are gone."""
    known = {article["key"]: article for article in before}
    moved = _moved([article["key"] for article in before], [article["key"] for article in after])
    changes = [_article(known.pop(article["key"], None), article) for article in after]
    changes = [
        replace(change, kind=MOVED) if change.kind == SAME and article["key"] in moved else change
        for change, article in zip(changes, after, strict=True)
    ]
    gone = [Change(one["title"], REMOVED, (Piece(REMOVED, one["text"]),)) for one in known.values()]
    return changes + gone


def _article(before: Mapping[str, str] | None, after: Mapping[str, str]) -> Change:
    title = after["title"]
    if before is None:
        return Change(title, ADDED, (Piece(ADDED, after["text"]),))
    if before["title"] == title and before["text"] == after["text"]:
        return Change(title, SAME, (Piece(SAME, after["text"]),))
    former = before["title"] if before["title"] != title else ""
    return Change(title, CHANGED, words(before["text"], after["text"]), former)


def _moved(before: Sequence[str], after: Sequence[str]) -> set[str]:
    """The keys that both have, but no longer in the same order: the fewest that say it."""
    old = [key for key in before if key in after]
    new = [key for key in after if key in before]
    blocks = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    kept = {key for block in blocks for key in old[block.a : block.a + block.size]}
    return set(old) - kept
