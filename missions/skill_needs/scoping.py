"""Help to say a need: the kinds of work that are asked for most, each with what it usually takes."""

import datetime
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jeveuxagir.common.clock import today
from jeveuxagir.common.text import NBSP, plural, spaced
from jeveuxagir.moderation.clocks import is_working_day
from jeveuxagir.ui.dates import day_of

from .durations import DAY_MINUTES, in_words
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


def pressed(
    minutes: int | None, deadline: datetime.date | None, *, since: datetime.date | None = None
) -> str:
    """A remark when one person, from `since` on (today), has not days enough; empty otherwise. Several may share it."""
    day, found = since or today(), 0
    if minutes is None or deadline is None or deadline < day:
        return ""
    wanted = -(-minutes // DAY_MINUTES)
    while day <= deadline and found < wanted:
        found += is_working_day(day)
        day += datetime.timedelta(days=1)
    if found >= wanted:
        return ""
    left = plural(found, "jour ouvré reste", "jours ouvrés restent") if found else "Aucun jour ouvré ne reste"
    return (
        f"{left} jusqu’au {day_of(deadline)}, pour {in_words(minutes)} de travail{NBSP}: une seule personne "
        "n’y suffirait pas. Repoussez la date, demandez moins, ou comptez sur plusieurs."
    )
