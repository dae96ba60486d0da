"""The 21 measures in the index of the whole site."""

from typing import Any

from jeveuxagir.findable import registry
from jeveuxagir.findable.registry import Found, Source

from .models import Measure


def _found(measure: Any) -> Found:
    return Found(
        title=f"Mesure {measure}",
        url=measure.get_absolute_url(),
        summary=measure.objective,
        words=" ".join([measure.facilitators, *measure.actions, measure.expected, measure.answer]),
        note=f"Dimension {measure.get_dimension_display()}",
        everywhere=True,
        terms=[f"mesure:{measure.pk}"],
    )


def register() -> None:
    registry.register(
        Source(
            kind="measure",
            model="programme.Measure",
            label="mesure du programme",
            plural="mesures du programme",
            order=90,
            rows=lambda: Measure.objects.public(),
            found=_found,
            list_url="/mesures/",
            words_field="",
        )
    )
