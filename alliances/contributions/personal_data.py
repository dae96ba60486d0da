"""What contributions hold about a person: who noted that something was brought."""

from alliances.personal_data import KEPT_WITH_ALLIANCE
from jeveuxagir.common.registries import PersonalData, personal_data

from . import services
from .models import Delivery


def register() -> None:
    personal_data.register(
        "contributions.Delivery",
        PersonalData(
            model="contributions.Delivery",
            label="Apports que vous avez notés",
            kept=KEPT_WITH_ALLIANCE,
            rows=lambda person: Delivery.objects.filter(by__person=person).select_related("contribution"),
            export=lambda row: {
                "Contribution": row.contribution.what,
                "Quantité": row.quantity,
                "Le": row.on,
                "Noté le": row.at,
            },
            erase=services.forget_person,
            person_fields=("by",),
        ),
    )
