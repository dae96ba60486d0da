"""HTML of a partner → plain text with paragraphs. Nothing of the markup is kept, scripts least of all."""

import html
import re
from html.parser import HTMLParser

import nh3

from jeveuxagir.common.text import clean

_TAGS = {
    "p",
    "div",
    "br",
    "ul",
    "ol",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "blockquote",
    "tr",
    "table",
    "a",
}
_PARAGRAPHS = _TAGS - {"br", "li", "a", "tr"}
_SPACES = re.compile(r"[ \t\f\v\u00a0]+")


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._link = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in _PARAGRAPHS:
            self.pieces.append("\n\n")
        elif tag in ("br", "tr"):
            self.pieces.append("\n")
        elif tag == "li":
            self.pieces.append("\n• ")
        elif tag == "a":
            self._link = dict(attributes).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in _PARAGRAPHS:
            self.pieces.append("\n\n")
        elif tag == "a":
            if self._link and self._link not in "".join(self.pieces[-3:]):
                self.pieces.append(f" ({self._link})")
            self._link = ""

    def handle_data(self, text: str) -> None:
        self.pieces.append(text)


def from_html(markup: str) -> str:
    """Paragraphs parted by an empty line, list items with a bullet, links followed by their address."""
    return _text_of(html.unescape(markup))


def line(markup: str) -> str:
    """One line without tags: titles and names. Encoded characters are read once, as the hub does."""
    if "<" not in markup and "&" not in markup:
        return " ".join(clean(markup).split())
    return " ".join(_text_of(html.unescape(markup).replace("&", "&amp;")).split())


def _text_of(markup: str) -> str:
    if "<" not in markup and "&" not in markup:
        return _tidy(markup)
    safe = nh3.clean(
        _line_ends_as_spaces(markup),
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )
    parser = _Text()
    parser.feed(safe)
    parser.close()
    return _tidy("".join(parser.pieces))


def _line_ends_as_spaces(markup: str) -> str:
    """In HTML a line end is a space; a text without any block tag keeps its own lines."""
    if re.search(r"<\s*(p|div|br|ul|ol|li|h[1-6]|tr|blockquote)\b", markup, re.IGNORECASE):
        return re.sub(r"\s*\n\s*", " ", markup)
    return markup


def _tidy(text: str) -> str:
    lines = [_SPACES.sub(" ", line).strip() for line in clean(text).split("\n")]
    text = "\n".join(line for line in lines if line != "•")
    return re.sub(r"\n{3,}", "\n\n", text).strip()
