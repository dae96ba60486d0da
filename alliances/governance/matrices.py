"""The matrix of roles as it is read: a line per function, a cell per party, and what is empty, in words."""

import math
from dataclasses import dataclass
from typing import Any

from alliances.models import Alliance, Party

from .enums import Level
from .models import Function, Holding


@dataclass(frozen=True)
class Cell:
    party: Party
    level: str

    @property
    def words(self) -> str:
        return str(Level(self.level).label) if self.level else ""


@dataclass(frozen=True)
class Line:
    function: Function
    cells: list[Cell]

    @property
    def held(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.level]

    @property
    def is_empty(self) -> bool:
        """Nobody decides, does or brings: whoever is only informed holds nothing."""
        return not any(cell.level not in ("", Level.INFORMED) for cell in self.cells)


@dataclass(frozen=True)
class Matrix:
    parties: list[Party]
    lines: list[Line]

    @property
    def empty_functions(self) -> list[str]:
        return [line.function.name for line in self.lines if line.is_empty]

    @property
    def empty_parties(self) -> list[str]:
        """Parties without a role anywhere."""
        held = {cell.party.pk for line in self.lines for cell in line.held}
        return [party.name for party in self.parties if party.pk not in held]

    @property
    def remarks(self) -> list[str]:
        """What is empty, in sentences."""
        said = []
        if self.lines and self.empty_functions:
            said.append(f"Personne ne tient : {', '.join(self.empty_functions)}.")
        if self.lines and self.empty_parties:
            said.append(f"Sans rôle pour le moment : {', '.join(self.empty_parties)}.")
        return said


#: what a landscape page holds and the eye still reads
PER_PAGE = 12


def sheets(matrix: Matrix) -> list[dict[str, Any]]:
    """The tables of the document: one for 12 parties at most, else even ones, each with every function."""
    many = len(matrix.parties)
    pages = max(1, math.ceil(many / PER_PAGE))
    width = math.ceil(many / pages) if many else 0
    found = []
    for start in range(0, many, width) if many else [0]:
        end = min(start + width, many)
        found.append(
            {
                "caption": f"Parties {start + 1} à {end} sur {many}" if pages > 1 else "",
                "parties": [party.name for party in matrix.parties[start:end]],
                "lines": [
                    {"name": line.function.name, "cells": [cell.words for cell in line.cells[start:end]]}
                    for line in matrix.lines
                ],
            }
        )
    return found


def of(alliance: Alliance) -> Matrix:
    """In three queries, whatever its size. A party that left keeps no column."""
    parties = list(alliance.parties.live().in_order())
    functions = list(alliance.functions.order_by("position", "pk"))
    levels = {
        (function, party): level
        for function, party, level in Holding.objects.filter(function__alliance=alliance).values_list(
            "function_id", "party_id", "level"
        )
    }
    lines = [
        Line(function, [Cell(party, levels.get((function.pk, party.pk), "")) for party in parties])
        for function in functions
    ]
    return Matrix(parties, lines)
