"""The whole alliance, taken away as a ZIP by somebody of its parties: each app writes its own part.

    exports.parts.register("contributions", Part("Moyens", write, order=50))    # in AppConfig.ready()

`write(folder, alliance, reader)` adds tables, texts and files to its folder: only what the pages show this reader.
Each folder then holds `lire.html`, `donnees.json`, a CSV per table, and its files to the byte.
"""

import json
import zipfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import IO, Any

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from jeveuxagir.accounts import limits
from jeveuxagir.accounts.models import User
from jeveuxagir.audit.services import record
from jeveuxagir.common import private_files
from jeveuxagir.common.clock import now
from jeveuxagir.common.errors import RuleBroken, allow
from jeveuxagir.common.registries import Registry
from jeveuxagir.common.spreadsheets import to_csv
from jeveuxagir.common.text import NBSP, slugify

from . import policies
from .models import Alliance

#: of everything before it is compressed; the files of an alliance have their own, smaller, quota
MOST_BYTES = 600 * 1024 * 1024
MOST_FILES = 5000
NAME = 60


@dataclass(frozen=True)
class Part:
    """What one app adds to the archive: `write(folder, alliance, reader)`."""

    title: str
    write: Callable[["Folder", Alliance, User], None]
    order: int = 50


#: name → Part; the folder bears the name of its title
parts: Registry[Part] = Registry("parts of an alliance's archive")


@dataclass(frozen=True)
class Table:
    title: str
    file: str
    header: Sequence[str]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Prose:
    """A text under its title, with what is known of it; written by people, shown escaped."""

    title: str
    text: str
    facts: Sequence[tuple[str, Any]] = ()


@dataclass
class Folder:
    """Where a part writes. Names are made safe and unique: no path, no surprise for any system."""

    archive: "Archive"
    path: str
    title: str
    tables: list[Table] = field(default_factory=list)
    texts: list[Prose] = field(default_factory=list)
    files: list[tuple[str, str]] = field(default_factory=list)

    def table(self, name: str, title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """A list of facts: a CSV that no spreadsheet runs, the same lines in the page and in the JSON."""
        kept = [tuple(_plain(cell) for cell in row) for row in rows]
        file = self._write(f"{name}.csv", [to_csv(header, kept).encode()])
        self.tables.append(Table(title, file, header, kept))

    def text(self, title: str, text: str, facts: Sequence[tuple[str, Any]] = ()) -> None:
        shown = [(label, _plain(value)) for label, value in facts if value not in (None, "")]
        self.texts.append(Prose(str(title), text, shown))

    def file(self, name: str, title: str, chunks: Iterable[bytes]) -> None:
        """Bytes as they are, a piece at a time."""
        self.files.append((title, self._write(name, chunks)))

    def close(self) -> None:
        data = {
            "tables": {
                table.title: [dict(zip(table.header, row, strict=True)) for row in table.rows]
                for table in self.tables
            },
            "textes": [{"titre": one.title, "texte": one.text, **dict(one.facts)} for one in self.texts],
            "fichiers": [{"titre": title, "fichier": file} for title, file in self.files],
        }
        self._write("donnees.json", [json.dumps(data, ensure_ascii=False, indent=2, default=str).encode()])
        self._write("lire.html", [render_to_string("alliances/export_part.html", {"folder": self}).encode()])

    def _write(self, name: str, chunks: Iterable[bytes]) -> str:
        return self.archive.write(self.path, name, chunks)


class Archive:
    """A ZIP in a temporary file, never in memory; too much of it is refused."""

    def __init__(self, packed: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED)
        self._names: set[str] = set()
        self._bytes = 0

    def write(self, folder: str, name: str, chunks: Iterable[bytes]) -> str:
        """The name that was given in the end."""
        given = self._unique(folder, name)
        with self._zip.open(f"{folder}/{given}" if folder else given, "w") as entry:
            for chunk in chunks:
                self._bytes += len(chunk)
                if self._bytes > MOST_BYTES:
                    raise _too_big()
                entry.write(chunk)
        return given

    def close(self) -> None:
        self._zip.close()

    def _unique(self, folder: str, name: str) -> str:
        if len(self._names) >= MOST_FILES:
            raise _too_big()
        stem, suffix = safe_name(name)
        given, number = f"{stem}{suffix}", 1
        while f"{folder}/{given}" in self._names:
            number += 1
            given = f"{stem}-{number}{suffix}"
        self._names.add(f"{folder}/{given}")
        return given


def safe_name(name: str) -> tuple[str, str]:
    """(« charte-version-2 », « .pdf »): letters without accents, digits and hyphens only, never a path."""
    path = PurePath(name.replace("\\", "/").rsplit("/", 1)[-1])
    suffix = slugify(path.suffix, 10) if path.suffix else ""
    return slugify(path.stem or name, NAME), f".{suffix}" if suffix else ""


@transaction.atomic
def export(alliance: Alliance, *, actor: User) -> IO[bytes]:
    """The archive, open at its beginning; closing it forgets it. By anybody of a party, a closed alliance's too."""
    allow(policies.can_read(actor, alliance))
    limits.require("alliance_export_account", actor.pk)
    packed = private_files.incoming()  # closed by the answer, and gone then
    try:
        _fill(packed, alliance, actor)
    except BaseException:
        packed.close()
        raise
    record("alliance.exported", alliance, actor=actor)
    packed.seek(0)
    return packed


def _fill(packed: IO[bytes], alliance: Alliance, reader: User) -> None:
    folders = []
    with closing(Archive(packed)) as archive:
        for rank, part in enumerate(sorted(parts, key=lambda one: one.order), start=1):
            folder = Folder(archive, f"{rank:02d}-{slugify(part.title, NAME)}", part.title)
            part.write(folder, alliance, reader)
            folder.close()
            folders.append(folder)
        context = {"alliance": alliance, "folders": folders, "made_at": timezone.localtime(now())}
        archive.write("", "lire.html", [render_to_string("alliances/export.html", context).encode()])
        archive.write("", "lisez-moi.txt", [render_to_string("alliances/export.txt", context).encode()])


def _plain(value: Any) -> Any:
    """Moments at the hour of Paris; everything else as it is."""
    if hasattr(value, "tzinfo") and value.tzinfo is not None:
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    return "" if value is None else value


def _too_big() -> RuleBroken:
    return RuleBroken(
        f"Cette alliance est trop grosse pour une seule archive ({MOST_BYTES // 1024**2}{NBSP}Mo) : téléchargez ses "
        "documents un à un.",
        code="too_big",
    )
