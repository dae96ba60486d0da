"""Help to say a need: the kinds of work that are asked for most, each with what it usually takes."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jeveuxagir.common.text import spaced

from .durations import DAY_MINUTES
from .enums import Format

FILE = Path(__file__).parent / "data" / "scoping.toml"
#: a need of its own sort
OTHER = ""


@dataclass(frozen=True)
class ProjectType:
    """One kind of work. All but the code is French, to be shown."""

    code: str
    name: str
    hint: str
    #: a first title, which the association changes
    title: str
    #: an example of what is given back
    deliverable: str
    #: what it usually takes, in minutes
    minutes: int
    format: Format
    #: codes of skills
    skills: tuple[str, ...]
    questions: tuple[str, ...]
    #: what often goes wrong
    beware: str


@cache
def types() -> dict[str, ProjectType]:
    """code → kind of work, in the order of the file."""
    rows: list[dict[str, Any]] = tomllib.loads(FILE.read_text(encoding="utf-8"))["type"]
    return {row["code"]: _type(row) for row in rows}


def _type(row: dict[str, Any]) -> ProjectType:
    return ProjectType(
        code=row["code"],
        name=spaced(row["name"]),
        hint=spaced(row["hint"]),
        title=spaced(row["title"]),
        deliverable=spaced(row["deliverable"]),
        minutes=round(row["days"] * DAY_MINUTES),
        format=Format(row["format"]),
        skills=tuple(row["skills"]),
        questions=tuple(spaced(question) for question in row["questions"]),
        beware=spaced(row["beware"]),
    )


def type_of(code: str) -> ProjectType | None:
    return types().get(code)
