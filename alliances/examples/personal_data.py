"""What examples hold about a person: who wrote one, who answered for a party, who imported a file."""

from typing import Any

from alliances.library.personal_data import register_sheets
from jeveuxagir.accounts.models import Person
from jeveuxagir.common.registries import PersonalData, personal_data

from .models import Consent, Example, ImportRun


def _consents(person: Person) -> Any:
    return Consent.objects.filter(by__person=person).order_by("pk")


def _runs(person: Person) -> Any:
    return ImportRun.objects.filter(by__person=person).order_by("pk")


def register() -> None:
    register_sheets(Example, "Exemples que vous avez écrits")
    personal_data.register(
        "examples.Consent",
        PersonalData(
            model="examples.Consent",
            label="Accords donnés à un exemple, pour une partie d’une alliance",
            kept="avec l’exemple ; sans votre nom si vous effacez votre compte",
            rows=_consents,
            export=lambda row: {
                "Exemple": row.example.title,
                "Pour": row.name,
                "Accordé le": row.agreed_at,
                "Refusé le": row.refused_at,
                "Raison": row.reason,
            },
            erase=lambda person: _consents(person).update(by=None),
            person_fields=("by",),
        ),
    )
    personal_data.register(
        "examples.ImportRun",
        PersonalData(
            model="examples.ImportRun",
            label="Imports d’exemples que vous avez faits",
            kept="pour savoir d’où viennent les exemples ; sans votre nom si vous effacez votre compte",
            rows=_runs,
            export=lambda row: {"Base": row.source, "Le": row.at, "Nouveaux": row.created},
            erase=lambda person: _runs(person).update(by=None),
            person_fields=("by",),
        ),
    )
