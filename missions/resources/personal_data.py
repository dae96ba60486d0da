"""What needs of means hold about a person: who wrote them, and who promised in an organisation's name."""

from jeveuxagir.common.registries import PersonalData, personal_data

from . import services
from .models import Need, Promise


def register() -> None:
    personal_data.register(
        "resources.Need",
        PersonalData(
            model="resources.Need",
            label="Besoins de moyens que vous avez écrits pour une organisation",
            erasing="un besoin est à son organisation : il reste, sans votre nom",
            kept="Un besoin est à son organisation : il reste, sans votre nom si vous effacez votre compte.",
            rows=lambda person: Need.objects.filter(created_by__person=person),
            export=lambda row: {"Besoin": row.title, "Demandé": row.asked, "État": row.get_state_display()},
            erase=services.forget_person,
            person_fields=("created_by",),
        ),
    )
    personal_data.register(
        "resources.Promise",
        PersonalData(
            model="resources.Promise",
            label="Contributions que vous avez promises pour une organisation",
            erasing="une contribution est à son organisation : elle reste, sans votre nom",
            kept="Une contribution est à son organisation : elle reste, sans votre nom si vous effacez votre compte.",
            rows=lambda person: Promise.objects.filter(by__person=person).select_related("need"),
            export=lambda row: {
                "Besoin": row.need.title,
                "Contribution": row.what,
                "Promis": row.promised_words,
                "Reçu": row.real_words,
                "Votre mot pour l’organisation": row.note,
            },
            erase=services.forget_person,
            person_fields=("by",),
        ),
    )
