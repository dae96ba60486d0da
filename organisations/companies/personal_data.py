"""What this app holds about a person."""

import datetime
from typing import Any

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.registries import PersonalData, Retention, personal_data

from . import services
from .models import Employee, JoinCode, MailDomain


def _domains(person: Person) -> Any:
    return MailDomain.objects.filter(created_by__person=person).select_related("organisation")


def _codes(person: Person) -> Any:
    return JoinCode.objects.filter(created_by__person=person).select_related("organisation")


def _ended(moment: datetime.datetime) -> Any:
    return Employee.objects.filter(until__lt=moment - datetime.timedelta(days=services.FORGET_DAYS))


def register() -> None:
    personal_data.register(
        "companies.Employee",
        PersonalData(
            model="companies.Employee",
            label="Employeurs que vous avez rejoints",
            kept="Tant que vous y êtes.",
            retention=(
                Retention(
                    kept_for=datetime.timedelta(days=services.FORGET_DAYS),
                    counted_from="après la fin du lien",
                    then="puis effacées",
                    expired=_ended,
                    forget=lambda rows: rows.delete(),
                    since="until",
                ),
            ),
            rows=lambda person: Employee.objects.of_person(person).select_related("organisation", "site"),
            export=lambda row: {
                "Employeur": row.organisation.name,
                "Site": row.site.name if row.site else "",
                "Venue": row.get_joined_by_display(),
                "Ce que l’employeur voit": row.get_shown_display(),
                "Depuis le": row.since,
                "Jusqu’au": row.until,
            },
            erase=services.forget_person,
        ),
    )
    personal_data.register(
        "companies.MailDomain",
        PersonalData(
            model="companies.MailDomain",
            label="Domaines de messagerie que vous avez donnés pour un employeur",
            erasing="restent à l’employeur, sans votre nom",
            kept="Ils restent à l’employeur, sans votre nom.",
            rows=_domains,
            export=lambda row: {
                "Employeur": row.organisation.name,
                "Domaine": row.domain,
                "Le": row.created_at,
            },
            erase=lambda person: _domains(person).update(created_by=None),
            person_fields=("created_by",),
        ),
    )
    personal_data.register(
        "companies.JoinCode",
        PersonalData(
            model="companies.JoinCode",
            label="Codes d’invitation que vous avez faits pour un employeur",
            erasing="restent à l’employeur, sans votre nom",
            kept="Ils restent à l’employeur, sans votre nom.",
            rows=_codes,
            export=lambda row: {"Employeur": row.organisation.name, "Fait le": row.created_at},
            erase=lambda person: _codes(person).update(created_by=None),
            person_fields=("created_by",),
        ),
    )
