"""What networks hold about people: who invited and answered for an organisation, and addresses that were invited."""

from typing import Any

from django.db.models import Q

from jeveuxagir.accounts.models import Person
from jeveuxagir.accounts.services import addresses_of
from jeveuxagir.common.registries import PersonalData, Retention, personal_data

from . import services
from .models import Affiliation, MailInvitation, Template


def _affiliations(person: Person) -> Any:
    mine = Q(invited_by__person=person) | Q(answered_by__person=person)
    return Affiliation.objects.filter(mine).select_related("head", "member")


def _invitations(person: Person) -> Any:
    mine = Q(email__in=addresses_of(person)) | Q(invited_by__person=person)
    return MailInvitation.objects.filter(mine).select_related("head")


def _templates(person: Person) -> Any:
    return Template.objects.filter(created_by__person=person)


def register() -> None:
    personal_data.register(
        "networks.Affiliation",
        PersonalData(
            model="networks.Affiliation",
            label="Invitations dans un réseau que vous avez envoyées, ou auxquelles vous avez répondu",
            erasing="restent aux organisations, sans votre nom",
            kept="Les liens d’un réseau restent aux organisations, sans votre nom.",
            rows=_affiliations,
            export=lambda row: {
                "Réseau": row.head.name,
                "Membre": row.member.name,
                "État": row.get_state_display(),
                "Invité le": row.created_at,
            },
            erase=services.forget_person,
            person_fields=("invited_by", "answered_by"),
        ),
    )
    personal_data.register(
        "networks.MailInvitation",
        PersonalData(
            model="networks.MailInvitation",
            label="Invitations d’un réseau envoyées à votre adresse",
            kept="",
            retention=(
                Retention(
                    kept_for=services.FORGET,
                    counted_from="après leur fin",
                    then="puis effacées",
                    expired=services.forgettable,
                    forget=lambda rows: rows.delete(),
                    since="expires_at",
                ),
            ),
            rows=_invitations,
            export=lambda row: {"Réseau": row.head.name, "Envoyée le": row.created_at},
            erase=services.forget_person,
            person_fields=("invited_by",),
            fields=("email",),
        ),
    )
    personal_data.register(
        "networks.Template",
        PersonalData(
            model="networks.Template",
            label="Modèles de besoins que vous avez écrits",
            erasing="restent au réseau, sans votre nom",
            kept="Les modèles restent au réseau, sans votre nom.",
            rows=_templates,
            export=lambda row: {"Modèle": row.title, "Écrit le": row.created_at},
            erase=services.forget_person,
            person_fields=("created_by",),
        ),
    )
