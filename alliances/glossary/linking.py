"""Words of a public text linked to their definition where they are first used.

`Linker.explain(html, done)` takes markup that is already safe, and leaves alone what is inside a link, a heading, a
button, a label or code. The longest spelling wins: « mécénat de compétences » before « mécénat ».
"""

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from .models import Term, first_sentence

_TAG = re.compile(r"(<[^>]*>)")
_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
#: nothing is linked inside these
LEFT_ALONE = frozenset(
    ("a", "button", "label", "summary", "legend", "code", "pre", "script", "style", "textarea", "abbr", "dfn")
) | {"option", "title", "h1", "h2", "h3", "h4", "h5", "h6"}
_SPELLED = {
    " ": r"[ \u00a0\u202f\n]+",
    "’": r"(?:’|'|&#x27;|&#39;)",
    "'": r"(?:’|'|&#x27;|&#39;)",
    "-": r"[-\u2011]",
}
_LINK = (
    '<a class="ui-word" href="{}" aria-describedby="mot-{}">{}</a>'
    '<span class="fr-tooltip fr-placement" id="mot-{}" role="tooltip" aria-hidden="true">{}</span>'
)


@dataclass(frozen=True)
class Word:
    slug: str
    url: str
    short: str


class Linker:
    """Knows every spelling of every word: one pattern, made once."""

    def __init__(self, rows: Iterable[tuple[str, str, list[str]]]) -> None:
        """`rows`: (slug, definition, spellings)."""
        self.words: dict[str, Word] = {}
        for slug, definition, forms in rows:
            word = Word(slug, reverse("glossary:term", args=[slug]), first_sentence(definition))
            for form in forms:
                self.words.setdefault(_key(form), word)
        spelled = sorted(self.words, key=len, reverse=True)
        self.pattern = (
            re.compile(rf"(?<![\w-])(?:{'|'.join(map(_spelling, spelled))})(?![\w-])") if spelled else None
        )

    def explain(self, html: str, done: set[str]) -> SafeString:
        """`html` with each word not in `done` linked at its first use; `done` then knows it."""
        if self.pattern is None:
            return mark_safe(html)  # noqa: S308 (safe as it came)
        out, inside = [], 0
        for part in _TAG.split(html):
            if part.startswith("<"):
                inside = max(0, inside + _depth(part))
            elif part and not inside:
                part = self._linked(part, done)
            out.append(part)
        return mark_safe("".join(out))  # noqa: S308 (safe as it came, and what is added is escaped)

    def _linked(self, text: str, done: set[str]) -> str:
        lower = text.lower()
        if len(lower) != len(
            text
        ):  # a few letters grow when lowered: their places would no longer be those of the text
            return text
        assert self.pattern is not None
        out, last = [], 0
        for match in self.pattern.finditer(lower):
            word = self.words.get(_key(match[0]))
            if word is None or word.slug in done:
                continue
            done.add(word.slug)
            shown = mark_safe(text[match.start() : match.end()])  # noqa: S308 (a piece of what was safe)
            out += [
                text[last : match.start()],
                format_html(_LINK, word.url, word.slug, shown, word.slug, word.short),
            ]
            last = match.end()
        return "".join([*out, text[last:]]) if out else text


def _depth(tag: str) -> int:
    found = _NAME.match(tag)
    if found is None or found[2].lower() not in LEFT_ALONE or tag.endswith("/>"):
        return 0
    return -1 if found[1] else 1


def _key(text: str) -> str:
    """A spelling however it is typed: « tiers lieu » with any space, « d’un » with any apostrophe."""
    text = unescape(text).lower().replace("'", "’").replace("\u2011", "-")
    return " ".join(text.split())


def _spelling(key: str) -> str:
    """What finds it in escaped markup."""
    return "".join(
        _SPELLED.get(letter) or ("&amp;" if letter == "&" else re.escape(letter)) for letter in key
    )


_kept: tuple[float, Linker] | None = None


def linker() -> Linker:
    """Made again once a minute by each process: a definition hardly ever changes."""
    global _kept
    moment = time.monotonic()
    if _kept is None or moment >= _kept[0]:
        rows = Term.objects.public().values_list("slug", "definition", "forms")
        _kept = (moment + settings.SEARCH_TERMS_SECONDS, Linker(rows))
    return _kept[1]
