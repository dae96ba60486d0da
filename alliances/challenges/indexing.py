"""Public common problems in the index of the whole site."""

from typing import Any

from jeveuxagir.findable import registry
from jeveuxagir.findable.registry import Found, Source

from .models import Challenge


def _found(challenge: Any) -> Found:
    return Found(
        title=challenge.statement,
        url=challenge.get_absolute_url(),
        summary=challenge.who,
        words=challenge.evidence,
        note=challenge.get_state_display().capitalize(),
        places=[challenge.place],
        domains=[challenge.domain_id] if challenge.domain_id else [],
        sdgs=[sdg.pk for sdg in challenge.sdgs.all()],
        published_at=challenge.opened_at,
    )


def register() -> None:
    registry.register(
        Source(
            kind="challenge",
            model="challenges.Challenge",
            label="problème commun",
            plural="problèmes communs",
            order=30,
            rows=lambda: Challenge.objects.public().select_related("commune__department", "department"),
            prefetch=("sdgs",),
            found=_found,
            list_url="/problemes-communs/",
            words_field="",
            filters=("odd", "domaine"),
        )
    )
