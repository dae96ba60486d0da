"""Small files of each sort, and some that pretend."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from PIL import Image

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
SCRIPT = b"<html><script>alert(1)</script></html>"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def packed(entries: dict[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def docx(**more: bytes) -> bytes:
    return packed({"[Content_Types].xml": f'<Types><Override ContentType="{_WORD}"/></Types>', **more})


def xlsx(**more: bytes) -> bytes:
    return packed({"[Content_Types].xml": f'<Types><Override ContentType="{_EXCEL}"/></Types>', **more})


def odt(manifest: str = "<manifest/>", **more: bytes) -> bytes:
    return packed(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "META-INF/manifest.xml": manifest,
            "content.xml": "<x/>",
            **more,
        }
    )


def ods() -> bytes:
    return packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"})


def image(kind: str = "JPEG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 120).save(out, format=kind, **options)
    return out.getvalue()


def photo() -> bytes:
    """A photograph that says where and by whom it was taken, and that lies on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turned
    exif[0x010E] = "Prise chez Zoubida"
    exif.get_ifd(0x8825)[2] = (45.0, 2.0, 30.0)
    return image(exif=exif)
