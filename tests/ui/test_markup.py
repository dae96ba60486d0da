"""Templates that a browser reads as they are written."""

import re
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = Path(settings.BASE_DIR) / "templates"
#: a paragraph still open where a form begins: the browser closes it there, and its buttons fall out of the row
TORN = re.compile(r"<p\b(?:(?!</p>).)*?({% confirm_button|<form\b)", re.DOTALL)


def pages() -> list[Path]:
    return sorted(TEMPLATES.rglob("*.html"))


@pytest.mark.parametrize("path", pages(), ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_form_begins_inside_a_paragraph(path: Path) -> None:
    torn = TORN.search(path.read_text("utf-8"))
    assert torn is None, torn and torn.group()[:200]
