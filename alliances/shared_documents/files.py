"""From what arrives to what is kept: examined, images written again, then under a random name."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from jeveuxagir.common import file_kinds, private_files
from jeveuxagir.common.errors import RuleBroken
from jeveuxagir.common.uploads import ReceivedFile

from .models import FileVersion

_IMAGES = ("png", "jpeg")


@dataclass(frozen=True)
class Checked:
    """A file that may be kept: what it is, and where its bytes are until then."""

    path: str
    kind: str
    size: int
    sha256: str


@contextmanager
def checked(file: ReceivedFile) -> Iterator[Checked]:
    """What arrived, once examined; RuleBroken says in words why not. Work that needs no lock: do it before."""
    if file.is_too_big:
        raise RuleBroken(file_kinds.TOO_BIG, code="file_size")
    if not file.size:
        raise RuleBroken("Ce fichier est vide.", code="file_empty")
    kind = file_kinds.examine(file.path)
    if kind.code not in _IMAGES:
        yield Checked(file.path, kind.code, file.size, file.sha256)
        return
    with file_kinds.redrawn(file.path, kind) as plain:
        size, sha256 = _measure(plain)
        if size > private_files.MOST_BYTES:
            raise RuleBroken(file_kinds.TOO_BIG, code="file_size")
        yield Checked(plain.name, kind.code, size, sha256)


def _measure(file: IO[bytes]) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with Path(file.name).open("rb") as written:
        while piece := written.read(private_files.CHUNK):
            digest.update(piece)
            size += len(piece)
    return size, digest.hexdigest()


def _named(names: Iterable[str]) -> Iterable[str]:
    return FileVersion.objects.filter(stored__in=list(names)).values_list("stored", flat=True)


def register() -> None:
    private_files.owners.register("shared_documents", _named)
