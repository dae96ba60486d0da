"""How many missions each choice beside the results would give: one statement, over the missions found once.

Within a filter choices add up, so the counts of a filter leave out what is chosen in that filter.
"""

import hashlib
import json
from dataclasses import fields, replace
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, Model

from jeveuxagir.ui.facets import SHOWN, Choice, Facet, SeveralField, facet

from .enums import REMOTE_MODES
from .filters import SearchForm
from .models import Mission
from .search import DEFAULT_RADIUS, SearchQuery, choices, matching, within

#: The counts of one search, whatever its page or order, are counted again after this long.
KEPT_SECONDS = 30

Counts = dict[tuple[str, str], int]

_SQL_LINKS = {
    "activite": (Mission.activities.through._meta.db_table, "activity_id"),
    "competence": (Mission.skills.through._meta.db_table, "skill_id"),
    "odd": (Mission.sdgs.through._meta.db_table, "sdg_id"),
}
_SQL_COLUMNS = {"domaine": "domain_id", "rythme": "commitment"}


def count(query: SearchQuery) -> Counts:
    """{(field, value): missions}. Kept for a moment: the next page and another order count nothing again."""
    key = _key(query)
    kept: Counts | None = cache.get(key)
    if kept is None:
        kept = _count(query)
        cache.set(key, kept, KEPT_SECONDS)
    return kept


def _key(query: SearchQuery) -> str:
    values = [
        [term.pk if isinstance(term, Model) else str(term) for term in value]
        if isinstance(value, tuple)
        else value.pk
        if isinstance(value, Model)
        else str(value)
        for value in (getattr(query, each.name) for each in fields(query) if each.name != "sort")
    ]
    return "missions:facets:" + hashlib.sha256(json.dumps(values).encode()).hexdigest()


def facets(form: SearchForm, query: SearchQuery, counts: Counts) -> dict[str, Facet]:
    """The filters of the page, by the name of their field. A choice that finds nothing is hidden, unless chosen."""
    made = {}
    for name, asked in form.fields.items():
        if isinstance(asked, SeveralField):
            chosen = {str(value) for value in form[name].value() or []} & asked.known.keys()
            every = [
                Choice(value, _label(name, term), counts.get((name, value), 0), value in chosen)
                for value, term in asked.known.items()
                if counts.get((name, value)) or value in chosen
            ]
            if name in ("activite", "competence"):
                every.sort(key=lambda choice: -choice.count)
            limit = 0 if name == "odd" else SHOWN
            made[name] = facet(form, name, every, noun="mission", limit=limit)
    for name, on in (
        ("distance", query.remote_only),
        ("mineurs", query.open_to_minors),
        ("equipes", query.teams),
    ):
        choice = Choice("on", str(form.fields[name].label), counts.get((name, "on"), 0), on)
        made[name] = Facet(name, choice.label, [choice], noun="mission")
    return made


def _label(name: str, term: Any) -> str:
    if name == "rythme":
        return term.label[:1].upper() + term.label[1:]
    return str(term) if name == "odd" else term.name


def _count(query: SearchQuery) -> Counts:
    """Only SQL that Django compiled and names of ours are put together; values are parameters."""
    chosen = choices(query)
    flags = {f"ok_{name}": ExpressionWrapper(fits, BooleanField()) for name, fits in chosen.items()}
    columns = ["pk", "domain_id", "commitment", "minimum_age", "mode", "team_places", *flags]
    base, params = within(query).order_by().annotate(**flags).values(*columns).query.sql_with_params()
    names = ["id", *columns[1:]]

    def others(name: str) -> str:
        return " AND ".join(["true", *(f"ok_{other}" for other in chosen if other != name)])

    parts = [
        f"SELECT '{name}', {column}::text, count(*) FROM found WHERE {others(name)} GROUP BY {column}"  # noqa: S608
        for name, column in _SQL_COLUMNS.items()
    ]
    parts += [
        f"SELECT '{name}', {column}::text, count(*) FROM found JOIN {table} ON mission_id = found.id "  # noqa: S608
        f"WHERE {others(name)} GROUP BY {column}"
        for name, (table, column) in _SQL_LINKS.items()
    ]
    parts.append(
        f"SELECT 'mineurs', 'on', count(*) FROM found WHERE {others('mineurs')} AND minimum_age = 16"  # noqa: S608
    )
    parts.append(
        f"SELECT 'equipes', 'on', count(*) FROM found WHERE {others('equipes')} AND team_places > 0"  # noqa: S608
    )
    remote_key, remote_count = "", None
    if query.has_place:  # "à distance" leaves the place: the same count for a search anywhere
        remote_query = replace(query, remote_only=True, commune=None, radius_km=DEFAULT_RADIUS)
        remote_key = f"{_key(remote_query)}:remote"
        remote_count = cache.get(remote_key)
        if remote_count is None:
            remote, its_params = matching(remote_query).order_by().values("pk").query.sql_with_params()
            parts.append(f"SELECT 'distance', 'on', count(*) FROM ({remote}) remote")  # noqa: S608
            params = (*params, *its_params)
    else:
        modes = ", ".join(f"'{mode.value}'" for mode in REMOTE_MODES)
        parts.append(
            f"SELECT 'distance', 'on', count(*) FROM found "  # noqa: S608
            f"WHERE {others('distance')} AND mode IN ({modes})"
        )
    sql = f"WITH found ({', '.join(names)}) AS MATERIALIZED ({base}) {' UNION ALL '.join(parts)}"
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        counts = {(name, value): found for name, value, found in cursor.fetchall() if value and found}
    if remote_count:
        counts["distance", "on"] = remote_count
    elif remote_key and remote_count is None:
        cache.set(remote_key, counts.get(("distance", "on"), 0), KEPT_SECONDS)
    return counts
