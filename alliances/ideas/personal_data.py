"""What an idea holds about its author: exported with their data, erased with them."""

from jeveuxagir.common.registries import PersonalData, personal_data

from . import services
from .models import Idea


def register() -> None:
    personal_data.register(
        "ideas.Idea",
        PersonalData(
            model="ideas.Idea",
            label="Idées",
            kept=(
                "Sans confirmation, 48 heures. Classée ou retirée, un an. Gardée comme problème commun, elle reste, "
                "sans votre nom si vous effacez votre compte."
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
