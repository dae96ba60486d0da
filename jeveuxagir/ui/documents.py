"""Documents in PDF: typst templates of `templates/documents/`, tagged (PDF/UA-1), with the fonts that typst carries.

What people wrote reaches the template as data, never as markup: nothing of it is ever run.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

ROOT = Path(settings.BASE_DIR) / "templates" / "documents"


def pdf(template: str, data: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """The bytes of the document: the same template, data and moment give the same bytes.

    `template` is a file of templates/documents ("text.typ"); `data` holds texts, numbers, lists and dicts of them,
    `title` and `footer` always. Raises typst.TypstError when the template is wrong.
    """
    compiled = typst.compile(
        ROOT / template,
        root=ROOT,
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards="ua-1",
        timestamp=made_at.replace(microsecond=0),
    )
    assert isinstance(compiled, bytes), "one PDF, not pages of images"
    return compiled
