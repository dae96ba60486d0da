"""What this app holds about a person."""

from datetime import timedelta
from typing import Any

from django.db.models import Q

from jeveuxagir.accounts.models import Person
from jeveuxagir.accounts.services import addresses_of
from jeveuxagir.common.registries import PersonalData, Retention, personal_data

from . import joining, services
from .models import Invitation, JoinRequest, Membership, Organisation


def _memberships(person: Person) -> Any:
    return Membership.objects.filter(person=person).select_related("organisation")


def _invitations(person: Person) -> Any:
    mine = Q(email__in=addresses_of(person)) | Q(accepted_by=person) | Q(invited_by__person=person)
    return Invitation.objects.filter(mine).select_related("organisation")


def _export_invitation(invitation: Invitation) -> dict[str, Any]:
    return {
        "Organisation": invitation.organisation.name,
        "Rôle": invitation.get_role_display(),
        "Invitation du": invitation.created_at,
        "Acceptée le": invitation.accepted_at,
    }


def _erase_invitations(person: Person) -> None:
    Invitation.objects.filter(Q(email__in=addresses_of(person)) | Q(accepted_by=person)).delete()
    Invitation.objects.filter(invited_by__person=person).update(invited_by=None)


def _join_requests(person: Person) -> Any:
    mine = Q(person=person) | Q(answered_by__person=person)
    return JoinRequest.objects.filter(mine).select_related("organisation")


def _erase_join_requests(person: Person) -> None:
    joining.withdraw_all_of(person)
    JoinRequest.objects.filter(answered_by__person=person).update(answered_by=None)


def _forget_author(person: Person) -> None:
    Organisation.objects.filter(created_by__person=person).update(created_by=None)


def register() -> None:
    personal_data.register(
        "organisations.Membership",
        PersonalData(
            model="organisations.Membership",
            label="Organisations dont vous êtes membre",
            erasing=(
                "vous quittez leurs équipes ; "
                "si plus personne n’est responsable de l’une d’elles, la brigade prend contact avec elle"
            ),
            kept="tant que vous êtes membre, puis jusqu’à l’effacement de votre compte",
            rows=_memberships,
            export=lambda row: {
                "Organisation": row.organisation.name,
                "Rôle": row.get_role_display(),
                "Peut signer": "oui" if row.may_sign else "non",
                "Depuis le": row.created_at,
                "Jusqu’au": row.ended_at,
            },
            erase=services.end_memberships,
            person_fields=("person",),
        ),
    )
    personal_data.register(
        "organisations.Invitation",
        PersonalData(
            model="organisations.Invitation",
            label="Invitations à rejoindre une organisation",
            kept="Acceptées, elles restent jusqu’à l’effacement de votre compte.",
            retention=(
                Retention(
                    kept_for=timedelta(days=services.FORGET_DAYS),
                    counted_from="après leur fin, pour celles qui sont sans réponse",
                    then="puis effacées",
                    expired=services.forgettable_invitations,
                    forget=lambda rows: rows.delete(),
                    since="expires_at",
                ),
            ),
            rows=_invitations,
            export=_export_invitation,
            erase=_erase_invitations,
            person_fields=("accepted_by", "invited_by"),
            fields=("email",),
        ),
    )
    personal_data.register(
        "organisations.JoinRequest",
        PersonalData(
            model="organisations.JoinRequest",
            label="Demandes à rejoindre une organisation",
            kept="",
            retention=(
                Retention(
                    kept_for=timedelta(days=joining.FORGET_DAYS),
                    counted_from="après la réponse",
                    then="puis effacées",
                    expired=joining.forgettable,
                    forget=lambda rows: rows.delete(),
                    since="answered_at",
                ),
            ),
            rows=_join_requests,
            export=lambda row: {
                "Organisation": row.organisation.name_for_strangers,
                "Demandé le": row.created_at,
                "Votre message": row.message,
                "Numéro donné": row.number,
                "Réponse": row.get_state_display(),
                "Raison": row.reason,
            },
            erase=_erase_join_requests,
            person_fields=("person", "answered_by"),
            fields=("message",),
        ),
    )
    personal_data.register(
        "organisations.Organisation",
        PersonalData(
            model="organisations.Organisation",
            label="Organisations que vous avez inscrites",
            erasing="restent, sans votre nom",
            kept="la fiche reste à l’organisation, sans votre nom",
            rows=lambda person: Organisation.objects.filter(created_by__person=person),
            export=lambda row: {"Organisation": row.name, "Inscrite le": row.created_at},
            erase=_forget_author,
            person_fields=("created_by",),
        ),
    )
