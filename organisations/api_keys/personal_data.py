"""What this app holds about a person: who made or revoked a key."""

import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.clock import PARIS
from jeveuxagir.common.registries import PersonalData, Retention, personal_data

from . import services
from .models import ApiKey


def _rows(person: Person) -> Any:
    made = Q(created_by__person=person) | Q(revoked_by__person=person)
    return ApiKey.objects.filter(made).select_related("organisation")


def _ended(moment: datetime.datetime) -> Any:
    before = moment - datetime.timedelta(days=services.FORGET_DAYS)
    return ApiKey.objects.filter(
        Q(revoked_at__lt=before) | Q(expires_on__lt=timezone.localdate(before, timezone=PARIS))
    )


def register() -> None:
    personal_data.register(
        "api_keys.ApiKey",
        PersonalData(
            model="api_keys.ApiKey",
            label="Clés d’API que vous avez faites ou retirées pour une organisation",
            erasing="restent à l’organisation, sans votre nom",
            kept="Tant que la clé sert.",
            retention=(
                Retention(
                    kept_for=datetime.timedelta(days=services.FORGET_DAYS),
                    counted_from="après la fin de la clé",
                    then="puis effacées",
                    expired=_ended,
                    forget=lambda rows: rows.delete(),
                    since="revoked_at",
                ),
            ),
            rows=_rows,
            export=lambda row: {
                "Organisation": row.organisation.name,
                "À quoi elle sert": row.name,
                "Faite le": row.created_at,
                "Retirée le": row.revoked_at,
            },
            erase=services.forget_person,
            person_fields=("created_by", "revoked_by"),
        ),
    )
