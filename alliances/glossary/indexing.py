"""The shared words in the index of the whole site."""

from typing import Any

from jeveuxagir.findable import registry
from jeveuxagir.findable.registry import Found, Source

from .models import Term


def _found(term: Any) -> Found:
    return Found(
        title=term.name,
        url=term.get_absolute_url(),
        summary=term.definition,
        words=" ".join([*term.forms, term.associations, term.companies, term.public_bodies]),
        everywhere=True,
    )


def register() -> None:
    registry.register(
        Source(
            kind="term",
            model="glossary.Term",
            label="mot du glossaire",
            plural="mots du glossaire",
            order=95,
            rows=lambda: Term.objects.public().defer("search"),
            found=_found,
            list_url="/glossaire/",
        )
    )
