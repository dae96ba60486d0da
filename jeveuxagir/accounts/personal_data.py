"""What this app, and the libraries it uses, hold about a person."""

from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Q

from jeveuxagir.common.clock import today
from jeveuxagir.common.registries import PersonalData, Retention, personal_data
from jeveuxagir.notifications.models import Message

from . import inactivity, privacy
from .models import (
    FormNonce,
    GuardianNotice,
    Person,
    ReadLog,
    RoleGrant,
    StaffInvitation,
    TermsAcceptance,
    UnconfirmedContact,
    User,
)

ACCOUNT = "Aussi longtemps que votre profil."
YEAR = timedelta(days=365)
CONFIRM = timedelta(hours=48)
SESSION = timedelta(seconds=settings.SESSION_COOKIE_AGE)


def _users(person: Person) -> Any:
    return User.objects.filter(person=person)


def _erase_account(person: Person) -> None:
    for user in _users(person):
        FormNonce.objects.filter(actor_key=f"user:{user.pk}").delete()
        user.delete()


def _erase_grants(person: Person) -> None:
    RoleGrant.objects.filter(person=person).delete()


def _staff_invitations(person: Person) -> Any:
    found = Q(accepted_by=person) | Q(invited_by__person=person)
    if person.email:
        found |= Q(email__iexact=person.email)
    return StaffInvitation.objects.filter(found)


def _erase_staff_invitations(person: Person) -> None:
    """Those this person received go; those they sent lose their name."""
    received = Q(accepted_by=person)
    if person.email:
        received |= Q(email__iexact=person.email)
    StaffInvitation.objects.filter(received).delete()
    StaffInvitation.objects.filter(invited_by__person=person).update(invited_by=None)


def _erase_read_log(person: Person) -> None:
    ReadLog.objects.filter(person=person).delete()
    ReadLog.objects.filter(viewer__person=person).update(viewer=None, reason="")


def _erase_notices(person: Person) -> None:
    """With the mail to the guardian: it holds the first name."""
    mails = GuardianNotice.objects.filter(person=person, message_id__isnull=False).values("message_id")
    Message.objects.filter(pk__in=mails).delete()
    GuardianNotice.objects.filter(person=person).delete()


def _erase_terms(person: Person) -> None:
    TermsAcceptance.objects.filter(person=person).delete()


def _contacts(person: Person) -> Any:
    if not person.email:
        return UnconfirmedContact.objects.none()
    return UnconfirmedContact.objects.filter(email__iexact=person.email)


def _erase_contacts(person: Person) -> None:
    _contacts(person).delete()


def _forget_notices(notices: Any) -> None:
    mails = notices.filter(message_id__isnull=False).values("message_id")
    Message.objects.filter(pk__in=list(mails.values_list("message_id", flat=True))).delete()
    notices.delete()


def _notices_of_adults(moment: datetime) -> Any:
    """At 18 the date itself is dropped: no date is an adult."""
    of_age = Q(person__eighteen_on__isnull=True) | Q(person__eighteen_on__lte=today())
    return GuardianNotice.objects.filter(of_age)


def _ended_sessions(moment: datetime) -> Any:
    return UserSession.objects.filter(last_seen_at__lt=moment - SESSION)


def _forget_sessions(sessions: Any) -> None:
    Session.objects.filter(session_key__in=list(sessions.values_list("session_key", flat=True))).delete()
    sessions.delete()


def _end_sessions(person: Person) -> None:
    _forget_sessions(UserSession.objects.filter(user__person=person))


def register() -> None:
    for entry in (
        PersonalData(
            model="accounts.Person",
            label="Votre profil",
            kept="La date de naissance n’est pas gardée, seulement l’année.",
            retention=(
                Retention(
                    kept_for=inactivity.KEPT_FOR,
                    counted_from="après votre dernière action",
                    then="puis effacé avec votre compte ; trois messages vous préviennent avant",
                    expired=inactivity.expired,
                    forget=inactivity.forget,
                    since="last_action_at",
                    batch=20,
                ),
            ),
            rows=lambda person: Person.objects.filter(pk=person.pk).select_related("commune"),
            export=lambda row: {
                "Prénom": row.first_name,
                "Nom": row.last_name,
                "Adresse électronique": row.email,
                "Téléphone": row.phone,
                "Commune": row.commune,
                "Année de naissance": row.birth_year,
                "16 ans le": row.sixteen_on,
                "18 ans le": row.eighteen_on,
                "Dernière action": row.last_action_at,
            },
            erase=privacy.empty_person,
            person_fields=("merged_into",),
            fields=(
                *("first_name", "last_name", "email", "phone", "commune"),
                *("birth_year", "sixteen_on", "eighteen_on"),
            ),
        ),
        PersonalData(
            model="accounts.User",
            label="Votre compte",
            kept=ACCOUNT,
            rows=_users,
            export=lambda row: {
                "Adresse électronique": row.email,
                "Ouvert le": row.date_joined,
                "Dernière connexion": row.last_login,
                "Mot de passe": "choisi (nous ne pouvons pas le lire)"
                if row.has_usable_password()
                else "aucun",
            },
            erase=_erase_account,
            fields=("email",),
        ),
        PersonalData(
            model="accounts.RoleGrant",
            label="Vos rôles d’agent",
            kept="Aussi longtemps que le compte.",
            rows=lambda person: RoleGrant.objects.filter(person=person),
            export=lambda row: {
                "Rôle": row.get_role_display(),
                "Portée": row.department or row.region or row.get_scope_display(),
                "Du": row.starts_on,
                "Au": row.ends_on,
            },
            erase=_erase_grants,
            person_fields=("person", "granted_by"),
        ),
        PersonalData(
            model="accounts.StaffInvitation",
            label="Invitations dans l’équipe de la brigade",
            kept="",
            retention=(
                Retention(
                    kept_for=YEAR,
                    counted_from="après l’invitation",
                    then="puis effacées",
                    expired=lambda moment: StaffInvitation.objects.filter(sent_at__lt=moment - YEAR),
                    forget=lambda rows: rows.delete(),
                    since="sent_at",
                ),
            ),
            rows=_staff_invitations,
            export=lambda row: {
                "Adresse": row.email,
                "Rôle": row.get_role_display(),
                "Où": row.place,
                "Envoyée le": row.sent_at,
                "Acceptée le": row.accepted_at,
            },
            erase=_erase_staff_invitations,
            person_fields=("invited_by", "accepted_by"),
            fields=("email",),
        ),
        PersonalData(
            model="accounts.ReadLog",
            label="Quand des agents ont consulté vos informations",
            kept="",
            retention=(
                Retention(
                    kept_for=YEAR,
                    counted_from="",
                    then="puis effacé",
                    expired=lambda moment: ReadLog.objects.filter(at__lt=moment - YEAR),
                    forget=lambda rows: rows.delete(),
                    since="at",
                ),
            ),
            rows=lambda person: ReadLog.objects.filter(person=person).order_by("-at"),
            export=lambda row: {
                "Le": row.day,
                "Page": row.get_page_display(),
                "Page montrée": "non" if row.refused else "oui",
                "Raison": row.reason,
            },
            erase=_erase_read_log,
            person_fields=("person", "viewer"),
        ),
        PersonalData(
            model="accounts.GuardianNotice",
            label="Information de votre parent ou tuteur",
            kept="",
            retention=(
                Retention(
                    kept_for=timedelta(0),
                    counted_from="Jusqu’à votre majorité",
                    then="puis effacée",
                    expired=_notices_of_adults,
                    forget=_forget_notices,
                ),
            ),
            rows=lambda person: GuardianNotice.objects.filter(person=person),
            export=lambda row: {
                "Adresse du parent ou tuteur": row.email,
                "État": row.get_state_display(),
                "Prévenu le": row.told_at,
                "Opposition le": row.objected_at,
            },
            erase=_erase_notices,
            person_fields=("person", "recorded_by"),
            fields=("email",),
        ),
        PersonalData(
            model="accounts.TermsAcceptance",
            label="Conditions d’utilisation acceptées",
            kept="Aussi longtemps que le compte.",
            rows=lambda person: TermsAcceptance.objects.filter(person=person),
            export=lambda row: {"Version": row.version, "Acceptée le": row.accepted_at},
            erase=_erase_terms,
        ),
        PersonalData(
            model="accounts.UnconfirmedContact",
            label="Dépôts à confirmer",
            kept="",
            retention=(
                Retention(
                    kept_for=CONFIRM,
                    counted_from="",
                    then="puis effacés avec ce qui a été déposé",
                    expired=lambda moment: UnconfirmedContact.objects.filter(expires_at__lte=moment),
                    forget=lambda rows: rows.delete(),
                ),
            ),
            rows=_contacts,
            export=lambda row: {"Prénom": row.first_name, "Nom": row.last_name, "Déposé le": row.created_at},
            erase=_erase_contacts,
            person_fields=(),
            fields=(
                *("email", "first_name", "last_name", "phone", "guardian_email"),
                *("birth_year", "sixteen_on", "eighteen_on"),
            ),
        ),
        PersonalData(
            model="account.EmailAddress",
            label="Vos adresses de connexion",
            kept="Aussi longtemps que le compte.",
            rows=lambda person: EmailAddress.objects.filter(user__person=person),
            export=lambda row: {"Adresse": row.email, "Confirmée": row.verified},
            erase=lambda person: EmailAddress.objects.filter(user__person=person).delete(),
            person_fields=("user",),
        ),
        PersonalData(
            model="mfa.Authenticator",
            label="Votre double vérification",
            kept="Aussi longtemps que le compte.",
            rows=lambda person: Authenticator.objects.filter(user__person=person),
            export=lambda row: {
                "Sorte": row.get_type_display(),
                "Créée le": row.created_at,
                "Utilisée le": row.last_used_at,
            },
            erase=lambda person: Authenticator.objects.filter(user__person=person).delete(),
            person_fields=("user",),
        ),
        PersonalData(
            model="usersessions.UserSession",
            label="Vos connexions",
            kept="",
            retention=(
                Retention(
                    kept_for=SESSION,
                    counted_from="après votre dernière visite",
                    then="puis effacées",
                    expired=_ended_sessions,
                    forget=_forget_sessions,
                    since="last_seen_at",
                ),
            ),
            rows=lambda person: UserSession.objects.filter(user__person=person),
            export=lambda row: {
                "Depuis le": row.created_at,
                "Adresse internet": row.ip,
                "Navigateur": row.user_agent,
            },
            erase=_end_sessions,
            person_fields=("user",),
        ),
    ):
        personal_data.register(entry.model, entry)
