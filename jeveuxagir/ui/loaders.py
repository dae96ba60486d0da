"""Our page templates, read with French spacing: a space that must not break never ends a line before its mark."""

import re

from django.template.base import Origin
from django.template.loaders import filesystem

from jeveuxagir.common.text import spaced

#: code that is not French: left as written
_CODE = re.compile(r"(<(script|style|pre|code)\b.*?</\2>|<!--.*?-->|\{#.*?#\})", re.DOTALL | re.IGNORECASE)


def french(source: str) -> str:
    """`source` with non-breaking spaces where French wants them; scripts and styles untouched."""
    parts = _CODE.split(source)
    # split gives (text, code, name of its tag) again and again
    kept = [part for place, part in enumerate(parts) if place % 3 != 2]
    return "".join(part if place % 2 else spaced(part or "") for place, part in enumerate(kept))


class Loader(filesystem.Loader):
    """The filesystem's, for pages; e-mails in text and machine formats are read as they are."""

    def get_contents(self, origin: Origin) -> str:
        contents = super().get_contents(origin)
        return french(contents) if origin.name.endswith(".html") else contents
