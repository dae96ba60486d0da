"""A feed's bytes → its missions, one at a time: nothing guessed, every value text, the line of each kept.

`check` reads the whole file first, so that a feed that is broken anywhere changes nothing; `missions` then streams it.
Whatever the size of the file, what is held in memory is one mission.
"""

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.entities import html5
from pathlib import Path
from typing import Any, Protocol
from xml.etree.ElementTree import ParseError
from xml.parsers.expat import errors as expat_errors

from defusedxml.common import DefusedXmlException, DTDForbidden
from defusedxml.ElementTree import DefusedXMLParser

from jeveuxagir.common.errors import RuleBroken

MEGABYTE = 1024 * 1024
MAX_SIZE = 500 * MEGABYTE
MAX_ITEMS = 200_000
MAX_DEPTH = 50
MAX_TEXT = 64 * 1024
#: of one mission: letters in all, and tags
MAX_MISSION_TEXT = 512 * 1024
MAX_MISSION_TAGS = 2_000
#: one tag, attributes included, or one comment
MAX_TOKEN = MEGABYTE
CHUNK = 64 * 1024
PIECES_BETWEEN_SIGNS = 256

ROOT, ITEM, MARKUP = "source", "mission", "description"

_ENCODINGS = {
    "utf-8": "UTF-8",
    "ascii": "ASCII",
    "iso8859-1": "ISO-8859-1",
    "iso8859-15": "ISO-8859-15",
    "cp1252": "Windows-1252",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
}
_DECLARED = re.compile(r"<\?xml[^>]*?\bencoding\s*=\s*[\"']([^\"']{1,40})[\"']")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_TROUBLE = {
    expat_errors.XML_ERROR_NO_ELEMENTS: "le flux est coupé avant la fin, ou ne contient rien",
    expat_errors.XML_ERROR_UNCLOSED_TOKEN: "le flux est coupé au milieu d’une balise",
    expat_errors.XML_ERROR_UNCLOSED_CDATA_SECTION: "un bloc CDATA n’est pas fermé",
    expat_errors.XML_ERROR_TAG_MISMATCH: "une balise est fermée par une autre",
    expat_errors.XML_ERROR_INVALID_TOKEN: "un caractère est mal placé (un « & » ou un « < » seul, par exemple)",
    expat_errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT: "il reste quelque chose après la dernière balise",
    expat_errors.XML_ERROR_DUPLICATE_ATTRIBUTE: "un attribut est donné deux fois",
    expat_errors.XML_ERROR_BAD_CHAR_REF: "une référence désigne un caractère interdit",
    expat_errors.XML_ERROR_MISPLACED_XML_PI: "la déclaration <?xml n’est pas tout au début",
    expat_errors.XML_ERROR_UNBOUND_PREFIX: "un préfixe de balise n’est pas déclaré",
}


class Unreadable(RuleBroken):
    """The whole feed cannot be read. The message says why and where, in French."""


@dataclass(slots=True)
class Node:
    """A tag of a mission: its line, its own text and its children."""

    tag: str
    line: int
    text: str = ""
    children: list["Node"] = field(default_factory=list)
    #: the text was longer than we read
    cut: bool = False

    def all(self, *tags: str) -> list["Node"]:
        return [child for child in self.children if child.tag in tags]


@dataclass(frozen=True)
class Checked:
    """A feed that reads well from the first to the last line."""

    items: int
    #: control characters that the reading leaves out
    controls: int


def check(path: Path, *, alive: Callable[[], None] = lambda: None) -> Checked:
    """Read all of it once, calling `alive` now and then. Raises Unreadable."""
    counter = _Counter()
    controls = 0
    for piece, removed in enumerate(_parse(path, counter), start=1):
        controls += removed
        if piece % PIECES_BETWEEN_SIGNS == 0:
            alive()
    if not counter.items:
        raise Unreadable("Le flux ne contient aucune mission.", code="empty")
    return Checked(counter.items, controls)


def missions(path: Path) -> Iterator[Node]:
    """The missions of a checked feed, in order."""
    builder = _Builder()
    for _ in _parse(path, builder):
        yield from builder.done
        builder.done.clear()
    yield from builder.done


# --- bytes → text ---------------------------------------------------------------------------------------------


def encoding_of(head: bytes) -> str:
    """The codec that the first line names, UTF-8 by default; raises when bytes and first line disagree."""
    if not head.strip(b"\x00 \t\r\n"):
        raise Unreadable("Le flux est vide.", code="empty")
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise Unreadable("Le flux est en UTF-32 : enregistrez-le en UTF-8.", code="encoding")
    wide = ""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        wide = "utf-16"
    elif head.startswith(b"<\x00"):
        wide = "utf-16-le"
    elif head.startswith(b"\x00<"):
        wide = "utf-16-be"
    text = head.decode(wide or "latin-1", "ignore")
    if "<?xml" not in text:
        raise Unreadable(
            "Ce n’est pas un flux XML : la première ligne doit commencer par <?xml.", code="not_xml"
        )
    found = _DECLARED.search(text)
    declared = found[1] if found else "UTF-8"
    try:
        codec = codecs.lookup(declared).name
    except (LookupError, ValueError):
        codec = ""
    if codec not in _ENCODINGS:
        raise Unreadable(
            f"Le flux annonce l’encodage « {declared} », que nous ne lisons pas : enregistrez-le en UTF-8.",
            code="encoding",
        )
    if bool(wide) != codec.startswith("utf-16"):
        real = "UTF-16" if wide else "un encodage sur un octet"
        raise Unreadable(
            f"Le flux annonce l’encodage {_ENCODINGS[codec]}, mais il est en {real}.", code="encoding"
        )
    if head.startswith(codecs.BOM_UTF8) and codec != "utf-8":
        raise Unreadable(
            f"Le flux annonce l’encodage {_ENCODINGS[codec]}, mais il est en UTF-8.", code="encoding"
        )
    return wide or codec


def _texts(path: Path) -> Iterator[tuple[str, int]]:
    """The text, a piece at a time, without control characters, and how many each piece had."""
    if path.stat().st_size > MAX_SIZE:
        raise Unreadable(f"Le flux dépasse {MAX_SIZE // MEGABYTE} Mo.", code="too_big")
    with path.open("rb") as file:
        codec = encoding_of(file.read(1024))
        file.seek(3 if codec == "utf-8" and _has_bom(file) else 0)
        decoder = codecs.getincrementaldecoder(codec)()
        line = 1
        while True:
            block = file.read(CHUNK)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                line += error.object[: error.start].count(b"\n")
                raise Unreadable(_wrong_encoding(codec, line, error), code="encoding") from None
            line += text.count("\n")
            yield _CONTROL.subn("", text)
            if not block:
                return


def _has_bom(file: Any) -> bool:
    file.seek(0)
    return bool(file.read(3) == codecs.BOM_UTF8)


def _wrong_encoding(codec: str, line: int, error: UnicodeDecodeError) -> str:
    name = _ENCODINGS[codec]
    if error.start >= len(error.object) or "end of data" in error.reason or "truncated" in error.reason:
        return f"Ligne {line} : le flux est coupé au milieu d’un caractère ({name})."
    byte = f"0x{error.object[error.start]:02X}"
    return (
        f"Ligne {line} : le flux annonce l’encodage {name}, mais l’octet {byte} n’en est pas. Enregistrez le flux en "
        "UTF-8, ou annoncez son véritable encodage à la première ligne."
    )


# --- text → tags ----------------------------------------------------------------------------------------------


class _Target(Protocol):
    """What the parser calls; it sets `where` to know the line."""

    where: Any

    def start(self, tag: str, attributes: dict[str, str]) -> None: ...
    def end(self, tag: str) -> None: ...
    def data(self, text: str) -> None: ...


class _Entities(dict[str, str]):
    """HTML's named characters; a name that means nothing stays as it was written."""

    def __missing__(self, name: str) -> str:
        return f"&{name};"


_ENTITIES = _Entities({name.removesuffix(";"): text for name, text in html5.items() if name.endswith(";")})


def _parse(path: Path, target: _Target) -> Iterator[int]:
    """Feed the target with the file; yields, for each piece, how many control characters were left out."""
    parser = DefusedXMLParser(target=target, encoding="utf-8", forbid_dtd=True)
    parser.parser.UseForeignDTD(True)  # no DTD is read: undeclared entities come to `parser.entity`
    parser.entity = _ENTITIES
    target.where = parser.parser
    fed = 0
    try:
        for text, removed in _texts(path):
            block = text.encode()
            parser.feed(block)
            fed += len(block)
            if fed - max(parser.parser.CurrentByteIndex, 0) > MAX_TOKEN:
                raise Unreadable(
                    f"Ligne {parser.parser.CurrentLineNumber} : une balise est démesurée.", code="token"
                )
            yield removed
        parser.close()
    except DTDForbidden:
        raise Unreadable(
            "Le flux contient une déclaration DOCTYPE. Pour la sécurité de tous, nous ne lisons pas ces flux : "
            "retirez-la.",
            code="doctype",
        ) from None
    except DefusedXmlException:
        raise Unreadable(
            "Le flux définit des entités : nous ne lisons pas ces flux.", code="entities"
        ) from None
    except ParseError as error:
        line, column = error.position
        name = str(error).partition(":")[0]
        trouble = _TROUBLE.get(name, "le XML est mal formé")
        raise Unreadable(f"Ligne {line}, colonne {column + 1} : {trouble}.", code="malformed") from None


class _Walk:
    """Depth and root, checked on the way."""

    def __init__(self) -> None:
        self.where: Any = None
        self.depth = 0

    def enter(self, tag: str) -> str:
        """The name of a tag without its name space."""
        self.depth += 1
        name = tag.rpartition("}")[2]
        if self.depth == 1 and name != ROOT:
            raise Unreadable(
                f"Ce n’est pas un flux de missions : la première balise est <{name[:40]}>, nous attendons <{ROOT}>.",
                code="root",
            )
        if self.depth > MAX_DEPTH:
            raise Unreadable(
                f"Ligne {self.where.CurrentLineNumber} : plus de {MAX_DEPTH} balises les unes dans les autres.",
                code="depth",
            )
        return name


class _Counter(_Walk):
    def __init__(self) -> None:
        super().__init__()
        self.items = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = self.enter(tag)
        if self.depth == 2 and name == ITEM:
            self.items += 1
            if self.items > MAX_ITEMS:
                raise Unreadable("Le flux contient plus de 200 000 missions.", code="too_many")

    def end(self, tag: str) -> None:
        self.depth -= 1

    def data(self, text: str) -> None:
        pass


class _Builder(_Walk):
    """Builds one mission after the other into `done`."""

    def __init__(self) -> None:
        super().__init__()
        self.done: list[Node] = []
        self._open: list[Node] = []
        self._pieces: list[list[str]] = []
        self._lengths: list[int] = []
        self._tags = self._letters = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = self.enter(tag)
        if self.depth < 2 or (self.depth == 2 and name != ITEM):
            return
        if self.depth == 2:
            self._tags = self._letters = 0
        elif not self._open:
            return
        elif len(self._open) >= 2 and self._open[1].tag == MARKUP:
            self._add(f"<{name}>")  # HTML that was not put in CDATA
            return
        self._tags += 1
        if self._tags > MAX_MISSION_TAGS:
            self._open[0].cut = True
            name = ""
        node = Node(name, self.where.CurrentLineNumber)
        if self._open and name:
            self._open[-1].children.append(node)
        self._open.append(node)
        self._pieces.append([])
        self._lengths.append(0)

    def data(self, text: str) -> None:
        if self._open:
            self._add(text)

    def _add(self, text: str) -> None:
        node = self._open[-1]
        self._letters += len(text)
        self._lengths[-1] += len(text)
        if self._letters > MAX_MISSION_TEXT:
            self._open[0].cut = True
        elif self._lengths[-1] > MAX_TEXT:
            node.cut = True
        else:
            self._pieces[-1].append(text)

    def end(self, tag: str) -> None:
        self.depth -= 1
        if not self._open:
            return
        name = tag.rpartition("}")[2]
        inside_markup = len(self._open) >= 2 and self._open[1].tag == MARKUP and self.depth > 2
        if inside_markup:
            self._add(f"</{name}>")
            return
        node = self._open.pop()
        node.text = "".join(self._pieces.pop()).strip()
        self._lengths.pop()
        if not self._open:
            self.done.append(node)
