"""What feeds hold about people: which member of staff started a run, or decided about its closings."""

from django.db.models import Q

from jeveuxagir.accounts.models import Person
from jeveuxagir.common.registries import PersonalData, personal_data

from .models import FeedRun


def _erase(person: Person) -> None:
    FeedRun.objects.filter(started_by__person=person).update(started_by=None)
    FeedRun.objects.filter(decided_by__person=person).update(decided_by=None)


def register() -> None:
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
            },
            erase=_erase,
            person_fields=("started_by", "decided_by"),
        ),
    )
