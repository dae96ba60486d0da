"""Charts drawn on the server as SVG. The data table always stands beside them."""

from dataclasses import dataclass
from typing import Any

from jeveuxagir.common.text import slugify

ROW = 36
BAR = 12
WIDTH = 400


@dataclass(frozen=True)
class Bars:
    """A horizontal bar chart: geometry in the units of its viewBox."""

    id: str
    rows: list[dict[str, Any]]
    width: int
    height: int
    summary: str


def bars(rows: list[tuple[str, int]], *, key: str) -> Bars:
    top = max((value for _, value in rows), default=0) or 1
    drawn = [
        {
            "label": label,
            "value": value,
            "text_y": index * ROW + 14,
            "bar_y": index * ROW + 20,
            "width": round(max(value, 0) / top * WIDTH, 1),
        }
        for index, (label, value) in enumerate(rows)
    ]
    best = max(rows, key=lambda row: row[1], default=None)
    summary = f"Le plus haut : {best[0]}, {best[1]}." if best else "Aucune donnée."
    return Bars(id=slugify(key), rows=drawn, width=WIDTH, height=max(len(rows) * ROW, ROW), summary=summary)
