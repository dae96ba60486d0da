"""Missions belong to organisations; they only remember which account wrote them."""

from typing import Any

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.registries import PersonalData, personal_data

from .models import Mission


def _rows(person: Person) -> Any:
    return Mission.objects.filter(created_by__person=person)


def _export(mission: Mission) -> dict[str, Any]:
    return {"mission écrite": mission.title, "le": mission.created_at}


def _erase(person: Person) -> None:
    _rows(person).update(created_by=None)


def register() -> None:
    personal_data.register(
        "missions.Mission",
        PersonalData(
            model="missions.Mission",
            label="Missions que vous avez écrites",
            erasing="restent à l’organisation, sans votre nom",
            kept="Les missions restent à l’organisation, sans votre nom.",
            rows=_rows,
            export=_export,
            erase=_erase,
            person_fields=("created_by",),
        ),
    )
