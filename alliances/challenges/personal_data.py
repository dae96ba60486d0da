"""What common problems hold about a person: exported with their data, erased with them."""

from datetime import timedelta
from typing import Any

from django.db.models import Q

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.registries import PersonalData, Retention, personal_data

from . import services
from .models import Challenge, Support


def _supports(person: Person) -> Any:
    return Support.objects.filter(Q(person=person) | Q(by__person=person)).select_related("challenge")


def _erase_supports(person: Person) -> None:
    Support.objects.filter(person=person).delete()
    Support.objects.filter(by__person=person).update(by=None, may_invite=False)


def register() -> None:
    personal_data.register(
        "challenges.Challenge",
        PersonalData(
            model="challenges.Challenge",
            label="Problèmes communs que vous avez exposés",
            erasing="un problème public, ou exposé par une organisation, reste, sans votre nom",
            kept="Public, ou exposé par une organisation, il reste, sans votre nom si vous effacez votre compte.",
            retention=(
                Retention(
                    kept_for=timedelta(days=services.KEPT_DAYS),
                    counted_from="pour un problème commun en brouillon ou fermé",
                    then="puis effacé",
                    expired=services.old,
                    forget=services.erase_rows,
                    since="state_changed_at",
                ),
            ),
            rows=lambda person: Challenge.objects.filter(person=person).select_related(
                "commune", "department"
            ),
            export=lambda row: {
                "Problème": row.statement,
                "Qui en souffre": row.who,
                "Ce qui le montre": row.evidence,
                "Lien": row.link,
                "Où": row.place,
                "Exposé le": row.created_at,
                "État": row.get_state_display(),
            },
            erase=services.forget_person,
            person_fields=("person",),
        ),
    )
    personal_data.register(
        "challenges.Support",
        PersonalData(
            model="challenges.Support",
            label="Problèmes communs que vous soutenez",
            erasing="le soutien d’une organisation reste, sans votre nom ; le vôtre est effacé",
            kept="tant que le problème est là et que vous le soutenez ; effacé avec votre compte",
            rows=_supports,
            export=lambda row: {
                "Problème": row.challenge.statement,
                "Ce que vous apportez": row.means,
                "Peut être invité": row.may_invite,
                "Depuis le": row.created_at,
            },
            erase=_erase_supports,
            person_fields=("person", "by"),
            fields=("means",),
        ),
    )
