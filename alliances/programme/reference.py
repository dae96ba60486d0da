"""The 21 measures, loaded from `data/measures.toml`; the report's chantiers and items, read from `data/report.toml`."""

import json
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.urls import reverse

from jeveuxagir.common.bulk import upsert
from jeveuxagir.common.text import spaced

from .models import Measure

DATA = Path(__file__).parent / "data"
COLUMNS = [
    *("number", "slug", "name", "dimension", "months", "facilitators", "objective", "actions", "expected"),
    *("answer", "links"),
]


@cache
def read(name: str) -> Any:
    """A file of `data/`, its sentences with their non-breaking spaces."""
    return _spaced(tomllib.loads((DATA / f"{name}.toml").read_text(encoding="utf-8")))


def _spaced(value: Any) -> Any:
    if isinstance(value, str):
        return spaced(value)
    if isinstance(value, list):
        return [_spaced(item) for item in value]
    if isinstance(value, dict):
        return {key: _spaced(item) for key, item in value.items()}
    return value


def load(connection: Any) -> None:
    """Every measure as the file says it."""
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        rows = read("measures")["measure"]
        upsert(cursor, Measure, COLUMNS, (_values(row) for row in rows))


def _values(row: dict[str, Any]) -> list[Any]:
    return [json.dumps(row[name]) if name == "links" else row[name] for name in COLUMNS]


@dataclass(frozen=True)
class Item:
    chantier: str
    slug: str
    number: int
    name: str
    asked: str
    answer: str
    measures: tuple[int, ...]
    links: tuple[tuple[str, str], ...]

    @property
    def url(self) -> str:
        return reverse("programme:item", args=[self.chantier, self.slug])


@dataclass(frozen=True)
class Chantier:
    slug: str
    number: int
    name: str
    lead: str
    items: tuple[Item, ...]

    @property
    def url(self) -> str:
        return reverse("programme:chantier", args=[self.slug])

    @property
    def measures(self) -> list[int]:
        return sorted({number for item in self.items for number in item.measures})


@cache
def chantiers() -> tuple[Chantier, ...]:
    """The four of the report, in its order."""
    made = []
    for number, row in enumerate(read("report")["chantier"], start=1):
        items = tuple(
            Item(
                chantier=row["slug"],
                number=place,
                measures=tuple(item["measures"]),
                links=tuple((label, route) for label, route in item["links"]),
                **{name: item[name] for name in ("slug", "name", "asked", "answer")},
            )
            for place, item in enumerate(row["item"], start=1)
        )
        made.append(Chantier(row["slug"], number, row["name"], row["lead"], items))
    return tuple(made)


@cache
def speaking(number: int) -> str:
    """What the sheets that help with a measure speak of, as one types it in the search."""
    return next((str(row["find"]) for row in read("measures")["measure"] if row["number"] == number), "")


def items_of(number: int) -> list[tuple[Chantier, Item]]:
    """Where the report asks for what this measure serves."""
    return [
        (chantier, item) for chantier in chantiers() for item in chantier.items if number in item.measures
    ]


def addresses(links: Any) -> list[tuple[str, str]]:
    """[(label, address)] of [(label, route)]; « glossary:term:charte » is the route of one word."""
    found = []
    for label, route in links:
        name, _, slug = route.partition(":term:")
        found.append((label, reverse(f"{name}:term", args=[slug]) if slug else reverse(route)))
    return found
