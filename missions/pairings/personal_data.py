"""What pairings remember of people: who proposed, who answered, a word of why not."""

from typing import Any

from django.db.models import Q

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.registries import PersonalData, Retention, personal_data

from . import services
from .models import Pairing


def _rows(person: Person) -> Any:
    mine = (
        Q(proposed_by__person=person)
        | Q(company_answered_by__person=person)
        | Q(association_answered_by__person=person)
    )
    return Pairing.objects.filter(mine).select_related("need", "offer")


def register() -> None:
    personal_data.register(
        "pairings.Pairing",
        PersonalData(
            model="pairings.Pairing",
            label="Rapprochements de besoins et d’offres que vous avez proposés, ou auxquels vous avez répondu",
            erasing="restent aux organisations, sans votre nom",
            kept="Les rapprochements restent aux organisations, sans votre nom.",
            retention=(
                Retention(
                    kept_for=services.KEPT,
                    counted_from="après la fin d’un rapprochement sans suite",
                    then="puis effacé",
                    expired=services.old,
                    forget=services.erase_rows,
                    since="state_changed_at",
                ),
            ),
            rows=_rows,
            export=lambda row: {
                "Besoin": row.need.title,
                "Offre": row.offer.title,
                "Proposé le": row.created_at,
                "État": row.get_state_display(),
                "Un mot": row.note,
                "Précision": row.decline_note,
            },
            erase=services.forget_person,
            person_fields=("proposed_by", "company_answered_by", "association_answered_by"),
            fields=("decline_note",),
        ),
    )
