"""What sponsorships hold about a person: who came, who noted and validated the days, who signed.

Day sheets are kept six years after the end, then go with their sponsorship; names are taken out one year after it.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.registries import PersonalData, Retention, personal_data

from . import services
from .enums import ENDED
from .models import Convention, DayEntry, Debrief, Sponsorship

YEAR = timedelta(days=365)
KEPT = "Les journées restent aux deux organisations, sans votre nom."


def _conventions(person: Person) -> Any:
    named = Q(employee=person) | Q(company_by__person=person) | Q(association_by__person=person)
    wrote = Q(proposed_by__person=person) | Q(ethics_by__person=person)
    return Convention.objects.filter(named | wrote).select_related(
        "sponsorship__need__organisation", "sponsorship__offer__organisation"
    )


def _days(person: Person) -> Any:
    return DayEntry.objects.filter(
        Q(convention__employee=person)
        | Q(logged_by__person=person)
        | Q(company_by__person=person)
        | Q(association_by__person=person)
    ).select_related("sponsorship__need", "convention")


def _forget_days(person: Person) -> None:
    DayEntry.objects.filter(Q(convention__employee=person) | Q(logged_by__person=person)).update(note="")
    for field in ("logged_by", "company_by", "association_by"):
        DayEntry.objects.filter(**{f"{field}__person": person}).update(**{field: None})


def _forget_author_of_sponsorships(person: Person) -> None:
    for field in ("created_by", "agreed_by", "accepted_by"):
        Sponsorship.objects.filter(**{f"{field}__person": person}).update(**{field: None})


def _forget_author_of_debriefs(person: Person) -> None:
    Debrief.objects.filter(author__person=person).update(author=None)


def _ended(moment: datetime, after: timedelta) -> Any:
    return Sponsorship.objects.filter(state__in=ENDED, state_changed_at__lt=moment - after)


def _named(moment: datetime) -> Any:
    rows = Convention.objects.filter(forgotten_at=None)
    return rows.filter(sponsorship__in=_ended(moment, YEAR))


def register() -> None:
    personal_data.register(
        "sponsorships.Sponsorship",
        PersonalData(
            model="sponsorships.Sponsorship",
            label="Mises à disposition que vous avez préparées ou acceptées",
            erasing="restent aux deux organisations, sans votre nom",
            kept=KEPT,
            rows=lambda person: Sponsorship.objects.filter(
                Q(created_by__person=person) | Q(agreed_by__person=person) | Q(accepted_by__person=person)
            ).select_related("need"),
            export=lambda row: {"Pour le besoin": row.need.title, "Préparée le": row.created_at},
            erase=_forget_author_of_sponsorships,
            person_fields=("created_by", "agreed_by", "accepted_by"),
            retention=(
                Retention(
                    kept_for=6 * YEAR,
                    counted_from="après la fin de la mise à disposition",
                    then="puis effacées, avec leurs conventions et leurs journées",
                    expired=lambda moment: _ended(moment, 6 * YEAR),
                    forget=services.erase_old,
                    since="state_changed_at",
                ),
            ),
        ),
    )
    personal_data.register(
        "sponsorships.Convention",
        PersonalData(
            model="sponsorships.Convention",
            label="Conventions de mise à disposition qui vous nomment, ou que vous avez écrites ou signées",
            erasing="restent aux deux organisations, sans votre nom",
            kept=KEPT,
            rows=_conventions,
            export=lambda row: {
                "Entre": f"{row.sponsorship.employer.name} et {row.sponsorship.association.name}",
                "Convention": row.label,
                "Du": row.starts_on,
                "Au": row.ends_on,
            },
            erase=services.forget_person,
            person_fields=("employee", "proposed_by", "ethics_by", "company_by", "association_by"),
            fields=("employee_name", "company_signatory", "association_signatory"),
            retention=(
                Retention(
                    kept_for=YEAR,
                    counted_from="après la fin de la mise à disposition",
                    then="puis les noms sont retirés",
                    expired=_named,
                    forget=lambda rows: services.forget_names(list(rows.order_by("pk"))),
                    since="sponsorship__state_changed_at",
                ),
            ),
        ),
    )
    personal_data.register(
        "sponsorships.DayEntry",
        PersonalData(
            model="sponsorships.DayEntry",
            label="Journées que vous avez travaillées, notées ou validées",
            erasing="restent comptées, sans votre nom",
            kept="Les journées restent le temps de leur mise à disposition, puis partent avec elle.",
            rows=_days,
            export=lambda row: {
                "Pour le besoin": row.sponsorship.need.title,
                "Le": row.on,
                "Minutes": row.minutes,
                "Ce qui a été fait": row.note,
                "État": row.get_state_display(),
            },
            erase=_forget_days,
            person_fields=("logged_by", "company_by", "association_by"),
            fields=("note",),
        ),
    )
    personal_data.register(
        "sponsorships.Debrief",
        PersonalData(
            model="sponsorships.Debrief",
            label="Bilans de mise à disposition que vous avez écrits",
            erasing="restent aux deux organisations, sans votre nom",
            kept=KEPT,
            rows=lambda person: Debrief.objects.filter(author__person=person),
            export=lambda row: {"Ce qui a bien marché": row.went_well, "À améliorer": row.to_improve},
            erase=_forget_author_of_debriefs,
            person_fields=("author",),
        ),
    )
