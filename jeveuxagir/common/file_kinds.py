"""What a file really is: by its content, never by its name. What could run on somebody's machine is refused.

`examine(path)` says its kind; an image is written again without anything that its camera noted.
"""

import re
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings
from django.utils.module_loading import import_string
from PIL import Image, ImageOps

from . import private_files
from .errors import RuleBroken
from .private_files import MOST_BYTES
from .text import NBSP

MOST_PIXELS = 40_000_000
#: of an office file, which is an archive
MOST_ENTRIES = 5000
MOST_UNPACKED = 200 * 1024 * 1024
_READ = 1024 * 1024


@dataclass(frozen=True)
class Kind:
    code: str
    label: str
    suffix: str
    content_type: str


_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = "application/vnd.oasis.opendocument."
KINDS = {
    kind.code: kind
    for kind in (
        Kind("pdf", "PDF", ".pdf", "application/pdf"),
        Kind("png", "image PNG", ".png", "image/png"),
        Kind("jpeg", "image JPEG", ".jpg", "image/jpeg"),
        Kind("odt", "texte OpenDocument", ".odt", f"{_OPEN}text"),
        Kind("ods", "tableau OpenDocument", ".ods", f"{_OPEN}spreadsheet"),
        Kind("docx", "texte Word", ".docx", f"{_OFFICE}wordprocessingml.document"),
        Kind("xlsx", "tableau Excel", ".xlsx", f"{_OFFICE}spreadsheetml.sheet"),
    )
}
ACCEPTED = "PDF, images PNG ou JPEG, textes et tableaux (odt, ods, docx, xlsx)"
TOO_BIG = f"Ce fichier est trop gros{NBSP}: {MOST_BYTES // 1024**2}{NBSP}Mo au plus."
UNKNOWN = f"Ce fichier n’est pas d’une sorte acceptée{NBSP}: {ACCEPTED}. Son contenu compte, pas son nom."
MACROS = (
    "Ce fichier contient un programme (macro ou objet actif). Enregistrez-le sans macros, puis recommencez."
)
BROKEN = "Ce fichier est abîmé : nous n’arrivons pas à le lire."
LOCKED = "Ce fichier est protégé par un mot de passe : retirez-le, puis recommencez."

#: parts of an office file that run, or that hold something that does
_ACTIVE = re.compile(
    r"vbaproject|vbadata|/activex/|^basic/|^scripts/|/macrosheets/|\.(?:bin|exe|dll|js|vbs)$",
    re.IGNORECASE,
)
#: the printer's settings of a Word or Excel file are a .bin that nothing runs
_HARMLESS = re.compile(r"printersettings\d*\.bin$", re.IGNORECASE)


def examine(path: str | Path) -> Kind:
    """Its kind; RuleBroken, in words for who brings it, when it is none of ours or holds a program."""
    with Path(path).open("rb") as file:
        head = file.read(16)
        if head.startswith(b"%PDF-"):
            kind = KINDS["pdf"]
        elif head.startswith(b"\x89PNG\r\n\x1a\n"):
            kind = KINDS["png"]
        elif head.startswith(b"\xff\xd8\xff"):
            kind = KINDS["jpeg"]
        elif head.startswith(b"PK\x03\x04"):
            file.seek(0)
            kind = _office(file)
        else:
            raise RuleBroken(UNKNOWN, code="file_kind")
    found = scan(path)
    if found:
        raise RuleBroken(f"Ce fichier est dangereux{NBSP}: {found}.", code="file_danger")
    return kind


def redrawn(path: str | Path, kind: Kind) -> IO[bytes]:
    """An image written again, upright, without its notes (place, camera, author): a file of `incoming`."""
    target = private_files.incoming()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=[kind.code.upper()]) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise RuleBroken(
                        f"Cette image est trop grande{NBSP}: {MOST_PIXELS // 1_000_000} millions de points au plus.",
                        code="file_pixels",
                    )
                upright = ImageOps.exif_transpose(image)
                plain = Image.new(upright.mode, upright.size)
                if upright.mode == "P":
                    upright = upright.convert("RGBA")
                    plain = Image.new("RGBA", upright.size)
                plain.paste(upright)
                options = {"quality": 90} if kind.code == "jpeg" else {}
                plain.save(target, format=kind.code.upper(), **options)
    except RuleBroken:
        target.close()
        raise
    except Exception as error:  # whatever a forged image makes the library raise
        target.close()
        raise RuleBroken(BROKEN, code="file_broken") from error
    target.flush()
    return target


def scan(path: str | Path) -> str:
    """What the scanner of this deployment finds in it; "" for nothing, or where there is no scanner.

    settings.FILE_SCANNER names a function(path) → str.
    """
    if not settings.FILE_SCANNER:
        return ""
    scanner: Callable[[str], str] = import_string(settings.FILE_SCANNER)
    return scanner(str(path))


def _office(file: IO[bytes]) -> Kind:
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
                raise RuleBroken(BROKEN, code="file_broken")
            if any(entry.flag_bits & 0x1 for entry in entries):
                raise RuleBroken(LOCKED, code="file_locked")
            names = [entry.filename for entry in entries]
            if any(_ACTIVE.search(name) and not _HARMLESS.search(name) for name in names):
                raise RuleBroken(MACROS, code="file_macros")
            if "mimetype" in names:
                return _open_document(archive)
            if "[Content_Types].xml" in names:
                return _office_xml(archive)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, OSError) as error:
        raise RuleBroken(BROKEN, code="file_broken") from error
    raise RuleBroken(UNKNOWN, code="file_kind")


def _open_document(archive: zipfile.ZipFile) -> Kind:
    said = _read(archive, "mimetype", 200).decode("ascii", "replace").strip()
    for code in ("odt", "ods"):
        if said == KINDS[code].content_type:
            if b"encryption-data" in _read(archive, "META-INF/manifest.xml"):
                raise RuleBroken(LOCKED, code="file_locked")
            return KINDS[code]
    raise RuleBroken(UNKNOWN, code="file_kind")


def _office_xml(archive: zipfile.ZipFile) -> Kind:
    said = _read(archive, "[Content_Types].xml")
    if b"macroEnabled" in said or b"vbaProject" in said:
        raise RuleBroken(MACROS, code="file_macros")
    for code in ("docx", "xlsx"):
        if f"{KINDS[code].content_type}.main+xml".encode() in said:
            return KINDS[code]
    raise RuleBroken(UNKNOWN, code="file_kind")


def _read(archive: zipfile.ZipFile, name: str, most: int = _READ) -> bytes:
    """The beginning of one entry; nothing when it is not there."""
    try:
        with archive.open(name) as entry:
            return entry.read(most)
    except KeyError:
        return b""
