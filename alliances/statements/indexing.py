"""What people say of their commune, once read, in the index of the whole site and the feeds of its places."""

from typing import Any

from jeveuxagir.common.text import first_words
from jeveuxagir.findable import registry
from jeveuxagir.findable.registry import Found, Source

from .models import Statement

KIND = "statement"
TITLE = 90


def _found(statement: Any) -> Found:
    return Found(
        title=first_words(statement.text, TITLE),
        url=statement.get_absolute_url(),
        summary=statement.text,
        words=statement.text,
        note=statement.author,
        places=[statement.commune],
        published_at=statement.published_at,
    )


def register() -> None:
    registry.register(
        Source(
            kind=KIND,
            model="statements.Statement",
            label="témoignage",
            plural="témoignages",
            order=90,
            rows=lambda: Statement.objects.public().select_related("commune__department", "person"),
            found=_found,
            list_url="/temoignages/",
            words_field="",
        )
    )
