"""Offers belong to employers; they only remember which account wrote them."""

from typing import Any

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.registries import PersonalData, personal_data

from .models import Offer


def _rows(person: Person) -> Any:
    return Offer.objects.filter(created_by__person=person)


def register() -> None:
    personal_data.register(
        "offers.Offer",
        PersonalData(
            model="offers.Offer",
            label="Offres de mécénat de compétences que vous avez écrites",
            erasing="restent à l’employeur, sans votre nom",
            kept="Les offres restent à l’employeur, sans votre nom.",
            rows=_rows,
            export=lambda row: {"Offre écrite": row.title, "Le": row.created_at},
            erase=lambda person: _rows(person).update(created_by=None),
            person_fields=("created_by",),
        ),
    )
