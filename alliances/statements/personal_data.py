"""What lived statements hold about a person: exported with their data, erased with them."""

from datetime import timedelta

from jeveuxagir.common.registries import PersonalData, Retention, personal_data

from . import services
from .models import Statement


def register() -> None:
    personal_data.register(
        "statements.Statement",
        PersonalData(
            model="statements.Statement",
            label="Ce que vous avez écrit sur votre commune",
            kept="Vous retirez un témoignage quand vous voulez : il n’est plus lu à l’instant même.",
            retention=(
                Retention(
                    kept_for=timedelta(days=services.KEPT_DAYS),
                    counted_from="pour un témoignage retiré ou non publié",
                    then="puis effacé",
                    expired=services.old,
                    forget=services.erase_rows,
                    since="state_changed_at",
                ),
                Retention(
                    kept_for=timedelta(days=services.SHOWN_DAYS),
                    counted_from="après la publication d’un témoignage",
                    then="puis effacé",
                    expired=services.outdated,
                    forget=services.erase_rows,
                    since="published_at",
                ),
            ),
            rows=lambda person: Statement.objects.of_person(person).select_related("commune"),
            export=lambda row: {
                "Commune": row.commune,
                "Ce que vous vivez": row.text,
                "Signé du prénom": row.signed,
                "Écrit le": row.created_at,
                "Publié le": row.published_at,
                "État": row.get_state_display(),
                "Réponse": row.answer,
            },
            erase=services.forget_person,
            person_fields=("person",),
            fields=("text",),
        ),
    )
