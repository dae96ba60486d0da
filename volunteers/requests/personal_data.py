"""What a request holds about a person: exported with their data, erased with them."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.registries import PersonalData, personal_data

from .models import EngagementRequest


def _rows(person: Person) -> "QuerySet[EngagementRequest]":
    return (
        EngagementRequest.objects.of_person(person)
        .select_related("commune")
        .prefetch_related("domains", "skills")
    )


def _export(request: EngagementRequest) -> dict[str, Any]:
    return {
        "déposée le": request.filed_at,
        "état": request.get_state_display(),
        "raison": request.closed_reason,
        "commune": request.commune.label,
        "rayon (km)": request.radius_km,
        "sur place ou à distance": request.get_mode_display(),
        "demi-journées": request.half_days,
        "période": [request.period_start, request.period_end],
        "dates": request.given_dates,
        "rythme": request.get_commitment_display(),
        "domaines": [domain.name for domain in request.domains.all()],
        "savoir-faire": [skill.name for skill in request.skills.all()],
        "groupe": request.group_in_words,
        "précisions": request.note,
        "en pause jusqu’au": request.paused_until,
    }


@transaction.atomic
def _erase(person: Person) -> None:
    """The request goes, with its matches; what happened stays in counts without the person."""
    EngagementRequest.objects.filter(person=person).delete()


def register() -> None:
    personal_data.register(
        "requests.EngagementRequest",
        PersonalData(
            model="requests.EngagementRequest",
            label="Demandes d’engagement",
            kept="1 an après la fin de la demande ; ensuite, seuls des comptes par mois et par département.",
            rows=_rows,
            export=_export,
            erase=_erase,
            person_fields=("person", "contact"),
            fields=("note", "group_name"),
        ),
    )
