"""What the library holds about a person: who wrote a sheet, who changed its words."""

from datetime import timedelta
from typing import Any

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.registries import PersonalData, Retention, personal_data

from . import editing
from .models import Assessment, Method, Network, Resource, Revision
from .sheets import Sheet


def register_sheets(model: type[Sheet], label: str) -> None:
    """`label` in French: « Méthodes que vous avez écrites »."""
    name = model._meta.label
    personal_data.register(
        name,
        PersonalData(
            model=name,
            label=label,
            erasing="une fiche publique, ou d’une organisation, reste, sans votre nom",
            kept="Publique, ou d’une organisation, elle reste, sans votre nom si vous effacez votre compte.",
            retention=(
                Retention(
                    kept_for=timedelta(days=editing.KEPT_DAYS),
                    counted_from="pour une fiche en brouillon ou retirée sans avoir été publique",
                    then="puis effacée",
                    expired=lambda moment: editing.old(model, moment),
                    forget=editing.erase_rows,
                    since="state_changed_at",
                ),
            ),
            rows=lambda person: model._default_manager.filter(person=person),
            export=_export,
            erase=lambda person: editing.forget_person(model, person),
            person_fields=("person",),
        ),
    )


def _export(sheet: Any) -> dict[str, Any]:
    worded = {
        sheet.WORDED[name].capitalize(): sheet.in_words(name, value) for name, value in sheet.worded().items()
    }
    return {**worded, "Écrite le": sheet.created_at, "État": sheet.get_state_display()}


def register() -> None:
    register_sheets(Method, "Méthodes que vous avez écrites")
    register_sheets(Resource, "Outils, données et formations que vous avez proposés")
    register_sheets(Network, "Réseaux de référence que vous avez proposés")
    personal_data.register(
        "library.Revision",
        PersonalData(
            model="library.Revision",
            label="Versions de fiches que vous avez publiées",
            kept="avec la fiche ; sans votre nom si vous effacez votre compte",
            rows=_revisions,
            export=lambda row: {
                "Objet": row.values.get("title", ""),
                "Ce qui a changé": row.what,
                "Le": row.at,
            },
            erase=lambda person: _revisions(person).update(by=None),
            person_fields=("by",),
        ),
    )
    personal_data.register(
        "library.Assessment",
        PersonalData(
            model="library.Assessment",
            label="Autodiagnostics que vous avez gardés",
            erasing="celui d’une organisation reste, sans votre nom ; le vôtre est effacé",
            kept="tant que vous ne l’effacez pas ; effacé avec votre compte, sauf celui d’une organisation, gardé sans "
            "votre nom",
            rows=lambda person: Assessment.objects.filter(person=person).order_by("pk"),
            export=lambda row: {
                "Niveau": row.get_level_display(),
                "Points": row.score,
                "Réponses": ", ".join(str(answer) for answer in row.answers),
                "Le": row.made_at,
            },
            erase=_erase_assessments,
            person_fields=("person",),
        ),
    )


def _erase_assessments(person: Person) -> None:
    mine = Assessment.objects.filter(person=person)
    mine.filter(organisation=None).delete()
    mine.update(person=None)


def _revisions(person: Person) -> Any:
    return Revision.objects.filter(by__person=person).order_by("pk")
