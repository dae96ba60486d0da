"""What an idea holds about its author: exported with their data, erased with them."""

from datetime import timedelta

from jeveuxagir.common.registries import PersonalData, Retention, personal_data

from . import services
from .models import Idea


def register() -> None:
    personal_data.register(
        "ideas.Idea",
        PersonalData(
            model="ideas.Idea",
            label="Idées",
            erasing=(
                "une idée gardée comme problème commun reste, sans votre nom ; les autres sont effacées"
            ),
            kept=(
                "Gardée comme problème commun, une idée reste, sans votre nom si vous effacez votre compte. Sans "
                "confirmation, elle part avec le dépôt."
            ),
            retention=(
                Retention(
                    kept_for=timedelta(days=services.KEPT_DAYS),
                    counted_from="pour une idée classée ou retirée",
                    then="puis effacée",
                    expired=services.old,
                    forget=services.erase_rows,
                    since="state_changed_at",
                ),
            ),
            rows=lambda person: Idea.objects.of_person(person).select_related("commune"),
            export=lambda row: {
                "Idée": row.what,
                "Pour qui, pourquoi": row.why,
                "Commune": row.commune,
                "Déposée le": row.filed_at,
                "État": row.get_state_display(),
                "Réponse": row.answer,
            },
            erase=services.forget_person,
            person_fields=("person", "contact"),
            fields=("what", "why"),
        ),
    )
