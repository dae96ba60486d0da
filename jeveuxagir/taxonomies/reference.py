"""Load the vocabularies from the CSV files of `data/`. Terms are added, renamed or retired, never deleted."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Model

from jeveuxagir.common.bulk import upsert
from jeveuxagir.common.text import spaced
from jeveuxagir.taxonomies.models import (
    Activity,
    CatalystFunction,
    Domain,
    PartnershipCategory,
    Sdg,
    Skill,
    SkillGroup,
)

DATA = Path(__file__).parent / "data"


def load(connection: Any) -> dict[str, list[tuple[str, int]]]:
    """Load everything (some 200 rows, every time) and say how many terms each source on /donnees/ has."""
    using = connection.alias
    domains, activities, skills = _rows("domains"), _rows("activities"), _rows("skills")
    with transaction.atomic(using=using), connection.cursor() as cursor:
        _load(cursor, Sdg, _rows("sdgs"))
        _load(cursor, Domain, domains, leave_out={"sdgs"}, position=True, active=True)
        _load(cursor, Activity, activities, leave_out={"domains"}, active=True)
        _load(cursor, SkillGroup, _rows("skill_groups"), position=True)
        _load(cursor, Skill, skills, renamed={"group": "group_id"}, lists={"rome_codes"}, active=True)
        _load(cursor, PartnershipCategory, _rows("partnership_categories"), position=True)
        _load(cursor, CatalystFunction, _rows("catalyst_functions"), position=True)
        _link(using, Domain.sdgs.through, "domain_id", "sdg_id", domains, "sdgs", int)
        _link(using, Activity.domains.through, "activity_id", "domain_id", activities, "domains", str)
        for model, rows in ((Domain, domains), (Activity, activities), (Skill, skills)):
            known = [row["code"] for row in rows]
            model._base_manager.using(using).exclude(code__in=known).filter(active=True).update(active=False)
    return {
        "domaines-activites": [("domaines", len(domains)), ("activités", len(activities))],
        "odd": [("objectifs", len(_rows("sdgs")))],
        "competences": [("compétences", len(skills)), ("familles", len(_rows("skill_groups")))],
    }


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    for row in rows:
        if "description" in row:
            row["description"] = spaced(row["description"])
    return rows


def _load(
    cursor: Any,
    model: type[Model],
    rows: list[dict[str, str]],
    *,
    leave_out: Iterable[str] = (),
    renamed: dict[str, str] | None = None,
    lists: Iterable[str] = (),
    position: bool = False,
    active: bool = False,
) -> None:
    """The columns of the file, plus the place in it (`position`) and `active` where the model has them."""
    columns = [column for column in rows[0] if column not in leave_out]
    extra = ["position"] * position + ["active"] * active
    names = [(renamed or {}).get(column, column) for column in columns] + extra
    upsert(
        cursor,
        model,
        names,
        (
            [row[column].split() if column in lists else row[column] for column in columns]
            + [place] * position
            + [True] * active
            for place, row in enumerate(rows, start=1)
        ),
    )


def _link(
    using: str, through: Any, source: str, target: str, rows: list[dict[str, str]], column: str, to_key: Any
) -> None:
    """Make a many-to-many table say what a column of codes says."""
    links = through.objects.using(using)
    wanted = {(row["code"], to_key(key)) for row in rows for key in row[column].split()}
    stored = set(links.values_list(source, target))
    for code, key in stored - wanted:
        links.filter(**{source: code, target: key}).delete()
    links.bulk_create(through(**{source: code, target: key}) for code, key in sorted(wanted - stored))
