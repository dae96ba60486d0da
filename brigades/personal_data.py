"""What the brigade's admin keeps of its members: filters, texts, how they like to work."""

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.registries import PersonalData, personal_data

from .models import AnswerTemplate, Desk, SavedFilter

ACCOUNT = "aussi longtemps que le compte"


def _forget_author(person: Person) -> None:
    AnswerTemplate.objects.filter(written_by__person=person).update(written_by=None)


def _erase_filters(person: Person) -> None:
    SavedFilter.objects.filter(owner__person=person).delete()


def _erase_desk(person: Person) -> None:
    Desk.objects.filter(user__person=person).delete()


def register() -> None:
    for entry in (
        PersonalData(
            model="brigades.SavedFilter",
            label="Vos filtres enregistrés",
            kept=ACCOUNT,
            rows=lambda person: SavedFilter.objects.filter(owner__person=person),
            export=lambda row: {"Nom": row.name, "Filtres": row.query, "Créé le": row.created_at},
            erase=_erase_filters,
            person_fields=("owner",),
        ),
        PersonalData(
            model="brigades.AnswerTemplate",
            label="Réponses types que vous avez écrites",
            erasing="restent, sans votre nom",
            kept="le texte reste, sans votre nom",
            rows=lambda person: AnswerTemplate.objects.filter(written_by__person=person),
            export=lambda row: {"Titre": row.title, "Texte": row.text, "Modifié le": row.updated_at},
            erase=_forget_author,
            person_fields=("written_by",),
        ),
        PersonalData(
            model="brigades.Desk",
            label="Vos préférences de travail",
            kept=ACCOUNT,
            rows=lambda person: Desk.objects.filter(user__person=person),
            export=lambda row: {"Touches du clavier": row.shortcuts},
            erase=_erase_desk,
            person_fields=("user",),
        ),
    ):
        personal_data.register(entry.model, entry)
