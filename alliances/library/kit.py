"""The kit « L’ODD 17 en pratique »: its four sheets (data/kit.toml), as pages and as tagged PDF."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from jeveuxagir.notifications.links import absolute
from jeveuxagir.taxonomies.licences import Licence
from jeveuxagir.taxonomies.models import PartnershipCategory
from jeveuxagir.ui.documents import pdf

from . import reference
from .directory import NOUNS, Shelved
from .enums import Level, Need, Shelf
from .illustrations import Cell, Profile, grid
from .models import Method, Resource

EMPTY_CELL = "à proposer"
#: sheets on the map of tools
MOST_ON_MAP = 400


@dataclass(frozen=True)
class Moment:
    """A moment of the third sheet and its methods."""

    title: str
    text: str
    methods: list[Method]


@dataclass(frozen=True)
class GridCell:
    profile: str
    profile_code: str
    objective: str
    modality: str
    cell: Cell | None


@dataclass(frozen=True)
class GridRow:
    category: PartnershipCategory
    cells: list[GridCell]


@dataclass(frozen=True)
class MapRow:
    level: str
    sheets: list[tuple[str, Shelved]]


@dataclass(frozen=True)
class MapPart:
    """The tools of one need, by level."""

    need: str
    rows: list[MapRow]


@cache
def sheets() -> dict[str, dict[str, Any]]:
    """code → a sheet of the kit, numbered from 1."""
    return {
        one["code"]: {**one, "number": number}
        for number, one in enumerate(reference.read("kit")["sheet"], start=1)
    }


def about() -> Mapping[str, str]:
    kit = reference.read("kit")
    return {"title": kit["title"], "lead": kit["lead"]}


def illustrated() -> list[GridRow]:
    """The grid of the second sheet: every cell is there, filled or « à proposer »."""
    said = {(cell["category"], cell["profile"]): cell for cell in sheets()["illustrations"]["cell"]}
    filled = grid()
    names = {
        Profile.ELECTED: "Une commune",
        Profile.COMPANY: "Une entreprise",
        Profile.ASSOCIATION: "Une association",
    }
    return [
        GridRow(
            category,
            [
                GridCell(
                    names[profile],
                    profile.value,
                    said[category.pk, profile.value]["objective"],
                    said[category.pk, profile.value]["modality"],
                    filled.get((category.pk, profile.value)),
                )
                for profile in Profile
            ],
        )
        for category in PartnershipCategory.objects.order_by("position")
    ]


def moments() -> list[Moment]:
    """The third sheet: what is withdrawn is left out."""
    told = sheets()["methodes"]["moment"]
    codes = [code for moment in told for code in moment["methods"]]
    methods = {method.code: method for method in Method.objects.public().filter(code__in=codes)}
    return [
        Moment(
            moment["title"], moment["text"], [methods[code] for code in moment["methods"] if code in methods]
        )
        for moment in told
    ]


def tool_map() -> list[MapPart]:
    """The fourth sheet: each tool under its first need, at each of its levels. What is dead is not there."""
    rows = Resource.objects.public().trusted_first().defer("search", "search_extra")
    found: list[Shelved] = list(rows[:MOST_ON_MAP])
    parts = []
    for need in Need:
        here = [sheet for sheet in found if sheet.needs and sheet.needs[0] == need]
        by_level = [
            MapRow(
                str(level.label),
                [
                    (NOUNS[Shelf(sheet.shelf)], sheet)
                    for sheet in sorted(here, key=lambda one: one.title)
                    if level.value in sheet.levels
                ],
            )
            for level in Level
        ]
        other = [(NOUNS[Shelf(sheet.shelf)], sheet) for sheet in here if not sheet.levels]
        if other:
            by_level.append(MapRow("Tous niveaux", other))
        parts.append(MapPart(str(need.label).capitalize(), [row for row in by_level if row.sheets]))
    return [part for part in parts if part.rows]


def document(code: str, *, profile: str = "") -> bytes:
    """The tagged PDF of a sheet; `profile` keeps one reader's objections alone."""
    sheet = sheets()[code]
    return pdf("kit.typ", _data(sheet, profile), made_at=reference.READ_ON)


def _data(sheet: dict[str, Any], profile: str) -> dict[str, Any]:
    kit = about()
    return {
        "title": sheet["title"],
        "kit": f"{kit['title']}, fiche {sheet['number']} sur {len(sheets())}",
        "lead": sheet["lead"],
        "parts": _parts(sheet, profile),
        "footer": f"{kit['title']} – {Licence.OPEN.label} – {absolute('/bibliotheque/kit/')}",
    }


def _parts(sheet: dict[str, Any], profile: str) -> list[dict[str, Any]]:
    """Parts of the document: a title, a text, then lines, each with words that stand out and others."""
    parts = [
        {"title": part["title"], "text": part.get("text") or "\n".join(part["lines"]), "lines": []}
        for part in sheet.get("part", [])
    ]
    for one in sheet.get("profile", []):
        if profile and one["code"] != profile:
            continue
        parts.append(
            {
                "title": one["title"],
                "text": one["promise"],
                "lines": [
                    {"strong": f"« {objection['said']} »", "text": objection["answer"]}
                    for objection in one["objections"]
                ]
                + [{"strong": "Les premières clés", "text": "\n".join(one["keys"])}],
            }
        )
    if sheet["code"] == "illustrations":
        parts += [
            {
                "title": row.category.name,
                "text": row.category.description,
                "lines": [
                    {
                        "strong": cell.profile,
                        "text": f"{cell.objective}\n{cell.modality}\nExemples : "
                        + (", ".join(one.title for one in cell.cell.shown) if cell.cell else EMPTY_CELL),
                    }
                    for cell in row.cells
                ],
            }
            for row in illustrated()
        ]
    if sheet["code"] == "methodes":
        parts += [
            {
                "title": moment.title,
                "text": moment.text,
                "lines": [{"strong": method.title, "text": method.summary} for method in moment.methods],
            }
            for moment in moments()
        ]
    if sheet["code"] == "outils":
        parts += [
            {
                "title": part.need,
                "text": "",
                "lines": [
                    {
                        "strong": f"Niveau {row.level}",
                        "text": "\n".join(
                            f"{one.title} ({one.owner}) : {absolute(one.link) if one.is_ours else one.link}"
                            for _noun, one in row.sheets
                            if isinstance(one, Resource)
                        ),
                    }
                    for row in part.rows
                ],
            }
            for part in tool_map()
        ]
    return parts
