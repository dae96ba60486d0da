"""What texts hold about a person: who signed in what capacity, who commented, who wrote."""

from jeveuxagir.common.registries import PersonalData, personal_data

from . import services
from .models import Adoption, Comment, Version


def register() -> None:
    personal_data.register(
        "texts.Adoption",
        PersonalData(
            model="texts.Adoption",
            label="Textes que vous avez adoptés pour une partie",
            kept="avec le texte ; sans votre nom si vous effacez votre compte",
            rows=lambda person: Adoption.objects.filter(signatory=person).select_related(
                "version__text", "party"
            ),
            export=lambda row: {
                "Texte": f"{row.version.text.title}, version {row.version.number}",
                "Partie": row.party.name,
                "Nom": row.signatory_name,
                "Qualité": row.capacity,
                "Le": row.adopted_at,
            },
            erase=services.forget_person,
            person_fields=("signatory",),
            fields=("signatory_name", "capacity"),
        ),
    )
    personal_data.register(
        "texts.Comment",
        PersonalData(
            model="texts.Comment",
            label="Commentaires sur les textes d’une alliance",
            kept="avec le texte ; effacés avec votre compte",
            rows=lambda person: Comment.objects.filter(author=person).select_related("version__text"),
            export=lambda row: {
                "Texte": row.version.text.title,
                "Commentaire": row.body,
                "Le": row.created_at,
            },
            erase=services.forget_person,
            person_fields=("author",),
            fields=("body",),
        ),
    )
    personal_data.register(
        "texts.Version",
        PersonalData(
            model="texts.Version",
            label="Versions de textes que vous avez commencées",
            kept="avec le texte ; sans votre nom si vous effacez votre compte",
            rows=lambda person: Version.objects.filter(created_by__person=person).select_related("text"),
            export=lambda row: {"Texte": row.text.title, "Version": row.number, "Le": row.created_at},
            erase=services.forget_person,
            person_fields=("created_by",),
        ),
    )
