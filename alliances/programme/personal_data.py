"""What the programme holds about a person: exported with their data, erased with them."""

from datetime import timedelta

from jeveuxagir.common.registries import PersonalData, Retention, personal_data

from . import services
from .models import Pledge


def register() -> None:
    personal_data.register(
        "programme.Pledge",
        PersonalData(
            model="programme.Pledge",
            label="Engagements que vous avez écrits pour votre organisation",
            erasing="un engagement est celui de l’organisation : il reste, sans votre nom",
            kept="Publié, un engagement reste à l’organisation, sans votre nom si vous effacez votre compte.",
            retention=(
                Retention(
                    kept_for=timedelta(days=services.KEPT_DAYS),
                    counted_from="pour un engagement à corriger, refusé ou retiré",
                    then="puis effacé",
                    expired=services.old,
                    forget=services.erase_rows,
                    since="state_changed_at",
                ),
            ),
            rows=lambda person: Pledge.objects.filter(person=person).select_related(
                "measure", "organisation"
            ),
            export=lambda row: {
                "Mesure": str(row.measure),
                "Organisation": row.organisation.name,
                "Ce que vous ferez": row.what,
                "Jusqu’au": row.until,
                "Nouvelles": row.news,
                "Pour finir": row.outcome,
                "Écrit le": row.created_at,
                "État": row.get_state_display(),
            },
            erase=services.forget_person,
            person_fields=("person",),
        ),
    )
