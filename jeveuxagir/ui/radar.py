"""A radar drawn on the server as SVG: one axis a world, one ring a party, filled up to how many are there."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

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
