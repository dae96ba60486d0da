"""Feeds written for a test: one good mission, and what a test changes in it."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from jeveuxagir.common.clock import today
from missions.feeds import reader, reading, services
from missions.feeds.models import FeedIssue, FeedRun, Partner

PROLOG = '<?xml version="1.0" encoding="UTF-8"?>\n'
LONG = "Vous accompagnez des personnes âgées dans leurs sorties, avec une équipe qui vous attend. " * 5

ABSENT = object()


class Raw(str):
    """XML as it is: neither escaped nor wrapped."""


def day(in_days: int) -> str:
    return f"{today() + datetime.timedelta(days=in_days):%Y-%m-%d}T10:00:00Z"


def mission(client_id: Any = "m-1", **tags: Any) -> str:
    """One `<mission>` on a line of its own. A keyword changes or (ABSENT) takes away a tag."""
    values: dict[str, Any] = {
        "title": "Visiter des personnes âgées",
        "clientId": client_id,
        "description": Raw(f"<![CDATA[<p>{LONG}</p>]]>"),
        "applicationUrl": f"https://partenaire.example/missions/{client_id}",
        "startAt": day(-10),
        "endAt": day(90),
        "city": "Guéret",
        "postalCode": "23000",
        "country": "FR",
        "domain": "solidarite-insertion",
        "activity": "lutte-contre-isolement",
        "places": "3",
        "openToMinors": "yes",
        "organizationClientId": "org-1",
        "organizationName": "Les Amis de Léo",
    } | tags
    written = []
    for tag, value in values.items():
        for one in value if isinstance(value, list) else [value]:
            if one is not ABSENT:
                written.append(f"<{tag}>{one if isinstance(one, Raw) else escape(str(one))}</{tag}>")
    return f"<mission>{''.join(written)}</mission>"


def feed(*missions: str) -> str:
    return PROLOG + "<source>\n" + "\n".join(missions) + "\n</source>\n"


def many(count: int, **tags: Any) -> list[str]:
    return [mission(f"m-{number}", **tags) for number in range(1, count + 1)]


def make_partner(slug: str = "essai", trust: str = "trusted", **fields: Any) -> Partner:
    return Partner.objects.create(
        slug=slug, name=fields.pop("name", "Partenaire d’essai"), trust=trust, **fields
    )


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def run(partner: Partner, path: Path, *missions: str, content: str | bytes | None = None) -> FeedRun:
    """Import these missions (or this content) now."""
    write(path, feed(*missions) if content is None else content)
    done = services.import_feed(partner, path)
    done.refresh_from_db()
    return done


def reasons(run: FeedRun, level: str = "rejected") -> list[tuple[str, str]]:
    """(clientId, reason) of each line of the report."""
    return list(
        FeedIssue.objects.filter(run=run, level=level).order_by("pk").values_list("client_id", "reason")
    )


def read(path: Path, **tags: Any) -> reading.Item:
    """What the reader makes of one mission. Raises Rejected."""
    [node] = reader.missions(write(path, feed(mission(**tags))))
    return reading.read(node)


def left_out(item: reading.Item) -> dict[str, str]:
    return {r.tag: r.reason for r in item.remarks if r.level == "left_out"}


def hints(item: reading.Item) -> dict[str, str]:
    return {r.tag: r.reason for r in item.remarks if r.level == "hint"}
