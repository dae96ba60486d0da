"""What alliances hold about a person: who speaks for a party, who was invited, who wrote what."""

from typing import Any

from django.db.models import Q

from jeveuxagir.accounts.models import Person
from jeveuxagir.accounts.services import addresses_of
from jeveuxagir.common.registries import PersonalData, personal_data

from . import retention, services
from .models import Alliance, AllianceInvitation, AllianceMission, GuidedStep, Party, Step

#: what is kept of who wrote something in an alliance, in every app of it
KEPT_WITH_ALLIANCE = "avec l’alliance ; sans votre nom si vous effacez votre compte"


def _parties(person: Person) -> Any:
    return Party.objects.filter(Q(person=person) | Q(signatory=person)).select_related("alliance")


def _invitations(person: Person) -> Any:
    mine = Q(email__in=addresses_of(person)) | Q(invited_by__person=person)
    return AllianceInvitation.objects.filter(mine).select_related("alliance")


def _erase_invitations(person: Person) -> None:
    AllianceInvitation.objects.filter(email__in=addresses_of(person)).delete()
    AllianceInvitation.objects.filter(invited_by__person=person).update(invited_by=None)


def register() -> None:
    personal_data.register(
        "alliances.Party",
        PersonalData(
            model="alliances.Party",
            label="Alliances où vous êtes partie ou signataire",
            kept="tant que l’alliance existe ; sans votre nom si vous effacez votre compte",
            rows=_parties,
            export=lambda row: {
                "Alliance": row.alliance.name,
                "Partie": row.name,
                "Qualité": row.capacity,
                "Depuis le": row.joined_at,
                "Jusqu’au": row.left_at,
            },
            erase=services.forget_person,
            person_fields=("person", "signatory"),
            fields=("capacity",),
        ),
    )
    personal_data.register(
        "alliances.AllianceInvitation",
        PersonalData(
            model="alliances.AllianceInvitation",
            label="Invitations à une alliance",
            kept="",
            retention=(retention.invitations(),),
            rows=_invitations,
            export=lambda row: {
                "Alliance": row.alliance.name,
                "Invitation du": row.created_at,
                "État": row.get_state_display(),
                "Votre nom": row.answer_name,
                "Votre réponse": row.answer,
            },
            erase=_erase_invitations,
            person_fields=("invited_by",),
            fields=("email", "answer_name", "answer"),
        ),
    )
    register_author(Alliance, "Alliances que vous avez commencées", "created_by")
    register_author(Step, "Étapes d’alliance que vous avez cochées", "by", "at")
    register_author(GuidedStep, "Étapes de méthodes que vous avez ajoutées ou cochées", "by", "added_at")
    register_author(
        AllianceMission, "Missions que vous avez rattachées à une alliance", "added_by", "added_at"
    )


def register_author(model: Any, label: str, field: str, since: str = "created_at") -> None:
    """A table that only remembers whose account wrote it: told in the export, forgotten with the person."""
    name = model._meta.label

    def rows(person: Person) -> Any:
        return model.objects.filter(**{f"{field}__person": person}).order_by("pk")

    def erase(person: Person) -> None:
        rows(person).update(**{field: None})

    personal_data.register(
        name,
        PersonalData(
            model=name,
            label=label,
            kept=KEPT_WITH_ALLIANCE,
            rows=rows,
            export=lambda row: {"Objet": str(row), "Le": getattr(row, since)},
            erase=erase,
            person_fields=(field,),
        ),
    )
