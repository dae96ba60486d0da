"""What feeds hold about people: who keeps a partner's feed, which member of staff started a run or decided."""

from typing import Any

from django.db.models import Q
from django.db.models.functions import Lower

from jeveuxagir.accounts.models import Person
from jeveuxagir.accounts.services import addresses_of
from jeveuxagir.common.registries import PersonalData, personal_data

from .models import FeedRun, Partner


def _erase(person: Person) -> None:
    FeedRun.objects.filter(started_by__person=person).update(started_by=None)
    FeedRun.objects.filter(decided_by__person=person).update(decided_by=None)


def _contacts(person: Person) -> Any:
    return Partner.objects.annotate(address=Lower("contact_email")).filter(address__in=addresses_of(person))


def _erase_contacts(person: Person) -> None:
    _contacts(person).update(contact_email="")


def register() -> None:
    personal_data.register(
        "feeds.Partner",
        PersonalData(
            model="feeds.Partner",
            label="Partenaires dont votre adresse est le contact",
            kept="tant que le partenaire ne donne pas d’autre adresse",
            rows=_contacts,
            export=lambda row: {"Partenaire": row.name, "Adresse de contact": row.contact_email},
            erase=_erase_contacts,
            person_fields=(),
            fields=("contact_email",),
        ),
    )
    personal_data.register(
        "feeds.FeedRun",
        PersonalData(
            model="feeds.FeedRun",
            label="Relevés de flux que vous avez lancés ou décidés",
            erasing="restent, sans votre nom",
            kept="le relevé reste, sans votre nom",
            rows=lambda person: FeedRun.objects.filter(
                Q(started_by__person=person) | Q(decided_by__person=person)
            ),
            export=lambda row: {
                "Partenaire": row.partner.name,
                "Début": row.started_at,
                "État": row.get_state_display(),
                "Décision": row.get_decision_display(),
                "Raison": row.decision_reason if row.decision else "",
            },
            erase=_erase,
            person_fields=("started_by", "decided_by"),
        ),
    )
