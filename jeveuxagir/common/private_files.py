"""Files that people bring: apart from the site, under names that say nothing, served by a view and nothing else.

The folder is settings.PRIVATE_FILES. `kept/` holds what a row names: a file is there before its row is written, and
goes after its row is gone. `incoming/` holds what is still arriving. What nobody names is swept each night.
"""

import os
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import transaction

from .registries import Registry

#: of one file, before anything else is looked at
MOST_BYTES = 10 * 1024 * 1024
CHUNK = 256 * 1024
#: an upload that goes on, or a transaction that is not committed yet, is younger
SWEPT_AFTER = timedelta(days=1)
_NAME = re.compile(r"[0-9a-f]{32}")
_BATCH = 500

#: table → function(names): those of these names that a row holds
owners: Registry[Callable[[Iterable[str]], Iterable[str]]] = Registry("who names private files")


def incoming() -> IO[bytes]:
    """A file on disk that is gone once it is closed."""
    return tempfile.NamedTemporaryFile(dir=_folder("incoming"), prefix="", suffix=".part")


def keep(path: str | Path) -> str:
    """Keep the bytes of this file for good; the name to open them by. Written whole, or not at all.

    Call it in the transaction that writes the row: when that fails, the file goes.
    """
    name = secrets.token_hex(16)
    target = _path(name)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = target.with_suffix(".part")
    try:
        os.link(path, unfinished)
    except OSError:  # another disk, or one without links
        shutil.copyfile(path, unfinished)
    with unfinished.open("rb") as written:
        os.fsync(written.fileno())
    unfinished.chmod(0o600)
    unfinished.rename(target)
    return name


def open_file(name: str) -> IO[bytes]:
    """Raises FileNotFoundError, for a name that is none of ours too."""
    return _path(name).open("rb")


def chunks(name: str) -> Iterator[bytes]:
    """The bytes, a piece at a time."""
    with open_file(name) as file:
        while piece := file.read(CHUNK):
            yield piece


def forget(name: str) -> None:
    """Remove it now; a second time does nothing."""
    _path(name).unlink(missing_ok=True)


def forget_after_commit(names: Iterable[str]) -> None:
    """Remove these once the transaction that drops their rows is committed."""
    gone = list(names)

    def act() -> None:
        for name in gone:
            forget(name)

    transaction.on_commit(act)


def kept_names() -> Iterator[tuple[str, float]]:
    """(name, when it was written) of every file."""
    for path in _folder("kept").glob("*/*"):
        if _NAME.fullmatch(path.name) or path.suffix == ".part":
            try:
                yield path.name, path.stat().st_mtime
            except FileNotFoundError:  # it was just removed
                continue


def sweep() -> dict[str, int]:
    """Remove what no row names, and what never finished to arrive. Safe to run twice."""
    before = time.time() - SWEPT_AFTER.total_seconds()
    old = [name for name, at in kept_names() if at < before]
    removed = 0
    for start in range(0, len(old), _BATCH):
        batch = old[start : start + _BATCH]
        named = {name for owner in owners for name in owner(batch)}
        for name in set(batch) - named:
            (_folder("kept") / name[:2] / name).unlink(missing_ok=True)
            removed += 1
    for path in _folder("incoming").iterdir():
        if path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            removed += 1
    return {"removed": removed}


def _path(name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise FileNotFoundError(name)
    return _folder("kept") / name[:2] / name


def _folder(name: str) -> Path:
    folder = Path(settings.PRIVATE_FILES) / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder
