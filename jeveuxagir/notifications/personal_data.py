"""What this app holds about a person: their messages, their choices, and an address that refuses mail."""

from typing import Any

from django.db.models import Q

from jeveuxagir.common.registries import PersonalData, Retention, personal_data

from . import retention
from .models import Message, Preference, Suppression


def _messages(person: Any) -> Any:
    mine = Q(person=person)
    if person.email:
        mine |= Q(address__iexact=person.email)
    return Message.objects.filter(mine).order_by("created_at")


def _forget_messages(person: Any) -> None:
    _messages(person).order_by().delete()


def _suppressions(person: Any) -> Any:
    return (
        Suppression.objects.filter(address__iexact=person.email)
        if person.email
        else Suppression.objects.none()
    )


def _forget_preferences(person: Any) -> None:
    Preference.objects.filter(person=person).delete()


def _forget_suppressions(person: Any) -> None:
    _suppressions(person).delete()


def register() -> None:
    personal_data.register(
        "notifications.Message",
        PersonalData(
            model="notifications.Message",
            label="Messages envoyés",
            kept="",
            retention=(
                Retention(
                    kept_for=retention.BODIES,
                    counted_from="pour le texte",
                    then="puis vidé",
                    expired=retention.old_bodies,
                    forget=retention.empty,
                ),
                Retention(
                    kept_for=retention.ROWS,
                    counted_from="pour la trace de l’envoi",
                    then="puis effacée",
                    expired=retention.old_rows,
                    forget=lambda rows: rows.delete(),
                ),
            ),
            rows=_messages,
            export=lambda row: {
                "Objet": row.subject,
                "Texte": row.text,
                "État": row.get_state_display(),
                "Écrit le": row.created_at,
                "Envoyé le": row.sent_at,
            },
            erase=_forget_messages,
            fields=("address", "subject", "text", "html", "link", "calendar"),
        ),
    )
    personal_data.register(
        "notifications.Preference",
        PersonalData(
            model="notifications.Preference",
            label="Choix de notification",
            kept="Aussi longtemps que le compte.",
            rows=lambda person: Preference.objects.filter(person=person),
            export=lambda row: {"Sorte de message": row.kind, "Rythme": row.get_rhythm_display()},
            erase=_forget_preferences,
        ),
    )
    personal_data.register(
        "notifications.Suppression",
        PersonalData(
            model="notifications.Suppression",
            label="Adresse refusée par le serveur de courrier",
            kept="Jusqu’à ce que l’adresse soit confirmée de nouveau.",
            rows=_suppressions,
            export=lambda row: {"Adresse": row.address, "Raison": row.reason, "Depuis le": row.created_at},
            erase=_forget_suppressions,
            person_fields=(),
            fields=("address",),
        ),
    )
