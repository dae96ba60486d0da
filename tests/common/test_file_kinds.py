"""What a file is, by its content: what is accepted, what is refused in words, what a photograph keeps."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from jeveuxagir.common import file_kinds
from jeveuxagir.common.errors import RuleBroken
from tests.support import files as made


def examined(tmp_path: Path, content: bytes) -> str:
    path = tmp_path / "fichier.exe"  # its name counts for nothing
    path.write_bytes(content)
    return file_kinds.examine(path).code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (made.PDF, "pdf"),
        (made.image("PNG"), "png"),
        (made.image("JPEG"), "jpeg"),
        (made.odt(), "odt"),
        (made.ods(), "ods"),
        (made.docx(), "docx"),
        (made.xlsx(), "xlsx"),
        (made.xlsx(**{"xl/printerSettings/printerSettings1.bin": b"x"}), "xlsx"),
        (made.docx(**{"word/embeddings/feuille.xlsx": b"x"}), "docx"),
    ],
)
def test_each_sort_is_known_by_its_content(tmp_path: Path, content: bytes, code: str) -> None:
    assert examined(tmp_path, content) == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (made.SCRIPT, "file_kind"),
        (b"MZ\x90\x00", "file_kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "file_kind"),
        (b"GIF89a" + b"0" * 40, "file_kind"),
        (b" %PDF-1.7", "file_kind"),
        (b"\xd0\xcf\x11\xe0" + b"0" * 600, "file_kind"),
        (made.packed({"a.txt": b"x"}), "file_kind"),
        (made.packed({"mimetype": "application/vnd.oasis.opendocument.presentation"}), "file_kind"),
        (made.docx(**{"word/vbaProject.bin": b"x"}), "file_macros"),
        (made.docx(**{"word/activeX/activeX1.xml": b"x"}), "file_macros"),
        (made.docx(**{"word/embeddings/oleObject1.bin": b"x"}), "file_macros"),
        (
            made.packed({"[Content_Types].xml": "application/vnd.ms-word.document.macroEnabled.main+xml"}),
            "file_macros",
        ),
        (made.odt(**{"Basic/Standard/Module1.xml": b"x"}), "file_macros"),
        (made.odt(**{"Scripts/python/a.py": b"x"}), "file_macros"),
        (made.odt('<manifest:encryption-data manifest:checksum="x"/>'), "file_locked"),
        (b"PK\x03\x04" + b"0" * 200, "file_broken"),
        (made.packed({f"{n}.xml": b"" for n in range(file_kinds.MOST_ENTRIES + 1)}), "file_broken"),
    ],
)
def test_what_is_none_of_these_or_holds_a_program_is_refused_in_words(
    tmp_path: Path, content: bytes, code: str
) -> None:
    with pytest.raises(RuleBroken) as refused:
        examined(tmp_path, content)
    assert refused.value.code == code
    assert refused.value.message.endswith(".")


def test_a_small_archive_that_unpacks_to_much_is_refused_without_unpacking(
    tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(file_kinds, "MOST_UNPACKED", 1_000_000)
    with pytest.raises(RuleBroken, match="abîmé"):
        examined(tmp_path, made.docx(**{"word/document.xml": b"0" * 2_000_000}))


def test_a_photograph_is_written_again_upright_without_what_the_camera_noted(tmp_path: Path) -> None:
    path = tmp_path / "photo"
    path.write_bytes(made.photo())
    with file_kinds.redrawn(path, file_kinds.KINDS["jpeg"]) as plain:
        content = Path(plain.name).read_bytes()
    assert b"Zoubida" not in content
    image = Image.open(io.BytesIO(content))
    assert dict(image.getexif()) == {}
    assert image.size == (30, 40)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P"])
def test_a_drawing_keeps_its_size_and_loses_its_notes(tmp_path: Path, mode: str) -> None:
    from PIL.PngImagePlugin import PngInfo

    notes = PngInfo()
    notes.add_text("Author", "Zoubida")
    path = tmp_path / "dessin"
    path.write_bytes(made.image("PNG", mode=mode, pnginfo=notes))
    with file_kinds.redrawn(path, file_kinds.KINDS["png"]) as plain:
        content = Path(plain.name).read_bytes()
    assert b"Zoubida" not in content
    assert Image.open(io.BytesIO(content)).size == (40, 30)


def test_a_bomb_or_a_torn_image_is_refused(tmp_path: Path, monkeypatch: Any) -> None:
    path = tmp_path / "image"
    path.write_bytes(made.image("PNG")[:60])
    with pytest.raises(RuleBroken, match="abîmé"):
        file_kinds.redrawn(path, file_kinds.KINDS["png"])
    path.write_bytes(b"\xff\xd8\xff" + b"0" * 300)
    with pytest.raises(RuleBroken, match="abîmé"):
        file_kinds.redrawn(path, file_kinds.KINDS["jpeg"])
    path.write_bytes(made.image("PNG"))
    monkeypatch.setattr(file_kinds, "MOST_PIXELS", 100)
    with pytest.raises(RuleBroken, match="trop grande"):
        file_kinds.redrawn(path, file_kinds.KINDS["png"])


def suspicious(path: str) -> str:
    return "Eicar" if b"EICAR" in Path(path).read_bytes() else ""


def test_the_scanner_of_the_deployment_has_the_last_word(tmp_path: Path, settings: Any) -> None:
    settings.FILE_SCANNER = f"{__name__}.suspicious"
    assert examined(tmp_path, made.PDF) == "pdf"
    with pytest.raises(RuleBroken, match="dangereux"):
        examined(tmp_path, made.PDF + b"EICAR")
