"""Documents in PDF: whatever people wrote, one is made."""

from __future__ import annotations

import json
from typing import Any

import pytest
import typst
from django.utils.timezone import now

from jeveuxagir.common.text import clean
from jeveuxagir.ui import documents
from jeveuxagir.ui.documents import MISSING, pdf


def kit(text: str) -> dict[str, Any]:
    part = {"title": text, "text": text, "lines": [{"strong": text, "text": text}]}
    return {"title": text, "kit": text, "lead": text, "parts": [part], "footer": text}


def shown(monkeypatch: Any, text: str) -> dict[str, Any]:
    """What the template is given at last."""
    given: list[dict[str, Any]] = []
    compile = typst.compile

    def kept(source: Any, **options: Any) -> Any:
        made = compile(source, **options)
        if "data" in options["sys_inputs"]:
            given.append(json.loads(options["sys_inputs"]["data"]))
        return made

    monkeypatch.setattr(typst, "compile", kept)
    assert pdf("kit.typ", kit(text), made_at=now()).startswith(b"%PDF")
    return given[-1]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("李娜 vient", f"{MISSING * 2} vient"),
        ("graphiste 🎨, en chef", f"graphiste {MISSING}, en chef"),
        ("👩‍👩‍👧 et 1️⃣", None),
        ("বাংলা", None),
        ("ภาษาไทย", None),
        ("\ud7ff \ufffd \ue000 \U000e0041", None),
        ("e\u0301\u0488 — « œuf » Œ ₣ № ①", None),
    ],
)
def test_a_sign_without_font_is_a_square_and_the_foot_says_so(
    monkeypatch: Any, text: str, read: str | None
) -> None:
    data = shown(monkeypatch, text)
    if read is not None:
        assert data["title"] == read
        assert data["parts"][0]["lines"][0]["strong"] == read
        assert "ne sait pas dessiner" in data["missing"]


def test_an_emoji_of_several_is_one_square(monkeypatch: Any) -> None:
    assert shown(monkeypatch, "famille 👩🏽‍🦱‍👩‍👧 🥷")["title"].count(MISSING) < 6


def test_what_the_fonts_have_stays_as_it_is(monkeypatch: Any) -> None:
    text = "العربية, עברית, Кириллица, Tiếng Việt, ελληνικά, #strong[non], → ✓"
    data = shown(monkeypatch, text)
    assert data["title"] == text
    assert "missing" not in data


def test_beside_a_sign_without_font_the_others_stay(monkeypatch: Any) -> None:
    assert shown(monkeypatch, "李 Кириллица עברית →")["title"] == f"{MISSING} Кириллица עברית →"


def test_a_text_of_every_sign_is_made_without_asking_about_each(monkeypatch: Any) -> None:
    asked = []
    made = documents._made
    monkeypatch.setattr(documents, "_made", lambda *said, **more: asked.append(said) or made(*said, **more))
    many = "".join(chr(code) for code in range(0x700, 0x1400) if chr(code).isprintable())
    assert pdf("kit.typ", kit(many), made_at=now()).startswith(b"%PDF")
    assert len(asked) <= 3


def test_marks_that_break_the_shaping_make_a_document_too() -> None:
    """These make typst panic, which is no Exception."""
    marks = clean("".join(chr(code) for code in range(0x400, 0x800)))
    assert pdf("kit.typ", kit(marks), made_at=now()).startswith(b"%PDF")


def test_the_same_text_gives_the_same_bytes() -> None:
    moment = now()
    first = pdf("kit.typ", kit("李娜 🎨"), made_at=moment)
    documents._is_drawn.cache_clear()
    assert pdf("kit.typ", kit("李娜 🎨"), made_at=moment) == first


def test_a_template_that_is_wrong_is_still_told() -> None:
    with pytest.raises(typst.TypstError):
        pdf("kit.typ", {"title": "李"}, made_at=now())
