"""The sheets and networks that come with the product: read from `data/`, never deleted, found by their code.

Their words are ours, under the open licence; the links of the tools lead to our own pages.
"""

import tomllib
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Model

from jeveuxagir.common.text import NBSP, slugify, spaced

from .enums import State
from .models import Method, Network, Resource

DATA = Path(__file__).parent / "data"
SORTED = ("needs", "interests", "moments", "levels", "categories", "functions", "journey")
#: when these words were read for the last time, before they came with the product
READ_ON = datetime(2026, 11, 30, tzinfo=UTC)


@cache
def read(name: str) -> dict[str, Any]:
    """A file of `data/`, with the non-breaking spaces of French."""
    with (DATA / f"{name}.toml").open("rb") as content:
        found: dict[str, Any] = _spaced(tomllib.load(content))
        return found


def load(using: str = "default") -> int:
    """Write what is missing or has changed. Safe to call again; gives how many sheets and networks there are."""
    with transaction.atomic(using=using):
        methods = [_method(entry) for entry in read("methods")["method"]]
        resources = [_resource(entry) for entry in read("resources")["resource"]]
        written = _write(Method, methods, using) + _write(Resource, resources, using)
        # what people corrected since keeps their words
        own = set(Network._base_manager.using(using).filter(version__gt=1).values_list("code", flat=True))
        networks = [_network(entry) for entry in read("networks")["network"] if entry["code"] not in own]
        _upsert(Network, networks, ["title", "slug", "summary", "modes"], using)
    return written + len(read("networks")["network"])


def steps_of(entry: dict[str, Any]) -> list[str]:
    """Each step in one line: what, how long, how."""
    return [
        f"{step['title']} ({step['minutes']}{NBSP}minutes){NBSP}: {step['text']}" for step in entry["steps"]
    ]


def sorting_of(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: entry.get(name, []) for name in SORTED}


def method_of(entry: dict[str, Any]) -> dict[str, Any]:
    """The fields of a method, from an entry of a file."""
    low, high = entry.get("people", (None, None))
    return {
        "title": entry["title"],
        "summary": entry["summary"],
        "when_to_use": entry["when_to_use"],
        "steps": steps_of(entry),
        "duration_minutes": entry["duration"],
        "people_min": low,
        "people_max": high,
        **{name: "\n".join(entry[name]) for name in ("roles", "materials", "pitfalls")},
        **sorting_of(entry),
    }


def resource_of(entry: dict[str, Any]) -> dict[str, Any]:
    """The fields of a tool, a set of data or a training, from an entry of a file."""
    told = [entry.get("description", ""), f"Accès{NBSP}: {entry['access'][:1].lower()}{entry['access'][1:]}."]
    return {
        "title": entry["title"],
        "summary": entry["summary"],
        "shelf": entry["shelf"],
        "description": "\n\n".join(filter(None, told)),
        "owner": entry.get("owner", "Jeveuxagir"),
        "link": entry["link"],
        "is_free": entry["access"].startswith(("Gratuit", "Libre")),
        **sorting_of(entry),
    }


def _method(entry: dict[str, Any]) -> tuple[Method, dict[str, Any]]:
    return Method(code=entry["code"], **method_of(entry)), entry


def _resource(entry: dict[str, Any]) -> tuple[Resource, dict[str, Any]]:
    return Resource(code=entry["code"], **resource_of(entry)), entry


def _network(entry: dict[str, Any]) -> Network:
    return Network(
        code=entry["code"],
        title=entry["name"],
        slug=slugify(entry["name"])[:80],
        summary=entry["text"],
        modes=entry["modes"],
        state=State.PUBLISHED,
        **dict.fromkeys(
            ("state_changed_at", "created_at", "updated_at", "reviewed_at", "published_at"), READ_ON
        ),
    )


def _write(model: type[Any], made: list[tuple[Any, dict[str, Any]]], using: str) -> int:
    """One statement for the rows, one for each sort of link."""
    for place, (sheet, _entry) in enumerate(made):
        sheet.slug = slugify(sheet.title)[:80]
        sheet.search_extra = " ".join(str(getattr(sheet, name)) for name in sheet.found_by())[:20_000]
        sheet.state = State.PUBLISHED
        sheet.state_changed_at = sheet.created_at = sheet.updated_at = READ_ON
        sheet.reviewed_at = READ_ON
        sheet.published_at = READ_ON - timedelta(minutes=place)  # lists keep the order of the file
    kept = [
        *("title", "slug", "summary", "search_extra", *SORTED),
        *(
            (
                "when_to_use",
                "steps",
                "duration_minutes",
                "people_min",
                "people_max",
                "roles",
                "materials",
                "pitfalls",
            )
            if model is Method
            else ("shelf", "description", "owner", "link", "is_free")
        ),
    ]
    _upsert(model, [sheet for sheet, _entry in made], kept, using)
    keys = dict(model._base_manager.using(using).exclude(code=None).values_list("code", "pk"))
    name = model._meta.model_name
    for field, target, entries in (
        (model.domains, "domain_id", "domains"),
        (model.sdgs, "sdg_id", "sdgs"),
    ):
        through = field.through
        wanted = {(keys[e["code"]], value) for _sheet, e in made for value in e.get(entries, [])}
        rows = through._base_manager.using(using).filter(
            **{f"{name}__in": [keys[e["code"]] for _, e in made]}
        )
        stored = set(rows.values_list(f"{name}_id", target))
        for owner, value in stored - wanted:
            rows.filter(**{f"{name}_id": owner, target: value}).delete()
        through._base_manager.using(using).bulk_create(
            through(**{f"{name}_id": owner, target: value}) for owner, value in sorted(wanted - stored)
        )
    return len(made)


def _upsert(model: type[Model], rows: list[Any], fields: list[str], using: str) -> None:
    model._base_manager.using(using).bulk_create(
        rows, update_conflicts=True, unique_fields=["code"], update_fields=fields
    )


def _spaced(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.startswith(("/", "http")) else spaced(value)
    if isinstance(value, list):
        return [_spaced(one) for one in value]
    if isinstance(value, dict):
        return {key: _spaced(one) for key, one in value.items()}
    return value
