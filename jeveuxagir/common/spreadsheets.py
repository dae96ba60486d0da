"""Tables that people open in a spreadsheet: French separators, and no cell that a spreadsheet would run."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

#: what makes a spreadsheet read a cell as a formula; some read the wide signs of a Japanese keyboard too
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
#: tells a spreadsheet that the text is UTF-8
_BYTE_ORDER_MARK = "\ufeff"


def harmless(value: Any) -> str:
    """The value as text; a quote in front of what would be a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" \u00a0\u202f\u3000").startswith(_FORMULA) else text


def to_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """One text, semicolons between cells, as a French spreadsheet opens it."""
    out = io.StringIO()
    out.write(_BYTE_ORDER_MARK)
    writer = csv.writer(out, delimiter=";")
    writer.writerow(header)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return out.getvalue()
