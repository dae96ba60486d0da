"""What the glossary holds about a person: exported with their data, erased with them."""

from datetime import timedelta

from jeveuxagir.common.registries import PersonalData, Retention, personal_data

from . import services
from .models import Contest


def register() -> None:
    personal_data.register(
        "glossary.Contest",
        PersonalData(
            model="glossary.Contest",
            label="Termes du glossaire que vous avez contestés",
            erasing="une contestation retenue reste, sans votre nom ; les autres sont effacées",
            kept="Retenue, elle reste avec la révision du terme, sans votre nom si vous effacez votre compte.",
            retention=(
                Retention(
                    kept_for=timedelta(days=services.KEPT_DAYS),
                    counted_from="pour une contestation refusée ou retirée",
                    then="puis effacée",
                    expired=services.old,
                    forget=services.erase_rows,
                    since="state_changed_at",
                ),
            ),
            rows=lambda person: Contest.objects.filter(person=person).select_related("term"),
            export=lambda row: {
                "Terme": row.term.name,
                "Pourquoi": row.why,
                "Définition proposée": row.proposed,
                "Source": row.source,
                "Contesté le": row.created_at,
                "État": row.get_state_display(),
                "Réponse": row.answer,
            },
            erase=services.forget_person,
            person_fields=("person",),
            fields=("why",),
        ),
    )
