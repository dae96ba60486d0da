"""Needs belong to associations; they remember which account wrote them, and whom a company may reach."""

from datetime import timedelta
from typing import Any

from django.db.models import Q

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.registries import PersonalData, Retention, personal_data

from . import passing, services
from .models import PassedOn, SkillNeed


def _rows(person: Person) -> Any:
    return SkillNeed.objects.filter(Q(created_by__person=person) | Q(contact=person))


def _erase(person: Person) -> None:
    SkillNeed.objects.filter(created_by__person=person).update(created_by=None)
    SkillNeed.objects.filter(contact=person).update(contact=None)


def register() -> None:
    personal_data.register(
        "skill_needs.SkillNeed",
        PersonalData(
            model="skill_needs.SkillNeed",
            label="Besoins de compétences que vous avez écrits, ou dont vous êtes le contact",
            erasing="restent à l’association, sans votre nom",
            kept="Les besoins restent à l’association, sans votre nom.",
            retention=(
                Retention(
                    kept_for=timedelta(days=services.KEPT_DAYS),
                    counted_from="sans qu’on y touche, pour un brouillon jamais publié",
                    then="puis effacé",
                    expired=services.old_drafts,
                    forget=lambda rows: rows.delete(),
                    since="updated_at",
                ),
            ),
            rows=_rows,
            export=lambda row: {"Besoin": row.title, "Écrit le": row.created_at},
            erase=_erase,
            person_fields=("created_by", "contact"),
        ),
    )
    personal_data.register(
        "skill_needs.PassedOn",
        PersonalData(
            model="skill_needs.PassedOn",
            label="Besoins que vous avez transmis pour un réseau",
            erasing="restent au réseau, sans votre nom",
            kept="Les besoins transmis restent au réseau, sans votre nom.",
            rows=lambda person: PassedOn.objects.of_person(person).select_related("need", "network"),
            export=lambda row: {
                "Réseau": row.network.name,
                "Besoin": row.need.title,
                "Transmis le": row.created_at,
            },
            erase=passing.forget_person,
            person_fields=("passed_by",),
        ),
    )
