"""What moderation holds about the staff who decide and write notes, and about who reports a page."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.registries import PersonalData, Retention, personal_data

from .models import Absence, ModerationItem, ModerationNote, Report

REPORTS = timedelta(days=365)


def _erase_items(person: Person) -> None:
    ModerationItem.objects.filter(owner__person=person, state="owned").update(
        owner=None, owned_at=None, state="new"
    )
    ModerationItem.objects.filter(owner__person=person).update(owner=None)
    ModerationItem.objects.filter(decided_by__person=person).update(decided_by=None)


def _erase_notes(person: Person) -> None:
    ModerationNote.objects.filter(author__person=person).update(author=None)


def _erase_absences(person: Person) -> None:
    Absence.objects.filter(user__person=person).delete()
    Absence.objects.filter(deputy__person=person).update(deputy=None)


def _reports(person: Person) -> Any:
    mine = Q(person=person)
    if person.email:
        mine |= Q(email__iexact=person.email)
    return Report.objects.filter(mine)


def _forget_reporter(person: Person) -> None:
    """The report stays for the case, without who wrote it."""
    _reports(person).update(person=None, email="")


def _old_reports(moment: datetime) -> Any:
    return Report.objects.filter(item__decided_at__lt=moment - REPORTS)


def register() -> None:
    personal_data.register(
        "moderation.Absence",
        PersonalData(
            model="moderation.Absence",
            label="Vos absences de la brigade, et les suppléances que vous assurez",
            kept="jusqu’à la suivante, au plus aussi longtemps que le compte",
            rows=lambda person: Absence.objects.filter(Q(user__person=person) | Q(deputy__person=person)),
            export=lambda row: {"Du": row.starts_on, "Au": row.ends_on},
            erase=_erase_absences,
            person_fields=("user", "deputy"),
        ),
    )
    personal_data.register(
        "moderation.ModerationItem",
        PersonalData(
            model="moderation.ModerationItem",
            label="Décisions de modération que vous avez prises",
            erasing="restent, sans votre nom",
            kept="la décision reste, sans votre nom",
            rows=lambda person: ModerationItem.objects.filter(
                Q(owner__person=person) | Q(decided_by__person=person)
            ),
            export=lambda row: {
                "Objet": row.title,
                "Pris en charge le": row.owned_at,
                "Décidé le": row.decided_at,
                "Décision": row.outcome,
            },
            erase=_erase_items,
            person_fields=("owner", "decided_by"),
        ),
    )
    personal_data.register(
        "moderation.ModerationNote",
        PersonalData(
            model="moderation.ModerationNote",
            label="Notes de travail que vous avez écrites",
            erasing="restent au dossier, sans votre nom",
            kept="la note reste au dossier, sans votre nom",
            rows=lambda person: ModerationNote.objects.filter(author__person=person),
            export=lambda row: {"Note": row.text, "Écrite le": row.created_at},
            erase=_erase_notes,
            person_fields=("author",),
        ),
    )
    personal_data.register(
        "moderation.Report",
        PersonalData(
            model="moderation.Report",
            label="Signalements que vous avez faits",
            erasing="restent, sans votre adresse",
            kept="Votre adresse est effacée dès que nous vous avons dit ce que nous avons décidé.",
            rows=_reports,
            export=lambda row: {
                "Page": row.page,
                "Ce qui ne va pas": row.get_why_display(),
                "Précisions": row.details,
                "Le": row.created_at,
            },
            erase=_forget_reporter,
            person_fields=("person",),
            fields=("details", "email"),
            retention=(
                Retention(
                    kept_for=REPORTS,
                    counted_from="après la décision",
                    then="puis effacés",
                    expired=_old_reports,
                    forget=lambda rows: rows.delete(),
                    since="item__decided_at",
                ),
            ),
        ),
    )
