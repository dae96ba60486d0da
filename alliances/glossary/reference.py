"""Load the words of `data/terms.toml`. Who was revised by a contest keeps its own words; none is ever deleted."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction

from jeveuxagir.common.text import fold, spaced

from .models import LICENCE, Revision, Term

FILE = Path(__file__).parent / "data" / "terms.toml"
#: what a contest changes
CONTESTED = ("definition", "sources")
OTHERS = ("name", "forms", "associations", "companies", "public_bodies", "position", "active")


@cache
def seed() -> list[dict[str, Any]]:
    """One dictionary by word, in the order of the alphabet."""
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))["term"]
    rows.sort(key=lambda row: fold(row["name"]))
    return [
        {
            **{name: spaced(value) if isinstance(value, str) else value for name, value in row.items()},
            "forms": sorted(row["forms"], key=len, reverse=True),
            "sources": spaced("\n".join(row["sources"])),
            "position": place,
            "active": True,
        }
        for place, row in enumerate(rows, start=1)
    ]


def load(connection: Any) -> bool:
    """Two statements when nothing changed; True if something was written."""
    using = connection.alias
    wanted = {row["slug"]: row for row in seed()}
    with transaction.atomic(using=using):
        known = {term.slug: term for term in Term.objects.using(using)}
        new = [_made(row) for slug, row in wanted.items() if slug not in known]
        changed = [term for slug, row in wanted.items() if (term := known.get(slug)) and _differs(term, row)]
        retired = [term for slug, term in known.items() if slug not in wanted and term.active]
        for term in retired:
            term.active = False
        if new:
            Term.objects.using(using).bulk_create(new)
            Revision.objects.using(using).bulk_create(
                Revision(term=term, number=1, definition=term.definition, sources=term.sources)
                for term in new
            )
        if changed or retired:
            Term.objects.using(using).bulk_update([*changed, *retired], [*CONTESTED, *OTHERS])
            for term in changed:
                if term.number == 1:
                    Revision.objects.using(using).filter(term=term, number=1).update(
                        definition=term.definition, sources=term.sources
                    )
        linked = _link(using, wanted)
    return bool(new or changed or retired or linked)


def _made(row: dict[str, Any]) -> Term:
    return Term(slug=row["slug"], licence=LICENCE, **{name: row[name] for name in (*CONTESTED, *OTHERS)})


def _differs(term: Term, row: dict[str, Any]) -> bool:
    """Take the file's words, and say whether they were others."""
    names = (*CONTESTED, *OTHERS) if term.number == 1 else OTHERS
    changed = [name for name in names if getattr(term, name) != row[name]]
    for name in changed:
        setattr(term, name, row[name])
    return bool(changed)


def _link(using: str, wanted: dict[str, dict[str, Any]]) -> bool:
    """Neighbours, both ways."""
    keys = dict(Term.objects.using(using).values_list("slug", "pk"))
    pairs = {
        pair
        for slug, row in wanted.items()
        for other in row["related"]
        for pair in ((keys[slug], keys[other]), (keys[other], keys[slug]))
    }
    links = Term.related.through.objects.using(using)
    stored = set(links.values_list("from_term", "to_term"))
    for source, target in stored - pairs:
        links.filter(from_term=source, to_term=target).delete()
    links.bulk_create(
        Term.related.through(from_term_id=source, to_term_id=target)
        for source, target in sorted(pairs - stored)
    )
    return stored != pairs
