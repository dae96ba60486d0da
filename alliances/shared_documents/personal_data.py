"""What documents hold about a person: who brought which file. The documents are the alliance's."""

from alliances.personal_data import KEPT_WITH_ALLIANCE
from jeveuxagir.common.registries import PersonalData, personal_data

from . import services
from .models import FileVersion, SharedDocument


def register() -> None:
    personal_data.register(
        "shared_documents.FileVersion",
        PersonalData(
            model="shared_documents.FileVersion",
            label="Fichiers que vous avez déposés dans une alliance",
            kept=KEPT_WITH_ALLIANCE,
            erasing="les documents restent à l’alliance, sans votre nom",
            rows=lambda person: FileVersion.objects.filter(author=person).select_related(
                "document__alliance", "party"
            ),
            export=lambda row: {
                "Alliance": row.document.alliance.name,
                "Document": row.document.title,
                "Version": row.number,
                "Prénom": row.author_name,
                "Pour": row.party.name,
                "Ce qui change": row.note,
                "Le": row.added_at,
            },
            erase=services.forget_person,
            person_fields=("author",),
            fields=("author_name",),
        ),
    )
    personal_data.register(
        "shared_documents.SharedDocument",
        PersonalData(
            model="shared_documents.SharedDocument",
            label="Documents d’alliance que vous avez ouverts",
            kept=KEPT_WITH_ALLIANCE,
            rows=lambda person: SharedDocument.objects.filter(created_by__person=person).select_related(
                "alliance"
            ),
            export=lambda row: {
                "Alliance": row.alliance.name,
                "Document": row.title,
                "Description": row.description,
                "Le": row.created_at,
            },
            erase=services.forget_person,
            person_fields=("created_by",),
        ),
    )
