"""Charts drawn on the server as SVG. The data table always stands beside them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from jeveuxagir.common.text import NBSP, amount, plural, slugify

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


def bars(rows: list[tuple[str, int]] | list[tuple[str, float]], *, key: str) -> Bars:
    top = max((value for _, value in rows), default=0) or 1
    drawn = [
        {
            "label": label,
            "value": value,
            "shown": _exact(value),
            "text_y": index * ROW + 14,
            "bar_y": index * ROW + 20,
            "width": round(max(value, 0) / top * WIDTH, 1),
        }
        for index, (label, value) in enumerate(rows)
    ]
    best = max(rows, key=lambda row: row[1], default=None)
    summary = f"Le plus haut : {best[0]}, {_exact(best[1])}." if best else "Aucune donnée."
    return Bars(id=slugify(key), rows=drawn, width=WIDTH, height=max(len(rows) * ROW, ROW), summary=summary)


# --- stacks: how a whole divides, row by row ---------------------------------------------------------------------

STACK_ROW, STACK_BAR = 52, 24


@dataclass(frozen=True)
class Stacks:
    """A row a whole, cut into parts: geometry in the units of its viewBox. The table stands beside."""

    id: str
    rows: list[dict[str, Any]]
    names: list[str]
    width: int
    height: int
    summary: str


def stacks(rows: Sequence[tuple[str, Sequence[tuple[str, int]]]], *, key: str) -> Stacks:
    """`rows`: (label, [(part, number)]), the same parts in the same order in each row."""
    drawn = []
    for index, (label, parts) in enumerate(rows):
        total = sum(value for _, value in parts) or 1
        left, pieces = 0.0, []
        for place, (name, value) in enumerate(parts):
            width = value / total * WIDTH
            pieces.append(
                {
                    "name": name,
                    "value": value,
                    "place": place,
                    "x": round(left, 1),
                    "width": round(max(width - 2, 0), 1),
                    "middle": round(left + width / 2, 1),
                }
            )
            left += width
        top = index * STACK_ROW
        drawn.append(
            {"label": label, "parts": pieces, "text_y": top + 14, "bar_y": top + 20, "number_y": top + 37}
        )
    said = [
        f"{label}{NBSP}: " + ", ".join(f"{value} {name.lower()}" for name, value in parts if value)
        for label, parts in rows
    ]
    names = [name for name, _ in rows[0][1]] if rows else []
    summary = "; ".join(said) + "." if said else "Aucune donnée."
    return Stacks(slugify(key), drawn, names, WIDTH, max(len(rows) * STACK_ROW, STACK_ROW), summary)


# --- a line over time -------------------------------------------------------------------------------------------

HEIGHT = 220
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 12, 28


@dataclass(frozen=True)
class Dot:
    """A value at a date. `doubtful` ones are marked, and the line does not go through them."""

    label: str
    day: date
    value: float
    note: str = ""
    doubtful: bool = False


@dataclass(frozen=True)
class Line:
    """A line chart: geometry in the units of its viewBox."""

    id: str
    dots: list[dict[str, Any]]
    path: str
    ticks: list[dict[str, Any]]
    ends: list[dict[str, Any]]
    levels: list[dict[str, Any]]
    width: int
    height: int
    summary: str


def line(
    dots: Sequence[Dot], *, key: str, baseline: float | None = None, target: float | None = None
) -> Line:
    """Values in time, with the level one comes from and the one to reach."""
    known = [level for level in (baseline, target) if level is not None]
    steps = _steps([dot.value for dot in dots] + known)
    low, high = steps[0], steps[-1]
    days = [dot.day.toordinal() for dot in dots] or [0]
    first, span = min(days), max(max(days) - min(days), 1)

    def x(day: date) -> float:
        if len(set(days)) < 2:
            return round((LEFT + WIDTH - RIGHT) / 2, 1)
        return round(LEFT + (day.toordinal() - first) / span * (WIDTH - LEFT - RIGHT), 1)

    def y(value: float) -> float:
        return round(TOP + (high - value) / (high - low) * (HEIGHT - TOP - BOTTOM), 1)

    drawn: list[dict[str, Any]] = [{"dot": dot, "x": x(dot.day), "y": y(dot.value)} for dot in dots]
    sure = [one for one in drawn if not one["dot"].doubtful]
    levels = [
        {
            "name": name,
            "value": value,
            "y": y(value),
            "text_y": y(value) + (-4 if name == "cible" and y(value) > 24 else 12),
        }
        for name, value in (("départ", baseline), ("cible", target))
        if value is not None
    ]
    return Line(
        id=slugify(key),
        dots=drawn,
        path=" ".join(f"{one['x']},{one['y']}" for one in sure),
        ticks=[{"y": y(step), "text_y": y(step) + 4, "label": _short(step)} for step in steps],
        ends=[{"label": one.label} for one in (dots[0], dots[-1])] if len(set(days)) > 1 else [],
        levels=levels,
        width=WIDTH,
        height=HEIGHT,
        summary=_said(dots, baseline, target),
    )


def spark(dots: Sequence[Dot], *, width: int = 120, height: int = 32) -> str:
    """The points of a small line, without axes: what stands in a list."""
    sure = [dot for dot in dots if not dot.doubtful]
    if len(sure) < 2:
        return ""
    low, high = min(dot.value for dot in sure), max(dot.value for dot in sure)
    days = [dot.day.toordinal() for dot in sure]
    span, range_ = max(days[-1] - days[0], 1), (high - low) or 1
    return " ".join(
        f"{2 + (day - days[0]) / span * (width - 4):.1f},{2 + (high - dot.value) / range_ * (height - 4):.1f}"
        for day, dot in zip(days, sure, strict=True)
    )


def _steps(values: Sequence[float]) -> list[float]:
    """Round levels around the values: four gaps at most, of 1, 2 or 5 times a power of ten."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    if low > 0 and low < high / 2:
        low = 0.0
    gap = (high - low) or abs(high) or 1.0
    power = 10 ** math.floor(math.log10(gap / 4))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power * 4 >= gap)
    start, end = math.floor(low / step), math.ceil(high / step)
    if start == end:
        end += 1
    return [round(number * step, 10) for number in range(start, end + 1)]


def _short(value: float) -> str:
    """« 12 000 » up to 99 999, then « 1,2 M »."""
    for size, letter in ((1e9, "Md"), (1e6, "M"), (1e5, "k")):
        if abs(value) >= size:
            return f"{amount(Decimal(str(round(value / (1e3 if letter == 'k' else size), 2))))}{NBSP}{letter}"
    return amount(Decimal(str(round(value, 2))))


def _said(dots: Sequence[Dot], baseline: float | None, target: float | None) -> str:
    words = []
    if dots:
        words.append(f"{dots[-1].label} : {_exact(dots[-1].value)}")
    if baseline is not None:
        words.append(f"départ : {_exact(baseline)}")
    if target is not None:
        words.append(f"cible : {_exact(target)}")
    doubtful = sum(dot.doubtful for dot in dots)
    if doubtful:
        words.append(plural(doubtful, "valeur en discussion", "valeurs en discussion"))
    return ", ".join(words) + "." if words else "Aucune donnée."


def _exact(value: float) -> str:
    return amount(Decimal(str(round(value, 2))))


# --- spread: what several say on one scale ------------------------------------------------------------------

SPREAD_ROW, SPREAD_LEFT = 58, 16


@dataclass(frozen=True)
class Spread:
    """A question and the number that each one gives."""

    label: str
    values: Sequence[int]


@dataclass(frozen=True)
class Spreads:
    """A row a question: a band from the lowest to the highest, a disc at each number with how many gave it."""

    id: str
    rows: list[dict[str, Any]]
    ticks: list[dict[str, Any]]
    width: int
    height: int
    summary: str


def spreads(rows: Sequence[Spread], *, key: str, low: int = 1, high: int = 5) -> Spreads:
    """In the order given; the title says the first, which is the widest where the caller sorts so."""

    def x(value: float) -> float:
        return round(SPREAD_LEFT + (value - low) / (high - low) * (WIDTH - 2 * SPREAD_LEFT), 1)

    drawn = []
    for index, row in enumerate(rows):
        first, last = min(row.values, default=low), max(row.values, default=low)
        top = index * SPREAD_ROW
        drawn.append(
            {
                "label": row.label,
                "low": first,
                "high": last,
                "gap": last - first,
                "mean": Decimal(sum(row.values)) / max(len(row.values), 1),
                "text_y": top + 16,
                "y": top + 38,
                "band_y": top + 34,
                "band_x": x(first),
                "band_width": round(x(last) - x(first), 1),
                "discs": [
                    {"x": x(value), "value": value, "count": row.values.count(value), "text_y": top + 42.5}
                    for value in sorted(set(row.values))
                ],
            }
        )
    height = len(rows) * SPREAD_ROW
    ticks = [{"x": x(value), "label": value} for value in range(low, high + 1)]
    said = [f"{row['label']}{NBSP}: de {row['low']} à {row['high']}" for row in drawn]
    summary = ", ".join(said) + "." if said else "Aucune donnée."
    return Spreads(slugify(key), drawn, ticks, WIDTH, height + 20, summary)


# --- radar: how many, on each axis ------------------------------------------------------------------------

#: of the square a radar is drawn in, its middle, and how far its axes reach
SIZE, CENTRE, RADIUS = 360, 180, 120


@dataclass(frozen=True)
class Axis:
    label: str
    value: int
    x: float
    y: float
    text_x: float
    text_y: float
    anchor: str


@dataclass(frozen=True)
class Radar:
    """Geometry in the units of its viewBox; the table of the same numbers always stands beside it."""

    id: str
    axes: list[Axis]
    shape: str
    rings: list[str]
    size: int
    summary: str


def radar(rows: Sequence[tuple[str, int]], *, key: str, most: int = 3) -> Radar:
    """`rows`: (label, how many); beyond `most`, an axis is full."""
    points, axes = [], []
    for index, (label, value) in enumerate(rows):
        angle = 2 * math.pi * index / max(len(rows), 1) - math.pi / 2
        cos, sin = math.cos(angle), math.sin(angle)
        reach = RADIUS * min(value, most) / most
        points.append(f"{CENTRE + reach * cos:.1f},{CENTRE + reach * sin:.1f}")
        anchor = "middle" if abs(cos) < 0.2 else "start" if cos > 0 else "end"
        axes.append(
            Axis(
                label,
                value,
                round(CENTRE + RADIUS * cos, 1),
                round(CENTRE + RADIUS * sin, 1),
                round(CENTRE + (RADIUS + 14) * cos, 1),
                round(CENTRE + (RADIUS + 14) * sin + 4, 1),
                anchor,
            )
        )
    rings = [_ring(len(rows), RADIUS * step / most) for step in range(1, most + 1)]
    absent = [label for label, value in rows if not value]
    summary = f"Il manque : {', '.join(absent)}." if absent else "Chaque monde est autour de la table."
    return Radar(key, axes, " ".join(points), rings, SIZE, summary)


def _ring(sides: int, radius: float) -> str:
    angles = [2 * math.pi * index / max(sides, 1) - math.pi / 2 for index in range(sides)]
    return " ".join(
        f"{CENTRE + radius * math.cos(a):.1f},{CENTRE + radius * math.sin(a):.1f}" for a in angles
    )
