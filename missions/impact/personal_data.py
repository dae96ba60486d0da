"""The page of an employer remembers which account made it public."""

from typing import Any

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.registries import PersonalData, personal_data

from . import services
from .models import Publication


def _rows(person: Person) -> Any:
    return Publication.objects.filter(published_by__person=person).select_related("organisation")


def register() -> None:
    personal_data.register(
        "impact.Publication",
        PersonalData(
            model="impact.Publication",
            label="Pages d’engagement que vous avez publiées pour un employeur",
            erasing="restent à l’employeur, sans votre nom",
            kept="La page reste à l’employeur, sans votre nom.",
            rows=_rows,
            export=lambda row: {"Employeur": row.organisation.name, "Publiée le": row.published_at},
            erase=services.forget_person,
            person_fields=("published_by",),
        ),
    )
