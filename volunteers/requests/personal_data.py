"""What a request holds about a person: exported with their data, erased with them."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from jeveuxagir.accounts.models import Person
from jeveuxagir.audit import statistics
from jeveuxagir.common.registries import PersonalData, Retention, personal_data

from .enums import State
from .models import EngagementRequest

KEPT_FOR = timedelta(days=365)
ENDED = (State.ACCEPTED, State.REALISED, State.REFUSED, State.WITHDRAWN)


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


def ended(moment: datetime) -> "QuerySet[EngagementRequest]":
    """What found a mission or was closed, so long ago that nobody needs it."""
    return EngagementRequest.objects.filter(state__in=ENDED, state_changed_at__lt=moment - KEPT_FOR)


def count_and_delete(requests: "QuerySet[EngagementRequest]") -> None:
    """With their proposals and runs; how many, by month, department and theme, remain. One counts in each theme."""
    cells = []
    for request in requests.select_related("commune").prefetch_related("domains"):
        themes = [domain.pk for domain in request.domains.all()] or [""]
        where = request.commune.department_id
        cells += [
            statistics.cell(f"request.{request.state}", request.filed_at, where, theme) for theme in themes
        ]
    statistics.add(cells)
    requests.delete()


def register() -> None:
    personal_data.register(
        "requests.EngagementRequest",
        PersonalData(
            model="requests.EngagementRequest",
            label="Demandes d’engagement",
            kept="",
            retention=(
                Retention(
                    kept_for=KEPT_FOR,
                    counted_from="après la fin de la demande",
                    then="puis effacées ; seuls restent des comptes par mois, département et thème",
                    expired=ended,
                    forget=count_and_delete,
                    since="state_changed_at",
                ),
            ),
            rows=_rows,
            export=_export,
            erase=_erase,
            person_fields=("person", "contact"),
            fields=("note", "group_name"),
        ),
    )
