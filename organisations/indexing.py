"""Validated organisations in the index of the whole site."""

from typing import Any

from jeveuxagir.findable import registry
from jeveuxagir.findable.registry import Found, Source

from .models import Organisation


def _found(organisation: Any) -> Found:
    return Found(
        title=organisation.name,
        url=organisation.get_absolute_url(),
        summary=organisation.description,
        note=organisation.get_kind_display().capitalize(),
        places=[organisation.commune] if organisation.commune else [],
        published_at=organisation.created_at,
    )


def register() -> None:
    registry.register(
        Source(
            kind="organisation",
            model="organisations.Organisation",
            label="organisation",
            plural="organisations",
            order=90,
            rows=lambda: Organisation.objects.public().select_related("commune__department"),
            found=_found,
            list_url="/organisations/",
            words_field="nom",
        )
    )
